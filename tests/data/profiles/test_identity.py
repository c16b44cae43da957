"""Whoever an event names is found, or made once; nobody becomes two people, and nobody's values are nobody."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from uuid import UUID

import pytest

from hanse.base import database, ids
from hanse.base.database import Connection
from hanse.data.profiles import identity
from tests.conftest import NOW


@dataclass
class Sender:
    """Somebody as an event names them."""

    user_id: str | None = None
    anonymous_id: str | None = None
    profile_id: UUID | None = None
    source: str = "shop"


async def resolve(connection: Connection, *senders: Sender) -> list[UUID | None]:
    return await identity.resolve(connection, senders, now=NOW)


async def count(connection: Connection, table: str) -> int:
    row = await (await connection.execute(f"SELECT count(*) AS count FROM {table}".encode())).fetchone()
    assert row
    return int(row["count"])


async def test_the_same_person_in_one_batch_is_made_once(connection: Connection) -> None:
    found = await resolve(connection, Sender("1", "b"), Sender("1"), Sender(None, "b"), Sender("1", "other browser"))
    assert len(set(found)) == 1
    assert await count(connection, "profiles") == 1
    assert await count(connection, "identities") == 3


async def test_the_same_person_is_found_again(connection: Connection) -> None:
    first = await resolve(connection, Sender("1", "b"))
    assert await resolve(connection, Sender(None, "b"), Sender("1")) == first * 2
    assert await count(connection, "profiles") == 1


async def test_a_browser_that_signs_in_becomes_its_user(connection: Connection) -> None:
    anonymous = await resolve(connection, Sender(None, "b"))
    assert await resolve(connection, Sender("1", "b")) == anonymous


async def test_a_known_user_wins_over_an_unknown_browser(connection: Connection) -> None:
    (user,) = await resolve(connection, Sender("1"))
    (browser,) = await resolve(connection, Sender(None, "b"))
    assert await resolve(connection, Sender("1", "b"), Sender(None, "b")) == [user, browser]


async def test_the_second_user_of_a_browser_is_somebody_else(connection: Connection) -> None:
    first, second, browser = await resolve(connection, Sender("1", "b"), Sender("2", "b"), Sender(None, "b"))
    assert first != second
    assert browser == first


async def test_spaces_around_an_id_mean_nothing(connection: Connection) -> None:
    first, second = await resolve(connection, Sender(" 1 "), Sender("1"))
    assert first == second


@pytest.mark.parametrize("value", ["", "  ", "null", "NULL", "undefined", "0", "-1", "Anonymous", "guest", None])
async def test_values_for_nobody_name_nobody(connection: Connection, value: str | None) -> None:
    assert await resolve(connection, Sender(value, value)) == [None]
    assert await count(connection, "profiles") == 0


async def test_a_value_for_nobody_beside_a_real_one_is_left_out(connection: Connection) -> None:
    (found,) = await resolve(connection, Sender("null", "b"))
    assert found is not None
    assert await count(connection, "identities") == 1


async def test_a_profile_that_the_sender_knows_is_taken_as_it_is(connection: Connection) -> None:
    known = ids.new(NOW)
    assert await resolve(connection, Sender("1", "b", known)) == [known]
    assert await count(connection, "identities") == 0


async def test_batches_at_the_same_time_make_nobody_twice(database_url: str) -> None:
    async def batch() -> list[UUID | None]:
        async with await database.connect(database_url) as connection:
            return await resolve(connection, *(Sender(str(number), f"b{number}") for number in range(50)))

    results = await asyncio.gather(*(batch() for _ in range(4)))
    assert all(result == results[0] for result in results)
    async with await database.connect(database_url) as connection:
        assert await count(connection, "profiles") == 50
