"""Making a message of what waits: read at the moment it is sent, so that it says what is so then, as far as it may be said."""

from __future__ import annotations

from collections.abc import Mapping as Facts
from typing import Any
from uuid import UUID

import msgspec

from hanse.base.database import Connection
from hanse.base.operation import Purpose
from hanse.data.entries import Entry
from hanse.data.profiles import merging
from hanse.data.traits import reading
from hanse.sources.connections import vault
from hanse.sources.crm import mapping as mappings
from hanse.sources.crm import standing, store, words
from hanse.sources.crm.schemas import Mapping
from hanse.sources.crm.target import Known, Message

OWN_ID = "profile_id"
BARE_FACTS = frozenset({"purpose", "state", "medium", "legal_basis"})
"""What is told of a right although nothing else may be: to what it is."""
CONTACT = frozenset({"email", "phone"})


class Withheld(Exception):  # no error: it is decided that nothing is sent
    """Something that is not to be sent, with the reason."""


async def make(connection: Connection, target: Known, row: Facts[str, Any]) -> Message:
    """Return the message of a delivery; raises `Withheld`."""
    if row["what"] == "erasure":
        return _erasure(target, row)
    if row["what"] == "traits":
        return await _traits(connection, target, row)
    found = await store.row(connection, "entry", {"entry_id": row["entry_id"]})
    if found is None:
        raise Withheld("the entry is gone")
    return await of_entry(connection, target, msgspec.convert(found, Entry), key=str(row["delivery_id"]))


async def of_entry(connection: Connection, target: Known, entry: Entry, *, key: str) -> Message:
    """Return the message of an entry; raises `Withheld`."""
    rule = mappings.rule_for(target.mapping, entry.kind)
    if rule is None:
        raise Withheld("no rule of the mapping is for this kind")
    if entry.kind == "note_added" and not entry.text:
        raise Withheld("the note was removed")
    verdict = await standing.judge(connection, entry.profile_id, entry.kind, entry.purpose)
    if verdict.withheld:
        raise Withheld(verdict.withheld)
    identities, remote_id = await _person(connection, target, entry.profile_id)
    facts = await _facts(connection, target, entry, identities)
    if verdict.bare:
        facts |= {"text": "", "traits": {}, "person": {}, "facts": {name: each for name, each in entry.facts.items() if name in BARE_FACTS}}
    return Message(
        key=key,
        kind=entry.kind,
        to=rule.to,
        person_kind=target.mapping.person,
        person=await _named(connection, target.mapping, identities, entry.profile_id),
        remote_id=remote_id,
        fields=mappings.apply(rule.fields, facts),
        occurred_at=entry.occurred_at,  # type: ignore[arg-type]  # entries that are kept have a time
    )


async def _facts(connection: Connection, target: Known, entry: Entry, identities: dict[str, str]) -> dict[str, Any]:
    language = entry.language or target.language
    wanted = mappings.read_traits(target.mapping)
    own = {name: getattr(entry, name) for name in mappings.PLAIN if name not in {"language", "subject", "purpose"}}
    return {
        **own,
        "subject": entry.subject or words.subject(entry.kind, entry.facts, language),
        "language": language,
        "purpose": entry.purpose.value,
        "facts": entry.facts,
        "traits": await _values(connection, entry.profile_id, wanted),
        "person": {"id": str(entry.profile_id or ""), **identities},
    }


async def _traits(connection: Connection, target: Known, row: Facts[str, Any]) -> Message:
    verdict = await standing.judge(connection, row["profile_id"], "trait_changed", Purpose.OPERATION)
    if verdict.withheld:
        raise Withheld(verdict.withheld)
    identities, remote_id = await _person(connection, target, row["profile_id"])
    values = await _values(connection, row["profile_id"], set(mappings.traits(target.mapping)))
    return Message(
        key=f"{row['delivery_id']}.{row['version']}",
        kind="trait_changed",
        to="person",
        person_kind=target.mapping.person,
        person=await _named(connection, target.mapping, identities, row["profile_id"]),
        remote_id=remote_id,
        fields={rule.field: values.get(rule.trait) for rule in target.mapping.traits},
        occurred_at=row["created_at"],
    )


def _erasure(target: Known, row: Facts[str, Any]) -> Message:
    """Return the message that somebody was erased: it names them by the id of the CRM and by nothing else."""
    who = vault.unseal(target.home, bytes(row["remote_id"]), name=target.name)
    return Message(
        key=str(row["delivery_id"]),
        kind="profile_erased",
        to="erasure",
        person_kind=target.mapping.person,
        person=who.get("person"),
        remote_id=who.get("remote_id"),
        occurred_at=row["created_at"],
    )


async def _values(connection: Connection, profile_id: UUID | None, wanted: set[str]) -> dict[str, Any]:
    """Return traits that may be told: those for which a basis is missing are not among them."""
    if profile_id is None or not wanted:
        return {}
    return {name: each.value for name, each in (await reading.of(connection, profile_id)).items() if name in wanted}


async def _person(connection: Connection, target: Known, profile_id: UUID | None) -> tuple[dict[str, str], str | None]:
    if profile_id is None:
        return {}, None
    found = {row["kind"]: row["value"] for row in await store.rows(connection, "identities", {"profile_id": profile_id})}
    known = await store.row(connection, "remote_id", {"profile_id": profile_id, "target_id": target.target_id})
    return found, known["remote_id"] if known else None


async def _named(connection: Connection, mapping: Mapping, identities: Facts[str, str], profile_id: UUID | None) -> str | None:
    """Return whom a message is about, as the CRM knows them; raises `Withheld` where it does not."""
    if profile_id is None:
        return None
    if mapping.person == OWN_ID:
        return str(await merging.canonical(connection, profile_id))
    if mapping.person not in identities:
        raise Withheld(f"the person has no {mapping.person}, by which the CRM would know them")
    return identities[mapping.person]
