"""Everybody who watches gets ticks of one look; who is slow is told what they missed, and nobody holds up anybody."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from uuid import UUID

import pytest

from hanse.base import database, ids
from hanse.base.clock import SystemClock
from hanse.base.database import Connection, Pool
from hanse.data.events import live, store
from hanse.data.events.live import Live, Tick, Watcher, Wish
from hanse.data.events.schemas import Event, EventType


@pytest.fixture(autouse=True)
def _often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "LOOK_EVERY_SECONDS", 0.01)


@pytest.fixture
async def pool(database_url: str) -> AsyncIterator[Pool]:
    async with database.pool(database_url, size=1) as opened:
        yield opened


@pytest.fixture
async def writer(database_url: str) -> AsyncIterator[Connection]:
    async with await database.connect(database_url) as opened:
        yield opened


async def record(connection: Connection, *events: tuple[EventType, str, str | None]) -> None:
    now = datetime.now(UTC)
    written = [Event(message_id=ids.new().hex, type=kind, name=name, user_id=user, source="shop", occurred_at=now) for kind, name, user in events]
    await store.append(connection, written, now=now)
    await connection.commit()


async def ticks_until(watcher: Watcher, count: int) -> list[Tick]:
    """Return the ticks up to the one that completes a number of events."""
    found: list[Tick] = []
    while sum(tick.count + tick.skipped for tick in found) < count:
        tick = await watcher.next()
        assert tick is not None
        found.append(tick)
    return found


def names(ticks: list[Tick]) -> list[str | None]:
    return [row.name for tick in ticks for row in tick.rows]


async def test_every_watcher_gets_what_they_wish(pool: Pool, writer: Connection) -> None:
    watched = Live(pool, SystemClock())
    wishes = [Wish(), Wish(type=EventType.PAGE), Wish(name="Order Completed"), Wish(source="other"), Wish(identified=True), Wish(identified=False)]
    with (
        watched.watching(wishes[0]) as everything,
        watched.watching(wishes[1]) as pages,
        watched.watching(wishes[2]) as orders,
        watched.watching(wishes[4]) as known,
        watched.watching(wishes[5]) as unknown,
    ):
        for each in (everything, pages, orders, known, unknown):
            assert await each.next() is not None
        await record(writer, (EventType.TRACK, "Order Completed", "u-1"), (EventType.PAGE, "Home", None), (EventType.TRACK, "Product Viewed", None))

        assert sorted(str(name) for name in names(await ticks_until(everything, 3))) == ["Home", "Order Completed", "Product Viewed"]
        assert names(await ticks_until(pages, 1)) == ["Home"]
        assert names(await ticks_until(orders, 1)) == ["Order Completed"]
        assert names(await ticks_until(known, 1)) == ["Order Completed"]
        assert sorted(str(name) for name in names(await ticks_until(unknown, 2))) == ["Home", "Product Viewed"]


async def test_many_events_are_counted_and_the_latest_shown(pool: Pool, writer: Connection) -> None:
    watched = Live(pool, SystemClock())
    with watched.watching(Wish()) as watcher:
        await watcher.next()
        await record(writer, *[(EventType.TRACK, "Product Viewed", None)] * (live.MOST_ROWS + 15))
        ticks = await ticks_until(watcher, live.MOST_ROWS + 15)

    assert sum(len(tick.rows) for tick in ticks) == live.MOST_ROWS
    assert sum(tick.count for tick in ticks) == live.MOST_ROWS + 15


async def test_a_slow_watcher_is_told_how_many_were_skipped() -> None:
    slow, now = Watcher(Wish()), datetime.now(UTC)
    for number in range(live.MOST_TICKS + 3):
        slow.give(Tick(now, count=number))
    found = [await slow.next() for _ in range(live.MOST_TICKS)]

    assert [tick.count for tick in found if tick] == list(range(3, live.MOST_TICKS + 3))
    assert [tick.skipped for tick in found if tick] == [0 + 1 + 2] + [0] * (live.MOST_TICKS - 1)


async def test_nobody_looks_when_nobody_watches(pool: Pool) -> None:
    watched = Live(pool, SystemClock())
    with watched.watching(Wish()) as one:
        with watched.watching(Wish()):
            await one.next()
        assert watched._task is not None
        task = watched._task

    await asyncio.wait([task])
    assert task.cancelled()
    assert watched._task is None


async def test_many_watchers_need_no_more_than_one_connection(pool: Pool, writer: Connection) -> None:
    watched = Live(pool, SystemClock())
    watchers = [watched.watching(Wish()) for _ in range(50)]
    opened = [each.__enter__() for each in watchers]
    for each in opened:
        await each.next()
    await record(writer, (EventType.PAGE, "Home", None))
    for each in opened:
        assert names(await ticks_until(each, 1)) == ["Home"]
    async with pool.connection(timeout=5) as connection:
        await connection.execute("SELECT 1")
    for watching in watchers:
        watching.__exit__(None, None, None)


async def test_at_the_end_every_watcher_is_let_go(pool: Pool) -> None:
    watched = Live(pool, SystemClock())
    with watched.watching(Wish()) as before:
        await before.next()
        watched.stop()
        assert await before.next() is None
        with watched.watching(Wish()) as after:
            assert await after.next() is None


async def test_while_the_database_is_away_watchers_hear_so(pool: Pool, writer: Connection) -> None:
    watched = Live(pool, SystemClock())
    with watched.watching(Wish()) as watcher:
        await watcher.next()
        await pool.close()
        while (tick := await watcher.next()) is not None and not tick.away:
            pass
        assert tick is not None


async def test_the_latest_that_fit_are_found_and_one_whole(connection: Connection) -> None:
    now = datetime.now(UTC)
    for number in range(5):
        event = Event(message_id=f"m-{number}", name="Viewed", user_id="u" if number % 2 else None, source="shop", occurred_at=now, sent_at=now)
        await store.append(connection, [event], now=now)
    found = await live.latest(connection, Wish(identified=True), limit=10)

    assert [each.message_id for each in found] == ["m-3", "m-1"]
    assert await live.find(connection, found[0].event_id) == found[0]
    assert await live.find(connection, UUID(int=7)) is None
