"""What tests of the gateway stand on: a masking of their own, a fake model, and models that are set up in a database that is rolled back.

With HANSE_TEST_MODEL_URL (and HANSE_TEST_MODEL, HANSE_TEST_MODEL_KEY) the tests of `endpoint` run against a real one too. Very small models do
not do what they are told; with HANSE_TEST_MODEL_OBEYS=false only what the gateway itself promises is asked of one.
"""

from __future__ import annotations

import os
import re
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import pytest

from hanse.ai.language import models, operations
from hanse.ai.language.models import Available
from hanse.ai.language.requests import Message, Request
from hanse.ai.language.schemas import NamedModel, SaveModel
from hanse.base import database
from hanse.base.clock import FixedClock
from hanse.base.config import Settings
from hanse.base.context import Context, Resources
from hanse.base.database import Connection
from hanse.base.operation import Purpose
from hanse.testing.language import FakeModel

SECRET = "Petra Petersen"
Setup = Callable[..., Awaitable[None]]


class Pieces:
    """Restores a text in pieces, holding back what may be part of a placeholder."""

    def __init__(self, masking: Names) -> None:
        self._masking, self._held = masking, ""

    def feed(self, chunk: str) -> str:
        self._held += chunk
        at = self._held.rfind("<")
        cut = len(self._held) if at < 0 or ">" in self._held[at:] else at
        said, self._held = self._held[:cut], self._held[cut:]
        return self._masking.restore(said)

    def end(self) -> str:
        said, self._held = self._held, ""
        return self._masking.restore(said)


class Names:
    """A masking of the same shape as `Conversation`, which knows one name; the real one has tests of its own."""

    def mask(self, text: str) -> str:
        return text.replace(SECRET, "<PERSON_1>")

    def mask_reply(self, text: str) -> str:
        return self.mask(text)

    def restore(self, text: str) -> str:
        return re.sub("<PERSON_1>", SECRET, text, flags=re.IGNORECASE)

    def restore_all(self, value: Any) -> Any:
        return msgspec.json.decode(self.restore(msgspec.json.encode(value).decode()))

    def stream(self) -> Pieces:
        return Pieces(self)


@pytest.fixture
def context(connection: Connection, clock: FixedClock, home: Path) -> Context:
    """A context on a database that is rolled back."""
    resources = Resources(Settings(home=home), clock, database.pool(""), None)  # type: ignore[arg-type]  # no operation runs here
    resources.hold(Available, Available())
    return Context(resources, fixed_connection=connection)


@pytest.fixture
def fake() -> Iterator[FakeModel]:
    """A fake model."""
    with FakeModel() as running:
        yield running


@pytest.fixture
def setup(context: Context) -> Setup:
    """Sets a model up."""

    async def save(url: str, name: str = "first", **options: Any) -> None:
        await models.save(
            context, SaveModel(**{"name": name, "url": url, "model": f"{name}-model", "in_house": True, "timeout_seconds": 5.0, **options})
        )
        await models.available(context).forget()

    return save


@dataclass(frozen=True)
class Endpoint:
    """A model that is set up and was tried."""

    obeys: bool
    """Whether it repeats what it is told to repeat and calls the tools it is told to call."""


@pytest.fixture(params=["fake", "real"])
async def endpoint(request: pytest.FixtureRequest, setup: Setup, context: Context) -> Endpoint:
    """A model that behaves: the fake one, and a real one where one is named."""
    found = Endpoint(request.param == "fake" or os.environ.get("HANSE_TEST_MODEL_OBEYS") != "false")
    if request.param == "fake":
        await setup(request.getfixturevalue("fake").url)
        return found
    if not (url := os.environ.get("HANSE_TEST_MODEL_URL")):
        pytest.skip("HANSE_TEST_MODEL_URL names no endpoint")
    named = {"model": os.environ.get("HANSE_TEST_MODEL", "model"), "key": os.environ.get("HANSE_TEST_MODEL_KEY", "")}
    await setup(url, **named, in_house=url.startswith("http:"), timeout_seconds=60.0)
    trial = await operations.try_model.function(NamedModel(name="first"), context)
    assert trial.works, trial
    await models.available(context).forget()
    return found


def question(text: str = f"Write to {SECRET}.", **facts: Any) -> Request:
    """Return a request about somebody."""
    usual = {"purpose": Purpose.OPERATION, "capability": "service", "messages": (Message("user", text),), "conversation": Names(), "most_tokens": 200}
    return Request(**{**usual, **facts})
