"""What was found lately is remembered until the index changes, and never what was read before that."""

from __future__ import annotations

import pytest

from hanse.capabilities.search import recent
from hanse.capabilities.search.recent import Recent, RecentSuggestions


class Finds:
    """Counts how often something is looked for."""

    def __init__(self) -> None:
        self.times = 0

    async def __call__(self) -> int:
        self.times += 1
        return self.times


async def ask(held: Recent, key: str, find: Finds, *, keep: bool = True) -> int:
    return await held.get(recent.key(key), find, keep=lambda _: keep)


@pytest.mark.parametrize("kind", [Recent, RecentSuggestions])
async def test_what_was_found_is_looked_for_again_only_after_news(kind: type[Recent]) -> None:
    held, find = kind(), Finds()
    assert [await ask(held, "bohrer", find), await ask(held, "bohrer", find), await ask(held, "säge", find)] == [1, 1, 2]
    await held.forget()
    assert await ask(held, "bohrer", find) == 3


async def test_what_is_not_worth_it_is_not_kept() -> None:
    held, find = Recent(), Finds()
    assert [await ask(held, "bohrer", find, keep=False), await ask(held, "bohrer", find)] == [1, 2]


async def test_what_was_read_before_news_that_came_meanwhile_is_not_kept() -> None:
    held = Recent()

    async def find() -> str:
        await held.forget()
        return "old"

    assert await held.get(b"key", find, keep=lambda _: True) == "old"
    assert await ask(held, "key", Finds()) == 1


async def test_what_was_not_asked_for_longest_is_forgotten_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Recent, "most", 2)
    held, find = Recent(), Finds()
    for each in ("a", "b", "a", "c"):
        await ask(held, each, find)
    assert [await ask(held, "a", find), await ask(held, "b", find)] == [1, 4]
