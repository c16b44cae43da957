"""Whoever an event names is found, or made once; nobody becomes two people, and nobody's values are nobody."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from hanse.base import database, ids
from hanse.base.database import Connection
from hanse.data.profiles import identity, merging
from hanse.data.profiles.keys import Key
from tests.conftest import NOW

HOUR = timedelta(hours=1)


@dataclass
class Sender:
    """Somebody as an event names them."""

    user_id: str | None = None
    anonymous_id: str | None = None
    profile_id: UUID | None = None
    identities: tuple[Key, ...] = ()
    source: str = "shop"
    occurred_at: datetime = NOW


async def resolve(connection: Connection, *senders: Sender) -> list[UUID | None]:
    return await identity.resolve(connection, senders, now=NOW)


async def people(connection: Connection, *senders: Sender) -> list[UUID]:
    """Return who stands for each sender after all of them."""
    found = await resolve(connection, *senders)
    return [await merging.canonical(connection, each) for each in found if each]


async def count(connection: Connection, table: str) -> int:
    row = await (await connection.execute(f"SELECT count(*) AS count FROM {table}".encode())).fetchone()
    assert row
    return int(row["count"])


async def test_the_same_person_in_one_batch_is_made_once(connection: Connection) -> None:
    found = await people(connection, Sender("1", "b"), Sender("1"), Sender(None, "b"), Sender("1", "other browser"))
    assert len(set(found)) == 1
    assert await count(connection, "identities") == 3


async def test_the_same_person_is_found_again(connection: Connection) -> None:
    first = await people(connection, Sender("1", "b"))
    assert await people(connection, Sender(None, "b"), Sender("1")) == first * 2
    assert await identity.find(connection, "anonymous_id", "b") == first[0]


async def test_a_browser_that_signs_in_becomes_its_user_with_all_that_it_did(connection: Connection) -> None:
    (before,) = await resolve(connection, Sender(None, "b"))
    (user,) = await people(connection, Sender("1", "b"))
    assert before in await merging.members(connection, user)


async def test_a_known_user_and_a_known_browser_become_one(connection: Connection) -> None:
    (user,) = await people(connection, Sender("1"))
    (browser,) = await people(connection, Sender(None, "b"))
    assert user != browser
    assert set(await people(connection, Sender("1", "b"), Sender(None, "b"))) == {min(user, browser)}


async def test_the_second_user_of_a_browser_is_somebody_else(connection: Connection) -> None:
    first, second, browser = await people(connection, Sender("1", "b"), Sender("2", "b", occurred_at=NOW + HOUR), Sender(None, "b"))
    assert first != second
    assert browser == first


async def test_whoever_used_a_browser_first_has_it_however_late_that_is_known(connection: Connection) -> None:
    await resolve(connection, Sender("2", "b", occurred_at=NOW + HOUR))
    first, browser, second = await people(connection, Sender("1", "b"), Sender(None, "b"), Sender("2"))
    assert browser == first != second


async def test_an_address_joins_what_two_browsers_did(connection: Connection) -> None:
    address = (("email", "eva@nordwerk.example"),)
    one, other = await people(connection, Sender(None, "a", identities=address), Sender(None, "b", identities=address))
    assert one == other


async def test_a_browser_does_not_make_two_addresses_one_person(connection: Connection) -> None:
    one, other = await people(
        connection,
        Sender(None, "b", identities=(("email", "eva@nordwerk.example"),)),
        Sender(None, "b", identities=(("email", "jan@nordwerk.example"),)),
    )
    assert one != other


async def test_a_kiosk_joins_nobody(connection: Connection) -> None:
    found = await people(connection, *(Sender(str(number), "kiosk", occurred_at=NOW + number * HOUR) for number in range(1, 1001)))
    assert len(set(found)) == 1000
    (kiosk,) = await people(connection, Sender(None, "kiosk"))
    assert kiosk not in found
    assert await count(connection, "profile_links") < 1001
    before = await count(connection, "profile_links")
    await resolve(connection, *(Sender(str(number), "kiosk") for number in range(1000, 1100)))
    assert await count(connection, "profile_links") == before, "what many people use is not linked any more"


async def test_the_address_of_a_department_joins_nobody(connection: Connection) -> None:
    address = (("email", "einkauf@nordwerk.example"),)
    found = await people(connection, *(Sender(str(number), identities=address) for number in range(20)))
    assert len(set(found)) == 20


async def test_a_person_has_one_user_id(connection: Connection) -> None:
    address = (("email", "eva@nordwerk.example"),)
    one, other = await people(connection, Sender("1", identities=address), Sender("2", identities=address, occurred_at=NOW + HOUR))
    assert one != other
    assert await identity.find(connection, "email", "eva@nordwerk.example") == one


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
            return await resolve(connection, *(Sender(str(number), f"b{number}") for number in range(1, 51)))

    results = await asyncio.gather(*(batch() for _ in range(4)))
    assert all(result == results[0] for result in results)
    async with await database.connect(database_url) as connection:
        assert await count(connection, "profiles") == 100
        assert await count(connection, "profiles WHERE merged_into IS NULL") == 50
