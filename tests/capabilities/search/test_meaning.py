"""The encoder is loaded when a server starts, where there is something to find by meaning, and never twice."""

from __future__ import annotations

import pytest

from hanse.ai.text import encoder
from hanse.capabilities.search import meaning
from hanse.capabilities.search.meaning import Meaning
from hanse.serve.runtime import Runtime
from tests.capabilities.search.conftest import Meanings, Shop


@pytest.fixture
def loaded(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names what was loaded, as it is."""
    found: list[str] = []

    def load() -> Meanings:
        found.append("encoder")
        return Meanings()

    monkeypatch.setattr(encoder, "_ours", load)
    return found


async def test_a_server_loads_the_encoder_before_somebody_searches(shop: Shop, loaded: list[str]) -> None:
    await shop.hanse.warm()
    assert loaded == ["encoder"]
    async with shop.context() as context:
        asked = context.resource(Meaning)
        assert await meaning.wait(asked.begin(context, "bohrer"), is_hurried=False)
    assert loaded == ["encoder"]


async def test_a_shop_without_vectors_needs_no_encoder(hanse: Runtime, loaded: list[str]) -> None:
    await hanse.warm()
    assert loaded == []
