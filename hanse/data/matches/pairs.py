"""Pairs of records: joining those that are certain by rule, and keeping the others for somebody to decide.

Every write of pairs is one transaction under the lock of the merges, a cluster at a time: what was compared is joined only if nothing about
it has changed since, and never what people told apart.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from hanse.base import database, ids
from hanse.base.database import Connection, Queries
from hanse.data.matches import records
from hanse.data.profiles import keys, merging
from hanse.data.profiles.grouping import Link

if TYPE_CHECKING:
    from hanse.data.profiles.matching import Proposal

queries = Queries(__package__)

RELATIVE = "another given name: perhaps a relative"
UNNAMED = "a name is missing or different"
REFUSED = "they would have more keys of one kind than one person has"
SHARED = "several people use one of the two"


@dataclass(frozen=True)
class Pair:
    """Two customers that may be one person, and what speaks for it."""

    one: UUID
    other: UUID
    probability: float
    reason: str
    evidence: list[dict[str, Any]]
    """Field, level in words and bits, the heaviest first; no value."""

    @classmethod
    def of(cls, found: Proposal) -> Pair:
        """Return what the matching has found."""
        evidence = [{"field": each.field, "level": each.level, "bits": each.weight} for each in found.evidence]
        one, other = sorted((UUID(found.left_id), UUID(found.right_id)))
        return cls(one, other, min(max(found.probability, 0.0), 1.0), _reason(found.reason, evidence), evidence)


@dataclass
class Outcome:
    """What came of some pairs."""

    joined: int = 0
    proposed: int = 0
    kept_apart: int = 0
    """Pairs that people told apart."""
    changed: int = 0
    """Pairs of records that changed while they were compared: they are compared anew."""
    left: list[Pair] = field(default_factory=list)
    """Certain pairs that a rule of merging does not join."""
    touched: set[UUID] = field(default_factory=set)
    """Customers that were joined here, so that they are not as they were compared, and need not be."""
    kept_ids: list[UUID] = field(default_factory=list)
    """Proposals that were made or found again."""

    def add(self, other: Outcome) -> None:
        """Count another one in."""
        self.joined += other.joined
        self.proposed += other.proposed
        self.kept_apart += other.kept_apart
        self.changed += other.changed
        self.left += other.left
        self.touched |= other.touched
        self.kept_ids += other.kept_ids


def clusters(bonds: Iterable[Pair]) -> list[list[Pair]]:
    """Return pairs by the cluster that they hold together, each with its strongest first and none more than it needs."""
    of: dict[UUID, UUID] = {}
    needed: list[Pair] = []
    for bond in sorted(bonds, key=lambda bond: -bond.probability):
        one, other = _root(of, bond.one), _root(of, bond.other)
        if one != other:
            of[max(one, other)] = min(one, other)
            needed.append(bond)
    found: dict[UUID, list[Pair]] = {}
    for bond in needed:
        found.setdefault(_root(of, bond.one), []).append(bond)
    return list(found.values())


async def join(connection: Connection, bonds: Sequence[Pair], compared: Mapping[UUID, str], *, actor: str, now: datetime) -> Outcome:
    """Join the pairs of some clusters by rule, as far as nothing has changed since they were compared."""
    await merging.lock(connection)
    present = await records.stamps(connection, {end for bond in bonds for end in (bond.one, bond.other)})
    outcome = Outcome()
    for bond in bonds:
        if any(end not in present or present[end] != compared.get(end) for end in (bond.one, bond.other)):
            outcome.changed += 1
        elif await _apart(connection, bond):
            outcome.kept_apart += 1
        else:
            await _join(connection, bond, outcome, actor, now)
    return outcome


async def propose(
    connection: Connection, found: Iterable[Pair], compared: Mapping[UUID, str], *, touched: Collection[UUID], now: datetime
) -> Outcome:
    """Keep pairs for somebody to decide: the likeliest of each two customers, unless people told them apart or they changed meanwhile."""
    await merging.lock(connection)
    found = sorted(found, key=lambda pair: (-pair.probability, pair.one, pair.other))
    present = await records.stamps(connection, {end for pair in found for end in (pair.one, pair.other)})
    outcome, seen = Outcome(), set[tuple[UUID, UUID]]()
    for pair in found:
        if any(end not in touched and present.get(end) != compared.get(end, "") for end in (pair.one, pair.other)):
            outcome.changed += 1
            continue
        one, other = sorted([await merging.canonical(connection, each) for each in (pair.one, pair.other)])
        if one != other and (one, other) not in seen:
            seen.add((one, other))
            await _propose(connection, replace(pair, one=one, other=other), outcome, now)
    return outcome


async def _propose(connection: Connection, pair: Pair, outcome: Outcome, now: datetime) -> None:
    if await _apart(connection, pair):
        outcome.kept_apart += 1
    else:
        outcome.kept_ids.append(await _put(connection, pair, now))
        outcome.proposed += 1


async def _join(connection: Connection, bond: Pair, outcome: Outcome, actor: str, now: datetime) -> None:
    one, other = sorted([await _end(connection, bond.one), await _end(connection, bond.other)])
    if await merging.canonical(connection, one) == await merging.canonical(connection, other):
        return
    evidence = {"probability": round(bond.probability, 6), "fields": bond.evidence}
    await merging.link(connection, [Link(one, other, "match", now)], actor=actor, now=now, evidence=evidence)
    link = await (await connection.execute(queries["link"], {"one": one, "other": other})).fetchone()
    if link and link["refused"] is None and link["cut_at"] is None:
        await _put(connection, Pair(one, other, bond.probability, "", bond.evidence), now, actor=actor, link_id=link["link_id"])
        outcome.joined += 1
        outcome.touched |= {bond.one, bond.other}
    else:
        refused = SHARED if link and link["refused"] == "shared" else REFUSED
        outcome.left.append(Pair(bond.one, bond.other, bond.probability, refused, bond.evidence))


async def _put(connection: Connection, pair: Pair, now: datetime, *, actor: str | None = None, link_id: UUID | None = None) -> UUID:
    facts: dict[str, Any] = {
        "proposal_id": ids.new(now),
        "one": pair.one,
        "other": pair.other,
        "probability": pair.probability,
        "reason": pair.reason,
        "evidence": database.jsonb(pair.evidence),
        "decision": "rule" if actor else None,
        "decided_at": now if actor else None,
        "decided_by": actor,
        "link_id": link_id,
        "now": now,
    }
    row = await (await connection.execute(queries["put_proposal"], facts)).fetchone()
    return UUID(str(row["proposal_id"])) if row else facts["proposal_id"]


async def _end(connection: Connection, profile_id: UUID) -> UUID:
    row = await (await connection.execute(queries["end"], {"profile_id": profile_id, "order": list(keys.ORDER)})).fetchone()
    return UUID(str(row["profile_id"])) if row else profile_id


async def _apart(connection: Connection, pair: Pair) -> bool:
    row = await (await connection.execute(queries["apart"], {"one": pair.one, "other": pair.other})).fetchone()
    return bool(row and row["found"])


def _reason(said: str, evidence: Sequence[Mapping[str, Any]]) -> str:
    """Return why a pair is not joined by rule; of doubtful ones the names say whether it may be a relative or anybody."""
    if said != RELATIVE:
        return said
    levels = {each["field"]: each["level"] for each in evidence}
    is_surname = levels.get("surname", "unknown") not in {"unknown", "different"}
    return RELATIVE if is_surname and levels.get("given name") == "different" else UNNAMED


def _root(of: Mapping[UUID, UUID], profile_id: UUID) -> UUID:
    while profile_id in of:
        profile_id = of[profile_id]
    return profile_id
