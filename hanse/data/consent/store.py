"""Writing to and reading from the consent ledger; nothing in it is ever changed, and it goes only by `erase`."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID

import msgspec
from psycopg.errors import CheckViolation

from hanse.base import database, ids
from hanse.base.database import Connection, Queries
from hanse.base.operation import Purpose
from hanse.data.consent import chain, standing
from hanse.data.consent.chain import Fault
from hanse.data.consent.errors import MissingConditions, NotElectronicMail, UnlawfulConsent
from hanse.data.consent.schemas import Consent, Entry, LegalBasis, Medium, State
from hanse.data.consent.standing import Act, Standing

queries = Queries(__package__)

FACTS = tuple(name for name in Consent.__struct_fields__ if name != "granted")
"""What is kept of an entry as it was given."""
COLUMNS = (*FACTS, "recorded_at")
LINKED = (*COLUMNS, "position", "previous_hash", "hash")
MEDIA: tuple[Medium | None, ...] = tuple(Medium)

People = UUID | Collection[UUID]
"""One profile, or all that are the same person."""


class Chained(msgspec.Struct, frozen=True):
    """A row of the ledger, as a link of its chain."""

    row: dict[str, Any]

    @property
    def position(self) -> int:
        """Return its place, from 1."""
        return int(self.row["position"])

    @property
    def previous_hash(self) -> bytes:
        """Return the hash of the one before."""
        return bytes(self.row["previous_hash"])

    @property
    def hash(self) -> bytes:
        """Return its own hash."""
        return bytes(self.row["hash"])

    def facts(self) -> dict[str, Any]:
        """Return everything that is hashed, by name."""
        return {name: self.row[name] for name in COLUMNS}


async def put(connection: Connection, consents: Iterable[Consent], *, now: datetime) -> int:
    """Add entries to the ledger; return how many were new. One that is there already is never changed.

    Raises `UnlawfulConsent` for one that can never be a basis, such as mail to an existing customer who was not told that they may object.
    """
    rows = [_row(each, now) for each in consents]
    try:
        await database.stage(connection, "consents", COLUMNS, rows)
        await connection.execute(queries["add_chains"], {"genesis": chain.GENESIS})
        cursor = await connection.execute(queries["lock_chains"])
        ends = {row["profile_id"]: (row["length"], bytes(row["head"])) async for row in cursor}
        fresh = await (await connection.execute(queries["new_entries"])).fetchall()
        added = await database.copy(connection, "consents", LINKED, list(_linked(fresh, ends)))
    except CheckViolation as error:
        raise UnlawfulConsent(rule=error.diag.constraint_name) from error
    await _move(connection, ends, {row["profile_id"] for row in fresh})
    return added


async def state(connection: Connection, people: People, purpose: Purpose, medium: Medium | None = None) -> bool | None:
    """Return whether a purpose has a basis with somebody; null where they were never asked. Advertising is by e-mail unless said otherwise."""
    found = await stand(connection, people, purpose, medium)
    return None if found.situation is standing.Situation.NEVER_ASKED else found.situation.allows


async def stand(connection: Connection, people: People, purpose: Purpose, medium: Medium | None = None) -> Standing:
    """Return where somebody stands with a purpose. Advertising is by e-mail unless said otherwise."""
    medium = (medium or Medium.EMAIL) if purpose is Purpose.ADVERTISING else None
    return standing.stand(await acts(connection, people), purpose, medium)


async def standings(connection: Connection, people: People, *, media: Collection[Medium] = (Medium.EMAIL,)) -> list[Standing]:
    """Return where somebody stands with every purpose that needs consent; for advertising with some media and those that were ever asked for."""
    return standings_of(await acts(connection, people), media=media)


def standings_of(found: Sequence[Act], *, media: Collection[Medium] = (Medium.EMAIL,)) -> list[Standing]:
    """Return what `standings` does, of acts that were read already."""
    asked = {*media, *(each.medium for each in found)}
    wanted: list[tuple[Purpose, Medium | None]] = []
    for purpose in (each for each in Purpose if each.needs_consent):
        wanted += [(purpose, medium) for medium in (MEDIA if purpose is Purpose.ADVERTISING else (None,)) if medium is None or medium in asked]
    return [standing.stand(found, purpose, medium) for purpose, medium in wanted]


async def acts(connection: Connection, people: People) -> list[Act]:
    """Return what decides where somebody stands: the newest entry of each kind, of all profiles that are the same person."""
    rows = await connection.execute(*asking_acts(people))
    return [act(row) async for row in rows]


def asking_acts(people: People) -> tuple[LiteralString, dict[str, Any]]:
    """Return the statement by which `acts` are read, and its facts, for who reads more at once; `act` takes its rows."""
    return queries["newest"], {"profile_ids": profile_ids(people)}


async def history(connection: Connection, people: People) -> list[Entry]:
    """Return all entries of somebody, in the order in which they were decided."""
    rows = await connection.execute(queries["history"], {"profile_ids": profile_ids(people)})
    return [entry(row) async for row in rows]


async def verify(connection: Connection, people: People) -> dict[UUID, list[Fault]]:
    """Return what is wrong with the chain of each profile; nothing where it is what was written."""
    return {profile_id: await _faults(connection, profile_id) for profile_id in profile_ids(people)}


async def verify_all(connection: Connection) -> dict[UUID, list[Fault]]:
    """Return the profiles whose chains are not what was written, and what is wrong."""
    rows = await (await connection.execute(queries["chained_profiles"])).fetchall()
    found = await verify(connection, [row["profile_id"] for row in rows])
    return {profile_id: faults for profile_id, faults in found.items() if faults}


async def known_message(connection: Connection, people: People, message_id: str, what: State) -> UUID | None:
    """Return the entry that somebody has with a message id; null where there is none."""
    wanted = {"profile_ids": profile_ids(people), "message_id": message_id, "state": what}
    row = await (await connection.execute(queries["by_message"], wanted)).fetchone()
    return row["consent_id"] if row else None


async def erase(connection: Connection, people: People, *, now: datetime) -> int:
    """Replace all entries of somebody by receipts without the person (Art. 17 DSGVO); return how many there were.

    This is the one way by which entries go: the database refuses every other change. Call it before the profile is deleted.
    """
    count = 0
    for profile_id in profile_ids(people):
        wanted = {"profile_id": profile_id, "now": now, "receipt_id": ids.new(now)}
        row = await (await connection.execute(queries["erase"], wanted)).fetchone()
        count += row["count"] if row else 0
    return count


def profile_ids(people: People) -> list[UUID]:
    """Return the profiles that are one person, in the order in which they are locked."""
    return [people] if isinstance(people, UUID) else sorted(people)


def entry(row: dict[str, Any]) -> Entry:
    """Return a row of the ledger as an entry."""
    return Entry(
        consent=msgspec.convert({name: row[name] for name in FACTS}, Consent),
        recorded_at=row["recorded_at"],
        position=row["position"],
        previous_hash=bytes(row["previous_hash"]),
        hash=bytes(row["hash"]),
    )


async def _faults(connection: Connection, profile_id: UUID) -> list[Fault]:
    wanted = {"profile_id": profile_id}
    end = await (await connection.execute(queries["chain_end"], wanted)).fetchone() or {"length": 0, "head": chain.GENESIS}
    rows = [Chained(row) async for row in await connection.execute(queries["chain"], wanted)]
    return list(chain.faults(rows, length=end["length"], head=bytes(end["head"])))


async def _move(connection: Connection, ends: dict[UUID, tuple[int, bytes]], moved: set[UUID]) -> None:
    keys = sorted(moved)
    lengths, heads = [ends[key][0] for key in keys], [ends[key][1] for key in keys]
    await connection.execute(queries["move_ends"], {"profile_ids": keys, "lengths": lengths, "heads": heads})


def _linked(rows: Sequence[dict[str, Any]], ends: dict[UUID, tuple[int, bytes]]) -> Iterator[tuple[object, ...]]:
    """Chain what the database gives back of new entries, so that the hash is over what can be read again; moves the ends."""
    for row in rows:
        length, head = ends[row["profile_id"]]
        facts = {name: row[name] for name in COLUMNS}
        linked = chain.link(facts, length + 1, head)
        ends[row["profile_id"]] = (length + 1, linked)
        yield (*({**facts, "evidence": database.jsonb(facts["evidence"])}.values()), length + 1, head, linked)


def _row(given: Consent, now: datetime) -> tuple[object, ...]:
    _check(given)
    values = {**{name: getattr(given, name) for name in FACTS}, "evidence": database.jsonb(given.evidence)}
    return (*(value.replace("\0", "\ufffd") if isinstance(value, str) else value for value in values.values()), now)


def _check(given: Consent) -> None:
    if given.legal_basis is LegalBasis.EXISTING_CUSTOMER:
        if given.medium is None or not given.medium.needs_confirmation:
            raise NotElectronicMail
        facts = given.evidence.get("existing_customer")
        if not isinstance(facts, dict) or len(facts) < 4 or not all(value is True for value in facts.values()):
            raise MissingConditions


def act(row: dict[str, Any]) -> Act:
    """Return a row of the statement of `asking_acts`."""
    return Act(
        **{
            **row,
            "purpose": Purpose(row["purpose"]),
            "medium": Medium(row["medium"]) if row["medium"] else None,
            "state": State(row["state"]),
            "legal_basis": LegalBasis(row["legal_basis"]),
        }
    )
