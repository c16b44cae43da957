"""Whoever may read the log finds what was asked for, the latest first, page by page."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from hanse.base.database import Connection
from hanse.base.errors import InvalidRequest
from hanse.data import events
from hanse.data.events import EventType, reading
from hanse.data.events.reading import Wanted
from tests.conftest import NOW
from tests.data.events.test_store import viewed

MONTH = reading.period(None, None, NOW)
HOUR = timedelta(hours=1)


@pytest.fixture
async def log(connection: Connection) -> Connection:
    """Five events of two people on three days."""
    await events.append(
        connection,
        [
            viewed("a", user_id="anna", occurred_at=NOW - 50 * HOUR),
            viewed("b", user_id="anna", occurred_at=NOW - 30 * HOUR, source="app"),
            viewed("c", user_id="ben", name="Order Completed", occurred_at=NOW - HOUR),
            viewed("d", user_id="anna", name="Home", type=EventType.PAGE, occurred_at=NOW),
            viewed("e", user_id="anna", occurred_at=NOW),
        ],
        now=NOW,
    )
    return connection


async def found(connection: Connection, wanted: Wanted) -> list[str | None]:
    page = await reading.search(connection, wanted, cursor=None, limit=50)
    return [each.name for each in page.items]


async def test_events_come_the_latest_first_page_by_page(log: Connection) -> None:
    seen, cursor = [], None
    for _ in range(3):
        page = await reading.search(log, Wanted(period=MONTH), cursor=cursor, limit=2)
        seen += [each.event_id for each in page.items]
        cursor = page.next_cursor
    assert cursor is None
    rows = await (await log.execute("SELECT event_id FROM events ORDER BY occurred_at DESC, event_id DESC")).fetchall()
    assert seen == [row["event_id"] for row in rows]


async def test_each_filter_leaves_out_the_others(log: Connection) -> None:
    assert await found(log, Wanted(period=MONTH, name="Order Completed")) == ["Order Completed"]
    assert await found(log, Wanted(period=MONTH, type=EventType.PAGE)) == ["Home"]
    assert await found(log, Wanted(period=MONTH, source="app")) == ["Product Viewed"]
    row = await (await log.execute("SELECT profile_id FROM identities WHERE value = 'ben'")).fetchone()
    assert row
    assert await found(log, Wanted(period=MONTH, profile_id=row["profile_id"])) == ["Order Completed"]


async def test_a_period_has_its_beginning_and_not_its_end(log: Connection) -> None:
    assert await found(log, Wanted(period=reading.period(NOW - HOUR, NOW, NOW))) == ["Order Completed"]


async def test_counts_are_grouped_as_asked(log: Connection) -> None:
    async def count(by: str | None, zone: str = "Europe/Berlin") -> tuple[int, dict[str, int]]:
        counted = await reading.count(log, Wanted(period=MONTH), by=by, time_zone=zone)
        return counted.count, {each.key: each.count for each in counted.groups}

    assert await count(None) == (5, {})
    assert await count("name") == (5, {"Product Viewed": 3, "Home": 1, "Order Completed": 1})
    assert await count("type") == (5, {"track": 4, "page": 1})
    assert await count("source") == (5, {"shop": 4, "app": 1})
    assert await count("day") == (5, {"2026-06-13": 1, "2026-06-14": 1, "2026-06-15": 3})
    assert await count("day", "Pacific/Kiritimati") == (5, {"2026-06-14": 2, "2026-06-16": 3})


async def test_a_cursor_from_elsewhere_is_refused(connection: Connection) -> None:
    for cursor in ("x", "2026/y", "a/b/c"):
        with pytest.raises(InvalidRequest, match="does not come from this list"):
            await reading.search(connection, Wanted(period=MONTH), cursor=cursor, limit=5)


async def test_a_nul_in_a_filter_finds_what_the_log_made_of_it(connection: Connection) -> None:
    assert await found(connection, Wanted(period=MONTH, name="a\0b")) == []


def test_without_a_period_the_last_thirty_days_are_meant() -> None:
    assert MONTH.since == MONTH.until - timedelta(days=30)
    assert MONTH.until > NOW
    assert reading.period(None, datetime.min.replace(tzinfo=UTC), NOW).since.year == 1
