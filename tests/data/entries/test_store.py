"""Whatever happens makes its entry in the same transaction, whoever does it; an action that words its own gets no second one."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from hanse.base import ids
from hanse.base.database import Connection
from hanse.base.operation import Purpose
from hanse.data import consent, entries
from hanse.data.access import audit
from hanse.data.consent import Consent, State
from hanse.data.entries import Entry, UnknownEntryKind
from hanse.data.privacy import restriction
from hanse.data.profiles import merging

NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)


async def person(connection: Connection) -> UUID:
    profile_id = ids.new(NOW)
    await connection.execute("INSERT INTO profiles (profile_id, created_at, updated_at) VALUES (%s, %s, %s)", (profile_id, NOW, NOW))
    return profile_id


async def kinds(connection: Connection, profile_id: UUID) -> list[str]:
    return sorted(each.kind for each in await entries.history(connection, profile_id))


async def act(connection: Connection, subject: object, effect: str = "act", **facts: Any) -> None:
    await audit.note(connection, actor_kind="key", actor="shop", action="service.answer", effect=effect, subject=str(subject), facts=facts, now=NOW)


async def test_an_entry_is_kept_as_it_was_put(connection: Connection) -> None:
    anna = await person(connection)
    entry = Entry(
        kind="order_answered",
        profile_id=anna,
        subject="An answer",
        text="Done.",
        facts={"order_id": "B-1"},
        language="en",
        operation="service.answer",
    )
    (entry_id,) = await entries.put(connection, [entry], now=NOW)
    (found,) = await entries.history(connection, anna)
    assert (found.entry_id, found.kind, found.text, found.facts) == (entry_id, "order_answered", "Done.", {"order_id": "B-1"})
    assert (found.purpose, found.occurred_at) == (Purpose.CONTRACT, NOW)


@pytest.mark.parametrize("kind", ["", "Order Answered", "9lives", "a" * 65, "a-b"])
async def test_a_kind_that_is_none_is_refused(connection: Connection, kind: str) -> None:
    with pytest.raises(UnknownEntryKind, match="Use small letters"):
        await entries.put(connection, [Entry(kind=kind)], now=NOW)


async def test_the_same_entry_is_written_once_and_nul_signs_do_no_harm(connection: Connection) -> None:
    anna, entry_id = await person(connection), ids.new(NOW)
    for _ in range(2):
        await entries.put(connection, [Entry(entry_id=entry_id, kind="call", profile_id=anna, text="a\0b", facts={"x": "\0"})], now=NOW)
    (found,) = await entries.history(connection, anna)
    assert found.text == "a\ufffdb"


async def test_an_action_makes_its_entry_by_itself(connection: Connection) -> None:
    anna = await person(connection)
    await act(connection, anna, purpose="contract")
    (found,) = await entries.history(connection, anna)
    assert (found.kind, found.operation, found.purpose) == ("service_answer", "service.answer", Purpose.CONTRACT)


async def test_an_action_that_words_its_own_entry_gets_no_second_one(connection: Connection) -> None:
    anna = await person(connection)
    await entries.put(connection, [Entry(kind="order_answered", profile_id=anna, operation="service.answer")], now=NOW)
    await act(connection, anna)
    assert await kinds(connection, anna) == ["order_answered"]


async def test_what_only_writes_or_reads_makes_none(connection: Connection) -> None:
    anna = await person(connection)
    await act(connection, anna, effect="write")
    await act(connection, anna, effect="read")
    assert await kinds(connection, anna) == []


async def test_an_action_about_nobody_makes_one_too(connection: Connection) -> None:
    await act(connection, "warehouse 7")
    rows = await (await connection.execute("SELECT kind, profile_id FROM entries")).fetchall()
    assert rows == [{"kind": "service_answer", "profile_id": None}]


async def test_consent_makes_one_whoever_writes_it(connection: Connection) -> None:
    anna = await person(connection)
    given = Consent(
        consent_id=ids.new(NOW),
        profile_id=anna,
        purpose=Purpose.STATISTICS,
        state=State.GRANTED,
        channel="cookie banner",
        evidence={},
        decided_at=NOW,
    )
    for _ in range(2):
        await consent.put(connection, [given], now=NOW)
    (found,) = await entries.history(connection, anna)
    assert found.kind == "consent_changed"
    assert found.facts == {"purpose": "statistics", "state": "granted", "legal_basis": "consent", "channel": "cookie banner"}


async def test_a_note_and_its_removal_make_one_each(connection: Connection) -> None:
    anna, note = await person(connection), ids.new(NOW)
    await connection.execute("INSERT INTO customer_notes VALUES (%s, %s, 'Likes oak', 'Eva', %s)", (note, anna, NOW))
    (found,) = await entries.history(connection, anna)
    assert (found.kind, found.text, found.facts["author"]) == ("note_added", "Likes oak", "Eva")
    await connection.execute("DELETE FROM customer_notes WHERE note_id = %s", (note,))
    assert await kinds(connection, anna) == ["note_added", "note_removed"]
    assert "oak" not in str(await entries.history(connection, anna))


async def test_merging_by_a_person_and_taking_it_back_make_one_each(connection: Connection) -> None:
    anna, other = await person(connection), await person(connection)
    await merging.merge(connection, anna, other, actor="Eva", now=NOW)
    assert await kinds(connection, anna) == ["profile_merged"]
    (row,) = await (await connection.execute("SELECT link_id FROM profile_links")).fetchall()
    await merging.unmerge(connection, row["link_id"], actor="Eva", now=NOW)
    assert sorted([*await kinds(connection, anna), *await kinds(connection, other)]) == ["profile_merged", "profile_unmerged"]


async def test_restriction_and_its_end_make_one_each(connection: Connection) -> None:
    anna = await person(connection)
    for restricted in (True, True, False):
        await restriction.restrict(connection, [anna], restricted=restricted, now=NOW)
    assert await kinds(connection, anna) == ["processing_restricted", "restriction_lifted"]


async def test_whoever_goes_leaves_no_entry(connection: Connection) -> None:
    anna, note = await person(connection), ids.new(NOW)
    await connection.execute("INSERT INTO customer_notes VALUES (%s, %s, 'Likes oak', 'Eva', %s)", (note, anna, NOW))
    await connection.execute("DELETE FROM profiles WHERE profile_id = %s", (anna,))
    assert await (await connection.execute("SELECT * FROM entries")).fetchall() == []
