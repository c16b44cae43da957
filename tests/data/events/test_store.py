"""The log takes each message once and finds or makes everybody's profile."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

from hanse.base.database import Connection
from hanse.data import events
from hanse.data.events import Event
from tests.conftest import NOW


def viewed(message_id: str, **more: object) -> Event:
    facts: dict[str, object] = {"name": "Product Viewed", "source": "shop", "occurred_at": NOW, "properties": {"product_id": "P1"}}
    return Event(message_id=message_id, **{**facts, **more})  # type: ignore[arg-type]  # short forms of the tests


async def profile_ids(connection: Connection) -> dict[str, UUID | None]:
    """Return who stands for each event's profile."""
    statement = "SELECT message_id, coalesce(merged_into, profile_id) AS profile_id FROM events LEFT JOIN profiles USING (profile_id)"
    rows = await (await connection.execute(statement)).fetchall()
    return {row["message_id"]: row["profile_id"] for row in rows}


async def test_a_message_is_taken_once_within_and_across_batches(connection: Connection) -> None:
    first = await events.append(connection, [viewed("a"), viewed("b"), viewed("a")], now=NOW)
    second = await events.append(connection, [viewed("b"), viewed("c")], now=NOW + timedelta(days=400))
    assert (first.accepted, first.duplicates, first.taken) == (2, 1, (True, True, False))
    assert (second.accepted, second.duplicates, second.taken) == (1, 1, (False, True))


async def test_the_first_copy_of_a_message_wins(connection: Connection) -> None:
    await events.append(connection, [viewed("a", properties={"n": 1}), viewed("a", properties={"n": 2})], now=NOW)
    row = await (await connection.execute("SELECT properties FROM events")).fetchone()
    assert row == {"properties": {"n": 1}}


async def test_events_of_any_age_find_a_partition(connection: Connection) -> None:
    times = [NOW, NOW - timedelta(days=60), NOW - timedelta(days=365 * 60)]
    await events.append(connection, [viewed(str(index), occurred_at=time) for index, time in enumerate(times)], now=NOW)
    rows = await (await connection.execute("SELECT tableoid::regclass::text AS partition FROM events ORDER BY occurred_at DESC")).fetchall()
    assert [row["partition"] for row in rows] == ["events_2026_06", "events_2026_04", "events_other"]


async def test_a_time_in_the_future_becomes_now_and_stays_visible(connection: Connection) -> None:
    await events.append(connection, [viewed("a", occurred_at=NOW + timedelta(days=3))], now=NOW)
    row = await (await connection.execute("SELECT occurred_at, original_at FROM events")).fetchone()
    assert row == {"occurred_at": NOW, "original_at": NOW + timedelta(days=3)}


async def test_a_browser_and_its_later_user_are_one_profile(connection: Connection) -> None:
    await events.append(connection, [viewed("a", anonymous_id="browser")], now=NOW)
    await events.append(connection, [viewed("b", anonymous_id="browser", user_id="4711"), viewed("c", user_id="4711")], now=NOW)
    assert len(set((await profile_ids(connection)).values())) == 1


async def test_two_users_of_one_browser_stay_two_profiles(connection: Connection) -> None:
    await events.append(connection, [viewed("a", anonymous_id="kiosk", user_id="1"), viewed("b", anonymous_id="kiosk", user_id="2")], now=NOW)
    found = await profile_ids(connection)
    assert found["a"] != found["b"]


async def test_placeholders_identify_nobody(connection: Connection) -> None:
    await events.append(connection, [viewed("a", user_id="null", anonymous_id="0"), viewed("b", user_id=" ")], now=NOW)
    assert await profile_ids(connection) == {"a": None, "b": None}


async def test_an_event_with_a_decision_id_is_its_outcome(connection: Connection) -> None:
    decision_id = uuid4()
    sent = [viewed("a", properties={"decision_id": str(decision_id)}), viewed("b", properties={"decision_id": "not one"})]
    await events.append(connection, sent, now=NOW)
    rows = await (await connection.execute("SELECT message_id, decision_id FROM events ORDER BY message_id")).fetchall()
    assert [row["decision_id"] for row in rows] == [decision_id, None]


async def test_nul_characters_do_not_lose_an_event(connection: Connection) -> None:
    await events.append(connection, [viewed("a", properties={"query": "18\x00V"})], now=NOW)
    row = await (await connection.execute("SELECT properties->>'query' AS query FROM events")).fetchone()
    assert row == {"query": "18\ufffdV"}
