"""What identify and group events say becomes traits, whatever the order in which the events arrive."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hanse.base import database
from hanse.base.database import Connection
from hanse.data import events, traits
from hanse.data.events import Event, EventType
from hanse.data.profiles import given as giving
from hanse.data.profiles import identity
from hanse.data.traits import folding
from tests.conftest import NOW

Said = tuple[str, int, dict[str, Any]]


def identify(said: dict[str, Any], *, hours: int = 0, source: str = "shop", user: str = "anna", **more: Any) -> Event:
    facts: dict[str, Any] = {"type": EventType.IDENTIFY, "user_id": user, "properties": said} | more
    return Event(message_id=str(uuid4()), source=source, occurred_at=NOW - timedelta(hours=hours), **facts)


async def rows(connection: Connection) -> list[tuple[Any, ...]]:
    found = await (await connection.execute("SELECT name, source, value, observed_at FROM traits ORDER BY 1, 2")).fetchall()
    return [tuple(row.values()) for row in found]


async def known(connection: Connection, kind: str = "user_id", value: str = "anna") -> dict[str, traits.Known]:
    profile_id = await identity.find(connection, kind, value)
    return await traits.of(connection, profile_id) if profile_id else {}


async def test_an_identify_event_gives_traits_with_source_and_time(connection: Connection) -> None:
    await events.append(connection, [identify({"firstName": "Anna", "age": 33, "address": {"city": "Kiel"}}, hours=2)], now=NOW)
    found = await known(connection)
    assert {name: each.value for name, each in found.items()} == {"firstName": "Anna", "age": 33, "address": {"city": "Kiel"}}
    first = found["firstName"]
    assert (first.source, first.kind, first.purpose, first.observed_at, first.conflicts) == (
        "shop",
        "given",
        "operation",
        NOW - timedelta(hours=2),
        (),
    )


async def test_the_newest_event_of_a_source_counts_also_where_it_comes_first(connection: Connection) -> None:
    await events.append(connection, [identify({"plan": "new"}, hours=1)], now=NOW)
    await events.append(connection, [identify({"plan": "old"}, hours=2)], now=NOW)
    assert (await known(connection))["plan"].value == "new"


async def test_what_another_source_says_stays_visible_beside_the_newest(connection: Connection) -> None:
    await events.append(
        connection, [identify({"city": "Kiel"}, hours=2), identify({"city": "Bonn"}, source="app"), identify({}, source="erp")], now=NOW
    )
    city = (await known(connection))["city"]
    assert (city.value, city.source) == ("Bonn", "app")
    assert [(each.value, each.source) for each in city.conflicts] == [("Kiel", "shop")]


async def test_null_takes_back_what_the_source_said(connection: Connection) -> None:
    await events.append(connection, [identify({"city": "Kiel"}, hours=2), identify({"city": None})], now=NOW)
    assert "city" not in await known(connection)


async def test_traits_in_the_context_count_below_those_of_the_event(connection: Connection) -> None:
    event = identify({"city": "Kiel"}, context={"traits": {"city": "Bonn", "plan": "pro"}})
    await events.append(connection, [event], now=NOW)
    assert {name: each.value for name, each in (await known(connection)).items()} == {"city": "Kiel", "plan": "pro"}


async def test_track_events_give_no_traits(connection: Connection) -> None:
    event = identify({"city": "Kiel"}, type=EventType.TRACK, name="Signed Up", context={"traits": {"city": "Bonn"}})
    await events.append(connection, [event], now=NOW)
    assert await rows(connection) == []


async def test_an_event_of_the_future_counts_as_now(connection: Connection) -> None:
    await events.append(connection, [identify({"city": "Kiel"}, hours=-50)], now=NOW)
    assert (await known(connection))["city"].observed_at == NOW


async def test_records_and_events_of_merged_profiles_are_read_together(connection: Connection) -> None:
    await events.append(connection, [identify({"plan": "pro"}, user="x", user_id=None, anonymous_id="browser")], now=NOW)
    await events.append(connection, [identify({"city": "Kiel"}, anonymous_id="browser")], now=NOW)
    profile_id = await identity.find(connection, "user_id", "anna")
    assert profile_id
    record = {"city": '"Bonn"', "lastName": '"Petersen"'}
    later = NOW + timedelta(hours=1)
    await giving.put(connection, [giving.Said(profile_id, name, "crm", value, later) for name, value in record.items()])
    found = await known(connection, "anonymous_id", "browser")
    assert {name: each.value for name, each in found.items()} == {"city": "Bonn", "lastName": "Petersen", "plan": "pro"}
    assert [each.value for each in found["city"].conflicts] == ["Kiel"]


async def test_group_events_give_traits_to_the_company_and_note_its_member(connection: Connection) -> None:
    event = identify({"industry": "Construction"}, type=EventType.GROUP, context={"groupId": 4711})
    await events.append(connection, [event, identify({"name": "Bau GmbH"}, type=EventType.GROUP, context={"groupId": "4711"})], now=NOW)
    company = await known(connection, "group_id", "4711")
    assert {name: each.value for name, each in company.items()} == {"industry": "Construction", "name": "Bau GmbH"}
    row = await (await connection.execute("SELECT kind FROM memberships JOIN profiles ON profiles.profile_id = company_id")).fetchone()
    assert row == {"kind": "company"}
    assert await known(connection) == {}


async def letters(connection: Connection) -> list[dict[str, Any]]:
    return await (await connection.execute("SELECT kind, field, reason, payload FROM dead_letters ORDER BY reason")).fetchall()


async def test_what_is_too_large_is_left_out_and_told_without_its_value(connection: Connection) -> None:
    event = identify({"city": "Kiel", "essay": "x" * folding.LARGEST, "y" * 201: 1})
    await events.append(connection, [event], now=NOW)
    assert set(await known(connection)) == {"city"}
    (letter,) = await letters(connection)
    assert (letter["kind"], letter["field"]) == ("traits", "essay")
    assert letter["payload"] == {"messageId": event.message_id, "traits": ["essay", "y" * 200]}


async def test_a_profile_keeps_as_many_traits_as_there_may_be(connection: Connection) -> None:
    await events.append(connection, [identify({f"a{number}": number for number in range(250)})], now=NOW)
    assert len(await known(connection)) == folding.MOST
    await events.append(connection, [identify({"email": "anna@example.org"})], now=NOW)
    found = await known(connection)
    assert len(found) == folding.MOST
    assert "email" in found
    assert {letter["payload"].get("left_out") for letter in await letters(connection)} == {50, None}


async def test_what_no_text_can_hold_is_replaced(connection: Connection) -> None:
    await events.append(connection, [identify({"ci\0ty": "Ki\0el"})], now=NOW)
    assert [row[:3] for row in await rows(connection)] == [("ci\ufffdty", "shop", "Ki\ufffdel")]


NAMES = st.sampled_from(["email", "plan", "a", "b", "c", "d"])
VALUES = st.one_of(st.none(), st.booleans(), st.integers(-5, 5), st.text("ab\u00e4", max_size=3), st.lists(st.integers(0, 1), max_size=2))
SAID = st.tuples(st.sampled_from(["shop", "app"]), st.integers(0, 3), st.dictionaries(NAMES, VALUES, max_size=6))


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folding, "MOST", 4)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(said=st.lists(SAID, min_size=1, max_size=6), data=st.data())
@pytest.mark.usefixtures("few")
def test_neither_order_nor_repetition_matters(rolled_back_url: str, said: list[Said], data: st.DataObject) -> None:
    """A limit of four traits makes it matter that always the same are left out."""
    import asyncio

    other = data.draw(st.permutations(said + data.draw(st.lists(st.sampled_from(said), max_size=3))))
    cut = data.draw(st.integers(0, len(other)))

    async def folded(*batches: list[Said]) -> list[tuple[Any, ...]]:
        connection = await database.connect(rolled_back_url)
        try:
            for batch in batches:
                told = [identify(values, hours=hours, source=source) for source, hours, values in batch]
                await events.append(connection, told, now=NOW)
            return await rows(connection)
        finally:
            await connection.rollback()
            await connection.close()

    assert asyncio.run(folded(said)) == asyncio.run(folded(other[:cut], other[cut:]))


async def test_a_profile_that_is_erased_takes_its_traits_along(connection: Connection) -> None:
    await events.append(connection, [identify({"city": "Kiel"})], now=NOW)
    await connection.execute("DELETE FROM profiles")
    assert await rows(connection) == []


async def test_an_event_of_a_profile_that_is_gone_gives_no_traits(connection: Connection) -> None:
    try:
        await events.append(connection, [identify({"city": "Kiel"}, user_id=None, profile_id=uuid4())], now=NOW)
    except psycopg.Error:
        pytest.fail("an event of nobody is no fault")
    assert await rows(connection) == []
