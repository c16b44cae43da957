"""Keys are remembered for a moment, and forgotten the moment one is revoked."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from hanse.base import changes
from hanse.base.errors import NotSignedIn
from hanse.data.access import keys
from hanse.serve.http.keys import KeyRing
from hanse.serve.runtime import Runtime


@pytest.fixture
async def key(running: Runtime) -> str:
    async with running.context() as context:
        made = await keys.create(await context.connection(), "shop", ["write"], created_by="test", now=context.clock.now())
        await changes.announce(await context.connection(), "made")
        heard: asyncio.Queue[str] = asyncio.Queue()
        running.changes.on("made", heard.put)
    await heard.get()  # the news of the new key came before it
    return f"Bearer {made.key}"


@pytest.fixture
def lookups(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The keys that were looked up in the database."""
    seen: list[str] = []
    find = keys.find

    async def noted(connection: Any, key: str, **more: Any) -> Any:
        seen.append(key)
        return await find(connection, key, **more)

    monkeypatch.setattr(keys, "find", noted)
    return seen


async def test_a_key_is_looked_up_once_a_moment(running: Runtime, key: str, lookups: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    ring = KeyRing(running)
    assert {(await ring.caller(key)).name for _ in range(5)} == {"shop"}
    assert len(lookups) == 1
    monkeypatch.setattr("hanse.serve.http.keys.REMEMBER_SECONDS", 0.0)
    await ring.forget()
    for _ in range(2):
        await ring.caller(key)
    assert len(lookups) == 3


async def test_an_unknown_key_is_remembered_too(running: Runtime, lookups: list[str]) -> None:
    ring = KeyRing(running)
    for _ in range(3):
        with pytest.raises(NotSignedIn):
            await ring.caller("Bearer unknown")
    assert len(lookups) == 1


async def test_what_was_looked_up_while_a_key_was_revoked_is_not_remembered(
    running: Runtime, key: str, lookups: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The look-up may have read what the revocation was just changing."""
    ring = KeyRing(running)
    find = keys.find

    async def interrupted(*arguments: Any, **more: Any) -> Any:
        found = await find(*arguments, **more)
        await ring.forget()
        return found

    monkeypatch.setattr(keys, "find", interrupted)
    for _ in range(2):
        await ring.caller(key)
    assert len(lookups) == 2


async def test_so_many_keys_are_remembered_and_no_more(running: Runtime, key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hanse.serve.http.keys.MOST_REMEMBERED", 3)
    ring = KeyRing(running)
    for number in range(10):
        with pytest.raises(NotSignedIn):
            await ring.caller(f"Bearer unknown-{number}")
    assert len(ring._remembered) <= 3
    assert (await ring.caller(key)).scopes == {"write", "events.record"}


async def test_the_use_of_a_key_is_noted(running: Runtime, key: str) -> None:
    await KeyRing(running).caller(key)
    async with running.context() as context:
        (found,) = await keys.list_all(await context.connection())
    assert found.last_used_at == running.resources.clock.now()
    assert found.last_used_at - found.created_at < timedelta(seconds=1)
