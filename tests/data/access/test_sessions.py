"""A session lasts while it is used, ends when it is told to, and keeps no secret in the database."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest

from hanse.base import database
from hanse.base.database import Connection
from hanse.data.access import accounts, sessions
from hanse.data.access.accounts import Role
from tests.conftest import NOW

HOUR = timedelta(hours=1)


async def account_id(connection: Connection, email: str = "ben@example.com") -> UUID:
    await accounts.invite(connection, email, "Ben", Role.SERVICE, NOW)
    return (await accounts.find_by_email(connection, email)).account_id


async def test_a_session_is_found_by_its_secret(connection: Connection) -> None:
    ben = await account_id(connection)
    new = await sessions.begin(connection, ben, NOW)
    found = await sessions.find(connection, new.secret, NOW + HOUR)
    assert found is not None
    assert (found.account.account_id, found.account.role, found.csrf_token, found.began_at) == (ben, Role.SERVICE, new.csrf_token, NOW)
    assert await sessions.find(connection, new.csrf_token, NOW) is None


async def test_the_secret_is_nowhere_in_the_database(connection: Connection) -> None:
    new = await sessions.begin(connection, await account_id(connection), NOW)
    row = await (await connection.execute("SELECT s::text AS text FROM console_sessions AS s")).fetchone()
    assert row is not None
    assert new.secret not in row["text"]
    assert new.secret not in repr(new)


async def test_a_session_ends_after_twelve_idle_hours(connection: Connection) -> None:
    new = await sessions.begin(connection, await account_id(connection), NOW)
    assert await sessions.find(connection, new.secret, NOW + 11 * HOUR) is not None
    assert await sessions.find(connection, new.secret, NOW + 22 * HOUR) is not None
    assert await sessions.find(connection, new.secret, NOW + 34 * HOUR) is None


async def test_a_session_ends_after_two_weeks_however_much_it_is_used(connection: Connection) -> None:
    new = await sessions.begin(connection, await account_id(connection), NOW)
    found = [await sessions.find(connection, new.secret, NOW + hours * HOUR) is not None for hours in range(0, 14 * 24 + 1, 8)]
    assert found == [True] * (14 * 3) + [False]


async def test_use_is_noted_once_a_minute_for_session_and_account(connection: Connection) -> None:
    new = await sessions.begin(connection, await account_id(connection), NOW)
    noted = []
    for seconds in (59, 60, 100):
        await sessions.find(connection, new.secret, NOW + timedelta(seconds=seconds))
        found = await sessions.find(connection, new.secret, NOW + timedelta(seconds=seconds))
        assert found is not None
        noted.append((found.seen_at - NOW, found.account.last_seen_at))
    minute = timedelta(seconds=60)
    assert noted == [(timedelta(0), None), (minute, NOW + minute), (minute, NOW + minute)]


async def test_two_requests_of_one_session_do_not_wait_for_each_other(database_url: str) -> None:
    async with await database.connect(database_url) as first, await database.connect(database_url) as second:
        new = await sessions.begin(first, await account_id(first), NOW)
        await first.commit()
        await second.execute("SET lock_timeout = '2s'")
        assert await sessions.find(first, new.secret, NOW + HOUR) is not None
        assert await sessions.find(second, new.secret, NOW + HOUR) is not None


async def test_ending_one_session_leaves_the_others(connection: Connection) -> None:
    ben = await account_id(connection)
    one, two = await sessions.begin(connection, ben, NOW), await sessions.begin(connection, ben, NOW)
    await sessions.end(connection, one.secret)
    assert await sessions.find(connection, one.secret, NOW) is None
    assert await sessions.find(connection, two.secret, NOW) is not None


async def test_ending_all_leaves_those_of_others(connection: Connection) -> None:
    ben, cleo = await account_id(connection), await account_id(connection, "cleo@example.com")
    bens = [await sessions.begin(connection, ben, NOW) for _ in range(2)]
    cleos = await sessions.begin(connection, cleo, NOW)
    assert await sessions.end_all(connection, ben) == 2
    assert [await sessions.find(connection, each.secret, NOW) for each in bens] == [None, None]
    assert await sessions.find(connection, cleos.secret, NOW) is not None


async def test_a_new_role_counts_at_once(connection: Connection) -> None:
    ben = await account_id(connection)
    new = await sessions.begin(connection, ben, NOW)
    await accounts.change_role(connection, ben, Role.VIEWER)
    found = await sessions.find(connection, new.secret, NOW)
    assert found is not None
    assert found.account.role is Role.VIEWER


async def test_only_the_sessions_own_token_is_accepted(connection: Connection) -> None:
    ben = await account_id(connection)
    new, other = await sessions.begin(connection, ben, NOW), await sessions.begin(connection, ben, NOW)
    found = await sessions.find(connection, new.secret, NOW)
    assert found is not None
    found.check(new.csrf_token)
    for wrong in (other.csrf_token, "", "ä"):
        with pytest.raises(sessions.WrongToken):
            found.check(wrong)


async def test_sweeping_removes_what_ended_and_nothing_else(connection: Connection) -> None:
    ben = await account_id(connection)
    await sessions.begin(connection, ben, NOW - 13 * HOUR)
    fresh = await sessions.begin(connection, ben, NOW)
    assert await sessions.sweep(connection, NOW) == 1
    assert await sessions.find(connection, fresh.secret, NOW) is not None
