"""Keys are shown once, kept as a hash, and stop working when they are revoked."""

from __future__ import annotations

from datetime import timedelta

import psycopg
import pytest

from hanse.base import database, errors, ids
from hanse.base.database import Connection
from hanse.data.access import keys
from hanse.data.access.keys import NewKey
from tests.conftest import NOW

KNOWN = {"recommend", "recommend.popular"}


async def made(connection: Connection, name: str = "shop", *scopes: str) -> NewKey:
    return await keys.create(connection, name, scopes or ("recommend",), created_by="Anna", now=NOW, known=KNOWN)


async def test_a_key_is_found_by_itself(connection: Connection) -> None:
    new = await made(connection, "shop", "recommend", "write")
    found = await keys.find(connection, new.key, now=NOW)
    assert found is not None
    assert (found.key_id, found.name, found.scopes, found.created_by) == (new.key_id, "shop", frozenset({"recommend", "write"}), "Anna")


async def test_the_key_itself_is_nowhere_in_the_database(connection: Connection) -> None:
    new = await made(connection)
    row = await (await connection.execute("SELECT api_keys::text AS text FROM api_keys")).fetchone()
    assert row is not None
    assert new.key not in row["text"]
    assert new.key[6:49] not in row["text"]
    assert new.key not in repr(new)


async def test_keys_differ_and_begin_with_their_prefix(connection: Connection) -> None:
    first, second = await made(connection, "one"), await made(connection, "two")
    assert first.key != second.key
    assert first.key.startswith("hanse_")
    assert first.key.startswith(first.prefix)
    assert len(first.prefix) == 12


async def test_a_mistyped_key_is_told_by_its_check_part(connection: Connection) -> None:
    key = (await made(connection)).key
    other = "A" if key[20] != "A" else "B"
    assert keys.is_well_formed(key)
    for wrong in (key[:20] + other + key[21:], key[:-1], key + "A", "hanse_", "", "Bearer", "ä" * 55):
        assert not keys.is_well_formed(wrong)
        assert await keys.find(connection, wrong, now=NOW) is None


async def test_a_well_formed_key_that_nobody_made_is_unknown(connection: Connection) -> None:
    stranger = keys._generate((await made(connection)).key_id, "shop", frozenset({"*"}))
    assert keys.is_well_formed(stranger.key)
    assert await keys.find(connection, stranger.key, now=NOW) is None


async def test_a_revoked_key_is_found_no_more_and_stays_in_the_list(connection: Connection) -> None:
    new = await made(connection)
    await keys.revoke(connection, new.key_id, now=NOW)
    again = await keys.revoke(connection, new.key_id, now=NOW + timedelta(days=1))
    assert await keys.find(connection, new.key, now=NOW) is None
    assert again.revoked_at == NOW
    assert await keys.list_all(connection) == [again]


async def test_a_key_can_be_revoked_by_its_name(connection: Connection) -> None:
    new = await made(connection)
    assert (await keys.revoke(connection, "shop", now=NOW)).key_id == new.key_id
    assert await keys.find(connection, new.key, now=NOW) is None


async def test_an_unknown_key_cannot_be_revoked(connection: Connection) -> None:
    with pytest.raises(keys.UnknownKey):
        await keys.revoke(connection, ids.new(NOW), now=NOW)
    with pytest.raises(keys.UnknownKey, match="stock"):
        await keys.revoke(connection, "stock", now=NOW)


async def test_a_name_is_given_once(connection: Connection) -> None:
    await made(connection, "shop")
    with pytest.raises(errors.Conflict, match="shop"):
        await made(connection, " shop ")
    assert (await keys.named(connection, "shop")).name == "shop"


async def test_an_unknown_scope_is_refused_and_the_known_ones_are_named(connection: Connection) -> None:
    with pytest.raises(keys.UnknownScope, match=r"no scope predict\..*\*, recommend, recommend\.popular, storefront, write"):
        await made(connection, "shop", "write", "predict")


@pytest.mark.parametrize("name", ["", "  ", "a" * 101, "a\x00b"])
async def test_a_key_needs_a_name(connection: Connection, name: str) -> None:
    with pytest.raises(errors.InvalidRequest, match="name"):
        await made(connection, name)


async def test_a_key_needs_a_scope(connection: Connection) -> None:
    with pytest.raises(errors.InvalidRequest, match="scope"):
        await keys.create(connection, "shop", (), created_by="Anna", now=NOW)


async def test_use_is_noted_once_a_minute(connection: Connection) -> None:
    new = await made(connection)
    noted = []
    for seconds in (0, 59, 60, 119):
        await keys.find(connection, new.key, now=NOW + timedelta(seconds=seconds))
        noted.append((await keys.named(connection, "shop")).last_used_at)
    assert noted == [NOW, NOW, NOW + timedelta(seconds=60), NOW + timedelta(seconds=60)]


async def test_two_requests_with_one_key_do_not_wait_for_each_other(database_url: str) -> None:
    async with await database.connect(database_url) as first, await database.connect(database_url) as second:
        new = await made(first)
        await first.commit()
        await second.execute("SET lock_timeout = '2s'")
        assert await keys.find(first, new.key, now=NOW) is not None
        assert await keys.find(second, new.key, now=NOW) is not None


async def test_making_and_revoking_are_announced_at_commit(database_url: str) -> None:
    async with await database.connect(database_url) as writer, await database.connect(database_url, autocommit=True) as listener:
        await listener.execute("LISTEN hanse_changes")
        new = await made(writer)
        await keys.revoke(writer, new.key_id, now=NOW)
        assert [note.payload async for note in listener.notifies(timeout=0.1)] == []
        await writer.commit()
        assert [note.payload async for note in listener.notifies(timeout=2, stop_after=2)] == ["keys:", f"keys:{new.key_id}"]


async def test_a_hash_belongs_to_one_key_only(connection: Connection) -> None:
    await made(connection)
    with pytest.raises(psycopg.errors.UniqueViolation):
        await connection.execute(
            "INSERT INTO api_keys SELECT gen_random_uuid(), 'other', prefix, key_hash, scopes, created_by, created_at FROM api_keys"
        )
