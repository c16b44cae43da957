"""News reach other processes once they are committed, and after every loss of the connection."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

import psycopg
import pytest

from hanse.base import changes, database
from hanse.base.changes import Changes
from hanse.base.postgres import EmbeddedPostgres


class Heard:
    """What somebody was told, in order."""

    def __init__(self) -> None:
        self.news: asyncio.Queue[str] = asyncio.Queue()

    async def __call__(self, detail: str) -> None:
        self.news.put_nowait(detail)

    async def next(self) -> str:
        return await asyncio.wait_for(self.news.get(), 10)


@pytest.fixture
async def heard(database_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Heard]:
    """Somebody who listens for keys, and has heard that the listening has begun."""
    monkeypatch.setattr(changes, "RECONNECT_SECONDS", 0.02)
    heard, news = Heard(), Changes()
    news.on("keys", heard)
    task = asyncio.create_task(news.listen(database_url))
    assert await heard.next() == ""
    yield heard
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def test_news_arrive_with_their_detail_after_the_commit(database_url: str, heard: Heard) -> None:
    async with await database.connect(database_url) as connection:
        await changes.announce(connection, "keys", "a:b")
        await changes.announce(connection, "other", "not for us")
        assert heard.news.empty()
        await connection.commit()
        assert await heard.next() == "a:b"
    assert heard.news.empty()


async def test_what_is_rolled_back_was_never_news(database_url: str, heard: Heard) -> None:
    async with await database.connect(database_url) as connection:
        await changes.announce(connection, "keys", "undone")
        await connection.rollback()
        await changes.announce(connection, "keys", "done")
        await connection.commit()
    assert await heard.next() == "done"


async def test_after_a_loss_everybody_forgets_and_hears_again(postgres: EmbeddedPostgres, database_url: str, heard: Heard) -> None:
    with psycopg.connect(postgres.conninfo("postgres"), autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'")
    assert await heard.next() == ""
    async with await database.connect(database_url) as connection:
        await changes.announce(connection, "keys", "again")
    assert await heard.next() == "again"


async def test_one_who_fails_does_not_keep_the_others_from_hearing() -> None:
    async def fails(detail: str) -> None:
        raise ValueError(detail)

    news, heard = Changes(), Heard()
    news.on("keys", fails)
    news.on("keys", heard)
    await news.tell("keys", "x")
    assert await heard.next() == "x"
