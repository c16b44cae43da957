"""What people decide of a pair: the same person or different people, one decision at a time, remembered and taken back.

Who is one person stands in the merges, who is not in the separations; a pair only says who decided that and when. So a decision holds for
all records of both, whatever joins them later, and taking a merge back anywhere counts as deciding that they are different.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from hashlib import blake2b
from typing import Any
from uuid import UUID

from hanse.base.database import Connection, Queries
from hanse.data.matches import records
from hanse.data.matches.errors import MatchChanged, NothingDecided, ProcessingRestricted, SaidDifferent, SaidSame, UnknownMatch
from hanse.data.matches.schemas import Decided
from hanse.data.profiles import merging, reading

queries = Queries(__package__)

Row = Mapping[str, Any]


async def pair(connection: Connection, proposal_id: UUID) -> Row:
    """Return a pair with where it stands; raises `UnknownMatch`."""
    row = await (await connection.execute(queries["pair"], {"proposal_id": proposal_id})).fetchone()
    if row is None:
        raise UnknownMatch(proposal_id=proposal_id)
    return row


async def version(connection: Connection, row: Row) -> str:
    """Return what changes when what is known of the two does."""
    found = await records.stamps(connection, {row["one_id"], row["two_id"]})
    text = " ".join(f"{each} {stamp}" for each, stamp in sorted(found.items()))
    return blake2b(text.encode(), digest_size=12).hexdigest()


async def decide(
    connection: Connection, proposal_id: UUID, decision: str, *, actor: str, now: datetime, note: str = "", seen: str | None = None
) -> Decided:
    """Take a decision, unless somebody was quicker; raises `SaidSame`, `SaidDifferent`, `MatchChanged`, `ProcessingRestricted`, `UnknownMatch`."""
    row = await _held(connection, proposal_id)
    await _refuse(connection, row, decision)
    if seen is not None and seen != await version(connection, row):
        raise MatchChanged
    ends: dict[str, UUID] = {"profile_id": row["profile_id"], "other_id": row["other_id"]}
    link_id: UUID | None = None
    if decision == "same":
        evidence = {"probability": round(row["probability"], 6), "fields": row["evidence"], **({"reason": note} if note else {})}
        await merging.merge(connection, **ends, actor=actor, now=now, evidence=evidence)
        link_id = await reading.said_by_person(connection, **ends)
    elif row["state"] == "joined":
        link_id = row["link_id"]
        await merging.unmerge(connection, row["link_id"], actor=actor, now=now, reason=note)
    else:
        await merging.separate(connection, **ends, actor=actor, now=now, reason=note)
    facts = {"proposal_id": proposal_id, "decision": decision, "now": now, "actor": actor, "note": note, "link_id": link_id}
    await connection.execute(queries["decide"], facts)
    return await _decided(connection, proposal_id)


async def undo(connection: Connection, proposal_id: UUID, *, actor: str, now: datetime) -> Decided:
    """Take the decision of a person back, so that the pair waits again; raises `NothingDecided` and `UnknownMatch`."""
    row = await _held(connection, proposal_id)
    if row["state"] == "same" and row["link_id"]:
        await merging.unmerge(connection, row["link_id"], actor=actor, now=now)
    elif row["state"] != "different":
        raise NothingDecided
    apart = await merging.unseparate(connection, row["profile_id"], row["other_id"], now=now)
    if not apart:
        raise NothingDecided
    await connection.execute(queries["reopen"], {"proposal_id": proposal_id})
    return await _decided(connection, proposal_id)


async def standing(connection: Connection, row: Row) -> tuple[datetime | None, str | None]:
    """Return when and by whom it was decided where a pair stands: by the pair, else by whoever took the merge back."""
    by_pair = row["decision"] == row["state"] or (row["decision"] == "rule" and row["state"] == "joined")
    if row["state"] == "different" and not by_pair:
        said = await _separation(connection, row)
        return (said["separated_at"], said["actor"]) if said else (None, None)
    return (row["decided_at"], row["decided_by"]) if by_pair else (None, None)


async def _held(connection: Connection, proposal_id: UUID) -> Row:
    """Return a pair that nobody else decides on until the end of the transaction."""
    await merging.lock(connection)
    await connection.execute(queries["hold"], {"proposal_id": proposal_id})
    return await pair(connection, proposal_id)


async def _refuse(connection: Connection, row: Row, decision: str) -> None:
    """Refuse to decide what is decided; only what was joined by rule may be parted."""
    at, who = await standing(connection, row)
    facts: dict[str, Any] = {"who": who or "Hanse", "at": f"{at or row['found_at']:%Y-%m-%d %H:%M} UTC"}
    if row["state"] == "resting":
        raise ProcessingRestricted
    if row["state"] == "different":
        raise SaidDifferent(**facts)
    if row["state"] == "same" or (row["state"] == "joined" and (decision == "same" or row["link_id"] is None)):
        raise SaidSame(**facts)


async def _separation(connection: Connection, row: Row) -> Row | None:
    wanted = {"one": row["profile_id"], "other": row["other_id"]}
    return await (await connection.execute(queries["separation"], wanted)).fetchone()


async def _decided(connection: Connection, proposal_id: UUID) -> Decided:
    row = await pair(connection, proposal_id)
    return Decided(proposal_id=proposal_id, state=row["state"], profile_ids=sorted({row["one_id"], row["two_id"]}), link_id=row["link_id"])
