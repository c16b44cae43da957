"""What is new in the log is found once each, whatever the order in which transactions end."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from hanse.base import database, ids
from hanse.base.database import Connection
from hanse.data.events import arrivals, store
from hanse.data.events.arrivals import Watch
from hanse.data.events.schemas import Event


@pytest.fixture
async def reader(database_url: str) -> AsyncIterator[Connection]:
    async with await database.connect(database_url, autocommit=True) as opened:
        await opened.execute(store.queries["ensure_month"], {"moment": datetime.now(UTC)})  # who makes it makes others wait
        yield opened


@pytest.fixture
async def writer(database_url: str) -> AsyncIterator[Connection]:
    async with await database.connect(database_url) as opened:
        yield opened


@pytest.fixture
async def other(database_url: str) -> AsyncIterator[Connection]:
    async with await database.connect(database_url) as opened:
        yield opened


async def write(connection: Connection, *names: str, at: datetime | None = None) -> list[UUID]:
    """Write events as of a moment of arrival, without committing them."""
    now = datetime.now(UTC)
    event_ids = [ids.new(at or now) for _ in names]
    events = [Event(message_id=f"{event_id}", name=name, source="shop", occurred_at=now) for event_id, name in zip(event_ids, names, strict=True)]
    await store.write(connection, events, event_ids, now=now, months=set())
    return event_ids


async def look(watch: Watch, reader: Connection, **later: float) -> list[str | None]:
    return [each.name for each in (await watch.look(reader, datetime.now(UTC) + timedelta(**later))).arrivals]


async def test_what_was_there_before_is_not_new(reader: Connection, writer: Connection) -> None:
    await write(writer, "before")
    await writer.commit()
    watch = Watch()

    assert await look(watch, reader) == []
    await write(writer, "after")
    await writer.commit()

    assert await look(watch, reader) == ["after"]
    assert await look(watch, reader) == []


async def test_events_come_latest_first(reader: Connection, writer: Connection) -> None:
    watch, now = Watch(), datetime.now(UTC)
    await look(watch, reader)
    for second, name in enumerate(("one", "two", "three")):
        await write(writer, name, at=now + timedelta(seconds=second))
    await writer.commit()

    assert await look(watch, reader) == ["three", "two", "one"]


async def test_who_commits_late_is_not_missed_and_nothing_comes_twice(reader: Connection, writer: Connection, other: Connection) -> None:
    watch = Watch()
    await look(watch, reader)
    moment = datetime.now(UTC)
    await write(writer, "slow", at=moment)
    await write(other, "quick", at=moment)
    await other.commit()

    assert await look(watch, reader) == ["quick"]
    await writer.commit()

    assert await look(watch, reader) == ["slow"]
    assert await look(watch, reader) == []


async def test_a_transaction_of_minutes_is_found_when_it_ends(reader: Connection, writer: Connection, other: Connection) -> None:
    watch = Watch()
    await look(watch, reader)
    await write(writer, "import")
    for minute in (1, 2, 3):
        assert await look(watch, reader, minutes=minute) == []
    await writer.commit()

    assert await look(watch, reader, minutes=4) == ["import"]
    assert await look(watch, reader, minutes=4) == []


async def test_a_transaction_that_was_writing_before_the_first_look_is_found_too(reader: Connection, writer: Connection) -> None:
    await write(writer, "import")
    watch = Watch()
    assert await look(watch, reader, minutes=2) == []
    await writer.commit()

    assert await look(watch, reader, minutes=3) == ["import"]


async def test_events_written_after_a_savepoint_are_found(reader: Connection, writer: Connection) -> None:
    watch = Watch()
    await look(watch, reader)
    await write(writer, "outside")
    async with writer.transaction():
        await write(writer, "inside")
    assert await look(watch, reader) == []
    await writer.commit()

    assert sorted(str(name) for name in await look(watch, reader)) == ["inside", "outside"]


async def test_what_is_rolled_back_never_comes(reader: Connection, writer: Connection) -> None:
    watch = Watch()
    await look(watch, reader)
    await write(writer, "gone")
    await writer.rollback()

    assert await look(watch, reader) == []


async def test_an_event_of_long_ago_that_arrives_now_is_new(reader: Connection, writer: Connection) -> None:
    watch, now = Watch(), datetime.now(UTC)
    await look(watch, reader)
    old = Event(message_id="old", name="Order Completed", source="import", occurred_at=now - timedelta(days=900))
    await store.append(writer, [old], now=now)
    await writer.commit()

    assert await look(watch, reader) == ["Order Completed"]


async def test_beyond_what_can_be_read_events_are_counted(reader: Connection, writer: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arrivals, "MOST_READ", 5)
    watch, now = Watch(), datetime.now(UTC)
    await look(watch, reader)
    for second in range(4):
        await write(writer, *(f"{second}-{number}" for number in range(3)), at=now + timedelta(seconds=second))
    await writer.commit()
    news = await watch.look(reader, now)

    assert len(news.arrivals) + news.unread == 12
    assert {str(each.name)[0] for each in news.arrivals} == {"3"}
    again = await watch.look(reader, now)
    assert (list(again.arrivals), again.unread) == ([], 0)


async def test_what_comes_late_among_forgotten_ids_is_counted_once(reader: Connection, writer: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arrivals, "MOST_REMEMBERED", 1)
    watch, now = Watch(), datetime.now(UTC)
    await look(watch, reader)
    await write(writer, "one", "two", at=now)
    await writer.commit()
    assert len((await watch.look(reader, now)).arrivals) == 2
    await write(writer, "three", at=now)
    await writer.commit()
    news = await watch.look(reader, now)

    assert (list(news.arrivals), news.unread) == ([], 1)
    assert (await watch.look(reader, now)).unread == 0


async def test_a_look_reads_the_ends_of_the_primary_keys_only(reader: Connection, writer: Connection) -> None:
    now = datetime.now(UTC)
    for months in range(6):
        await write(writer, *["old"] * 400, at=now - timedelta(days=30 * months + 1))
    await writer.commit()
    await reader.execute("ANALYZE events")
    wanted = {"since": arrivals.first_id(now - arrivals.OVERLAP), "digits": arrivals.DIGITS}
    plan = await (await reader.execute(b"EXPLAIN " + store.queries["count_arrivals"].encode(), wanted)).fetchall()
    lines = [str(row["QUERY PLAN"]) for row in plan]

    assert not [line for line in lines if "Seq Scan on events_2" in line]
    assert any("_pkey" in line for line in lines)
