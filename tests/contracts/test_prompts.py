"""Every prompt: its text is that of its version, its example renders and can be answered, and people can read in German what it is for."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from hanse.ai.language import door, gateway
from hanse.ai.language.masking import Conversation
from hanse.ai.language.prompts import Prompt
from hanse.ai.language.requests import Answer
from hanse.base.context import Context
from hanse.base.operation import Purpose
from hanse.serve import registry
from hanse.serve.console import forms, texts
from hanse.testing.language import FakeModel
from tests.ai.language.conftest import Setup, context, fake, setup

__all__ = ["context", "fake", "setup"]
DECLARED = registry.load()
NAMES = sorted(DECLARED.prompts)


@pytest.fixture(params=NAMES)
def prompt(request: pytest.FixtureRequest) -> Prompt[Any]:
    """Each prompt there is."""
    return DECLARED.prompts[request.param]


def test_a_changed_text_has_a_new_version(prompt: Prompt[Any]) -> None:
    assert not prompt.template.outdated, f"the text of {prompt.name} was changed: add this line to its head, and leave those that are there"


def test_what_it_is_for_and_each_input_can_be_read_in_german(prompt: Prompt[Any]) -> None:
    words = texts.load(DECLARED, "Europe/Berlin").words("en")
    german = texts.load(DECLARED, "Europe/Berlin").words("de").catalog
    fields = forms.fields(prompt.inputs, prompt.example, words)
    assert all(each.hint for each in fields), "each input has a Meta(description=…)"
    wanted = {prompt.summary, *(each.hint for each in fields), *(each.label for each in fields)}
    assert sorted(wanted - set(german)) == []


async def test_its_example_is_asked_and_answered(prompt: Prompt[Any], context: Context, fake: FakeModel, setup: Setup) -> None:
    await setup(fake.url, role=prompt.role.value)
    plain = msgspec.to_builtins(prompt.answer)
    fake.say(plain if isinstance(plain, str) else msgspec.json.encode(plain).decode())
    request = prompt.request(prompt.example, conversation=Conversation(), purpose=Purpose.OPERATION, capability="language")
    found = await gateway.ask(context, request)
    assert isinstance(found, Answer)
    assert len(fake.asked) == 1, "the example of an answer is not of its shape"
    assert (msgspec.json.decode(msgspec.json.encode(found.value)) if prompt.shape else found.text) == plain
    assert door.prompt(request).tokens < 4_000
