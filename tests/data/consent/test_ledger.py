"""The ledger only grows: every entry is chained to the one before, whatever is changed shows, and only erasure takes anything away."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hanse.base import database, ids
from hanse.base.database import Connection
from hanse.base.operation import Purpose
from hanse.data import consent, profiles
from hanse.data.consent import Consent, LegalBasis, Medium, State, chain, store
from hanse.data.consent.chain import Fault, FaultKind
from hanse.data.consent.errors import UnlawfulConsent
from hanse.data.profiles import Profile
from tests.conftest import NOW

CONDITIONS = {"address_from_sale": True, "similar_goods_only": True, "never_objected": True, "told_of_objection": True}
WITHOUT_TRIGGERS = "ALTER TABLE consents DISABLE TRIGGER USER"


async def person(connection: Connection) -> UUID:
    made = Profile(profile_id=ids.new(NOW), created_at=NOW)
    await profiles.put(connection, [made], source="shop", now=NOW)
    return made.profile_id


def entry(profile_id: UUID, days: float = 0, state: State = State.GRANTED, **facts: Any) -> Consent:
    decided_at = NOW + timedelta(days=days)
    return Consent(
        consent_id=ids.new(decided_at),
        profile_id=profile_id,
        state=state,
        channel="banner",
        decided_at=decided_at,
        **{"purpose": Purpose.PERSONALISATION, **facts},
    )


async def five(connection: Connection) -> UUID:
    profile_id = await person(connection)
    await consent.put(connection, [entry(profile_id, days, State.GRANTED if days % 2 else State.DENIED) for days in range(5)], now=NOW)
    return profile_id


async def found(connection: Connection, profile_id: UUID) -> set[tuple[FaultKind, int]]:
    return {(fault.kind, fault.position) for fault in (await consent.verify(connection, profile_id))[profile_id]}


async def test_what_was_written_is_one_chain(connection: Connection) -> None:
    profile_id = await five(connection)
    await consent.put(connection, [entry(profile_id, -1), entry(profile_id, 9)], now=NOW)
    assert await found(connection, profile_id) == set()
    entries = await consent.history(connection, profile_id)
    assert sorted(each.position for each in entries) == [1, 2, 3, 4, 5, 6, 7]
    by_position = sorted(entries, key=lambda each: each.position)
    assert [each.previous_hash for each in by_position] == [chain.GENESIS, *(each.hash for each in by_position[:-1])]


async def test_the_hash_is_what_the_format_says() -> None:
    """A fixed value: a change of the format would make every ledger there is look forged."""
    facts = {"purpose": "advertising", "decided_at": NOW, "evidence": {"b": 1.5, "a": "ü"}, "text_hash": b"\1", "medium": None}
    assert chain.canonical(facts) == (
        b'{"decided_at":"2026-06-15T12:00:00.000000+00:00","evidence":{"a":"\\u00fc","b":1.5},"medium":null,"purpose":"advertising","text_hash":"01"}'
    )
    assert chain.link(facts, 1, chain.GENESIS).hex() == "b93d7a203f94f7c4937922fcfb2b89ee34455df1d856b10cfbfd9ea30b1b5efa"


CHANGES = [
    "UPDATE consents SET state = 'withdrawn' WHERE position = 3",
    "UPDATE consents SET purpose = 'statistics' WHERE position = 3",
    "UPDATE consents SET channel = 'letter' WHERE position = 3",
    "UPDATE consents SET decided_at = decided_at + interval '1 microsecond' WHERE position = 3",
    "UPDATE consents SET recorded_at = recorded_at - interval '1 microsecond' WHERE position = 3",
    "UPDATE consents SET evidence = '{\"x\": 1}' WHERE position = 3",
    "UPDATE consents SET form = 'x' WHERE position = 3",
    "UPDATE consents SET url = 'x' WHERE position = 3",
    "UPDATE consents SET ip = 'x' WHERE position = 3",
    "UPDATE consents SET user_agent = 'x' WHERE position = 3",
    "UPDATE consents SET message_id = 'x' WHERE position = 3",
    "UPDATE consents SET request_id = gen_random_uuid() WHERE position = 3",
    "UPDATE consents SET consent_id = gen_random_uuid() WHERE position = 3",
    "UPDATE consents SET hash = decode(repeat('00', 32), 'hex') WHERE position = 3",
]


@pytest.mark.parametrize("change", CHANGES)
async def test_whatever_is_changed_shows(connection: Connection, change: str) -> None:
    profile_id = await five(connection)
    await connection.execute(WITHOUT_TRIGGERS)
    await connection.execute(change.encode())
    assert (FaultKind.CHANGED, 3) in await found(connection, profile_id)


@pytest.mark.parametrize("position", [1, 2, 5])
async def test_whatever_is_removed_shows(connection: Connection, position: int) -> None:
    profile_id = await five(connection)
    await connection.execute(WITHOUT_TRIGGERS)
    await connection.execute("DELETE FROM consents WHERE position = %s", (position,))
    assert await found(connection, profile_id) >= {(FaultKind.MISSING, 6 if position < 5 else 5)}


async def test_a_ledger_that_is_gone_whole_shows(connection: Connection) -> None:
    profile_id = await five(connection)
    await connection.execute(WITHOUT_TRIGGERS)
    await connection.execute("DELETE FROM consents")
    assert await consent.verify_all(connection) == {profile_id: [Fault(FaultKind.MISSING, 1)]}


async def test_whatever_is_moved_shows(connection: Connection) -> None:
    profile_id = await five(connection)
    await connection.execute(WITHOUT_TRIGGERS)
    await connection.execute("ALTER TABLE consents DROP CONSTRAINT consents_position")
    await connection.execute("UPDATE consents SET position = 6 - position WHERE position IN (2, 4)")
    assert {kind for kind, _ in await found(connection, profile_id)} >= {FaultKind.BROKEN, FaultKind.CHANGED}


async def test_an_entry_of_somebody_else_shows(connection: Connection) -> None:
    mine, other = await five(connection), await five(connection)
    await connection.execute(WITHOUT_TRIGGERS)
    await connection.execute("DELETE FROM consents WHERE profile_id = %s AND position = 5", (mine,))
    await connection.execute("UPDATE consents SET profile_id = %s WHERE profile_id = %s AND position = 5", (mine, other))
    assert {kind for kind, _ in await found(connection, mine)} >= {FaultKind.BROKEN, FaultKind.CHANGED}
    assert await found(connection, other) == {(FaultKind.MISSING, 5)}


@pytest.mark.parametrize("table", ["consents", "consent_texts", "consent_receipts"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET {} = {}", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
async def test_the_database_refuses_every_change(connection: Connection, table: str, statement: str) -> None:
    profile_id = await five(connection)
    await connection.execute(
        "INSERT INTO consent_texts VALUES (decode(repeat('00', 32), 'hex'), 'de', 'x', now());"
        "INSERT INTO consent_receipts VALUES (gen_random_uuid(), now(), 1, '{}', decode('00', 'hex'))"
    )
    column = {"consents": "channel", "consent_texts": "text", "consent_receipts": "entries"}[table]
    with pytest.raises(psycopg.errors.RaiseException, match="is append-only"):
        await connection.execute(statement.format(table, column, column).encode())
    await connection.rollback()
    assert profile_id


async def test_a_profile_with_entries_cannot_be_deleted_past_the_ledger(connection: Connection) -> None:
    profile_id = await five(connection)
    with pytest.raises(psycopg.errors.RaiseException, match="consents is append-only"):
        await connection.execute("DELETE FROM profiles WHERE profile_id = %s", (profile_id,))


async def test_erasure_leaves_a_receipt_without_the_person(connection: Connection) -> None:
    profile_id, other = await five(connection), await five(connection)
    head = max(await consent.history(connection, profile_id), key=lambda each: each.position).hash
    assert await consent.erase(connection, [profile_id], now=NOW) == 5
    assert await consent.history(connection, profile_id) == []
    assert await consent.verify_all(connection) == {}
    assert len(await consent.history(connection, other)) == 5
    (receipt,) = await (await connection.execute("SELECT erased_at, entries, purposes, head FROM consent_receipts")).fetchall()
    assert receipt == {"erased_at": NOW, "entries": 5, "purposes": ["personalisation"], "head": head}
    await connection.execute("DELETE FROM profiles WHERE profile_id = %s", (profile_id,))
    with pytest.raises(psycopg.errors.RaiseException):
        await connection.execute("DELETE FROM consents")


async def test_who_has_nothing_leaves_no_receipt(connection: Connection) -> None:
    assert await consent.erase(connection, await person(connection), now=NOW) == 0
    assert await (await connection.execute("SELECT * FROM consent_receipts")).fetchall() == []


async def test_after_erasure_a_new_chain_begins(connection: Connection) -> None:
    profile_id = await five(connection)
    await consent.erase(connection, profile_id, now=NOW)
    await consent.put(connection, [entry(profile_id)], now=NOW)
    assert await found(connection, profile_id) == set()
    assert [each.position for each in await consent.history(connection, profile_id)] == [1]


async def test_writers_at_the_same_time_make_one_chain(database_url: str) -> None:
    async with await database.connect(database_url) as connection:
        people = [await person(connection) for _ in range(3)]

    async def write(number: int) -> int:
        async with await database.connect(database_url) as connection:
            return await consent.put(connection, [entry(each, number) for each in people for _ in range(3)], now=NOW)

    assert await asyncio.gather(*(write(number) for number in range(8))) == [9] * 8
    async with await database.connect(database_url) as connection:
        assert await consent.verify_all(connection) == {}
        assert [len(await consent.history(connection, each)) for each in people] == [24] * 3


async def test_two_chains_cannot_begin_at_the_same_entry(connection: Connection) -> None:
    await five(connection)
    with pytest.raises(psycopg.errors.UniqueViolation, match="consents_chain"):
        await connection.execute(
            "INSERT INTO consents (consent_id, profile_id, purpose, state, channel, decided_at, recorded_at, position, previous_hash, hash) "
            "SELECT gen_random_uuid(), profile_id, purpose, state, channel, decided_at, recorded_at, 9, previous_hash, hash FROM consents LIMIT 1"
        )


async def test_the_same_entry_twice_in_one_batch_is_written_once(connection: Connection) -> None:
    given_twice = entry(await person(connection))
    assert await consent.put(connection, [given_twice, given_twice], now=NOW) == 1
    assert await consent.put(connection, [given_twice], now=NOW) == 0
    assert await found(connection, given_twice.profile_id) == set()


async def test_a_large_batch_takes_few_statements(connection: Connection) -> None:
    people = [Profile(profile_id=ids.new(NOW), created_at=NOW) for _ in range(2000)]
    await profiles.put(connection, people, source="shop", now=NOW)
    assert await consent.put(connection, [entry(each.profile_id) for each in people], now=NOW) == 2000
    assert await consent.verify_all(connection) == {}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


@given(evidence=st.dictionaries(st.text(), JSON, max_size=3), channel=st.text(max_size=20), agent=st.text(max_size=20))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_stands_in_an_entry_it_can_be_verified(database_url: str, evidence: dict[str, Any], channel: str, agent: str) -> None:
    async def write() -> Sequence[Fault]:
        async with await database.connect(database_url) as connection:
            profile_id = await person(connection)
            given_ = entry(profile_id, evidence=evidence, user_agent=agent, ip=channel)
            await consent.put(connection, [given_], now=NOW)
            return (await consent.verify(connection, profile_id))[profile_id]

    try:
        assert asyncio.run(write()) == []
    except UnicodeEncodeError:
        assert any("\ud800" <= each <= "\udfff" for each in f"{evidence}{channel}{agent}")


@pytest.mark.parametrize("missing", sorted(CONDITIONS))
async def test_an_existing_customer_needs_all_four_conditions(connection: Connection, missing: str) -> None:
    profile_id = await person(connection)
    facts: dict[str, Any] = {"purpose": Purpose.ADVERTISING, "legal_basis": LegalBasis.EXISTING_CUSTOMER}
    with pytest.raises(UnlawfulConsent, match="four conditions"):
        await consent.put(connection, [entry(profile_id, evidence={"existing_customer": {**CONDITIONS, missing: False}}, **facts)], now=NOW)
    with pytest.raises(UnlawfulConsent, match="electronic mail"):
        await consent.put(connection, [entry(profile_id, medium=Medium.PHONE, evidence={"existing_customer": CONDITIONS}, **facts)], now=NOW)
    assert await consent.put(connection, [entry(profile_id, evidence={"existing_customer": CONDITIONS}, **facts)], now=NOW) == 1


async def test_an_objection_is_always_a_no(connection: Connection) -> None:
    profile_id = await person(connection)
    with pytest.raises(UnlawfulConsent, match="consents_objection"):
        await consent.put(connection, [entry(profile_id, state=State.GRANTED, legal_basis=LegalBasis.OBJECTION)], now=NOW)


def test_every_fact_of_an_entry_is_in_the_chain() -> None:
    assert set(Consent.__struct_fields__) - {"granted"} < set(store.COLUMNS)
