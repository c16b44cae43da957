"""Profiles that are one person: linked by events, sources, the matching of records or people, and taken apart again.

Nothing is moved on a merge: events, traits, identities and consents stay with the profile that they came to, and profiles that are one
person point at one of them. So nothing is lost, and taking a merge back restores each with its own. Who reads asks for all `members`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
import structlog

from hanse.base import database, errors, ids
from hanse.base.database import Connection, Queries
from hanse.data.profiles import grouping
from hanse.data.profiles.grouping import Grouping, Link
from hanse.data.profiles.keys import Key

queries = Queries(__package__, "merging.sql")

LARGEST = 20_000
"""Profiles that are looked at together; beyond that a link that came late counts as if it had come now."""


class UnknownProfile(errors.HanseError):
    """There is no such customer. Check the id or the key; they may have been erased at their own request."""

    status = 404
    exit_code = 2


class AlreadyOne(errors.HanseError):
    """The two profiles are one person already."""

    status = 409
    exit_code = 4


class UnknownMerge(errors.HanseError):
    """There is no merge {link_id} that joins anybody. Somebody may have taken it back already."""

    status = 404
    exit_code = 2


class Merge(msgspec.Struct, kw_only=True, frozen=True):
    """One entry of the merge log: why two profiles are the same person."""

    link_id: UUID
    profile_id: UUID
    other_id: UUID
    cause: str
    """Who says so: `person`, `source`, `event` or `match`."""
    evidence: dict[str, Any]
    actor: str
    linked_at: datetime
    refused: str | None
    """Why it joins nobody: `shared`, `separated` or `limit:kind`; null where it does."""
    cut_at: datetime | None
    cut_by: str | None


@dataclass
class _Facts:
    """What is known of some profiles: everything that decides who is one person."""

    root: dict[UUID, UUID] = field(default_factory=dict)
    """The profile that stands for each."""
    identities: dict[UUID, list[Key]] = field(default_factory=lambda: defaultdict(list))
    shared: set[UUID] = field(default_factory=set)
    links: dict[Link, str | None] = field(default_factory=dict)
    """Why each joins nobody, as it was before."""
    separations: dict[UUID, set[UUID]] = field(default_factory=lambda: defaultdict(set))


async def lock(connection: Connection) -> None:
    """Have one transaction at a time say who is one person; to be called before anything is written."""
    await connection.execute(queries["lock"])


async def members(connection: Connection, profile_id: UUID) -> list[UUID]:
    """Return all profiles that are the same person as one, itself included; none where there is no such profile."""
    row = await (await connection.execute(queries["members"], {"profile_id": profile_id})).fetchone()
    return list(row["members"] or ()) if row else []


async def canonical(connection: Connection, profile_id: UUID) -> UUID:
    """Return the profile that stands for one; raises `UnknownProfile`."""
    row = await (await connection.execute(queries["canonical"], {"profile_id": profile_id})).fetchone()
    if row is None:
        raise UnknownProfile(profile_id=profile_id)
    return UUID(str(row["profile_id"]))


async def link(connection: Connection, links: Sequence[Link], *, actor: str, now: datetime, evidence: dict[str, Any] | None = None) -> None:
    """Say that profiles are one person, and join whom that joins; who calls holds the `lock`."""
    news = await _put(connection, links, actor=actor, now=now, evidence=evidence)
    if news:
        await _regroup(connection, news, now)


async def link_newcomers(connection: Connection, links: Sequence[Link], stands: Mapping[UUID, UUID], *, actor: str, now: datetime) -> None:
    """Note why profiles are one person that this transaction has made and nobody else knows, each with the one that stands for it."""
    await _put(connection, links, actor=actor, now=now)
    others = {each: into for each, into in stands.items() if each != into}
    await connection.execute(queries["point"], {"profile_ids": list(others), "into": list(others.values())})


async def _put(connection: Connection, links: Sequence[Link], *, actor: str, now: datetime, evidence: dict[str, Any] | None = None) -> list[Link]:
    """Write links and return what is new of them."""
    rows = [(ids.new(now), *each.ends, each.cause, database.jsonb(evidence or {}), actor, each.linked_at, now) for each in links]
    columns = list(zip(*sorted(rows, key=lambda row: (row[1], row[2], row[3])), strict=True))
    names = ("link_ids", "ones", "others", "causes", "evidences", "actors", "linked_ats", "recorded_ats")
    facts = {name: list(column) for name, column in zip(names, columns, strict=True)}
    cursor = await connection.execute(queries["put_links"], facts)
    return [Link(row["profile_id"], row["other_id"], row["cause"], row["linked_at"]) async for row in cursor]


async def merge(
    connection: Connection, profile_id: UUID, other_id: UUID, *, actor: str, now: datetime, evidence: dict[str, Any] | None = None
) -> UUID:
    """Make two profiles one person because a person says so; return the profile that stands for them.

    Overrules limits and earlier separations, which count again once it is taken back. Raises `UnknownProfile` and `AlreadyOne`.
    """
    await lock(connection)
    one, other = await members(connection, profile_id), await members(connection, other_id)
    for asked, found in ((profile_id, one), (other_id, other)):
        if not found:
            raise UnknownProfile(profile_id=asked)
    if one == other:
        raise AlreadyOne
    said = Link(min(profile_id, other_id), max(profile_id, other_id), "person", now)
    await link(connection, [said], actor=actor, now=now, evidence=evidence)
    return await canonical(connection, profile_id)


async def unmerge(connection: Connection, link_id: UUID, *, actor: str, now: datetime, reason: str = "") -> None:
    """Take a merge back: the two profiles are different people from now on, and only a person can join them again.

    Raises `UnknownMerge` where there is none that joins anybody.
    """
    await lock(connection)
    row = await (await connection.execute(queries["cut_link"], {"link_id": link_id, "actor": actor, "now": now})).fetchone()
    if row is None:
        raise UnknownMerge(link_id=link_id)
    ends = {"profile_id": row["profile_id"], "other_id": row["other_id"]}
    await connection.execute(queries["separate"], {**ends, "actor": actor, "reason": reason, "now": now})
    await _write(connection, *await _whole(connection, ends.values()), now)


async def separate(connection: Connection, profile_id: UUID, other_id: UUID, *, actor: str, now: datetime, reason: str = "") -> None:
    """Say of two profiles that are not joined that they are different people; who calls holds the `lock`."""
    ends = {"profile_id": min(profile_id, other_id), "other_id": max(profile_id, other_id)}
    await connection.execute(queries["separate"], {**ends, "actor": actor, "reason": reason, "now": now})


async def unseparate(connection: Connection, profile_id: UUID, other_id: UUID, *, now: datetime) -> bool:
    """Take back that two profiles are different people, so that all other evidence counts again; return whether it was said."""
    await lock(connection)
    ends = {"profile_id": min(profile_id, other_id), "other_id": max(profile_id, other_id)}
    found = (await connection.execute(queries["unseparate"], ends)).rowcount > 0
    if found:
        await _write(connection, *await _whole(connection, ends.values()), now)
    return found


async def history(connection: Connection, profile_id: UUID) -> list[Merge]:
    """Return the merge log of a person, the newest first."""
    cursor = await connection.execute(queries["history"], {"profile_id": profile_id})
    return [msgspec.convert(row, Merge) async for row in cursor]


async def _regroup(connection: Connection, news: Sequence[Link], now: datetime) -> None:
    """Find out who is one person now.

    Links that come after all others of those concerned are just added; it needs a look at everybody only where one is earlier, as when
    a telephone was without a network for days.
    """
    facts = await _facts(connection, {end for each in news for end in each.ends})
    fresh = frozenset(news)
    others = [each for each in facts.links if each not in fresh]
    shared = grouping.shared(facts.identities, facts.links) - facts.shared
    ranks = {each: grouping.rank(each, facts.identities) for each in facts.links}
    if not shared and (not others or min(ranks[each] for each in fresh) > max(ranks[each] for each in others)):
        found = Grouping(facts.identities, facts.separations, grouping.seen_at(facts.links, facts.shared), facts.shared)
        for each in _clusters(facts.root):
            found.groups.update(dict.fromkeys(each, each))
        for said in sorted(fresh, key=ranks.__getitem__):
            found.add(said)
        await _write(connection, facts, found, now)
    else:
        await _write(connection, *await _whole(connection, {end for each in news for end in each.ends}), now)


async def _whole(connection: Connection, seeds: Iterable[UUID]) -> tuple[_Facts, Grouping]:
    """Group everybody who is linked to some profiles, over however many others."""
    facts = await _facts(connection, set(seeds))
    while True:
        known = len(facts.root)
        frontier = {end for each in facts.links for end in each.ends} - facts.shared
        if frontier <= facts.root.keys():
            break
        if known > LARGEST:
            structlog.get_logger().warning("too many profiles are linked to look at all of them", profiles=known)
            break
        facts = await _facts(connection, facts.root.keys() | frontier)
    links = [each for each in facts.links if facts.root.keys() >= set(each.ends) - facts.shared]
    return facts, grouping.group(facts.identities, links, facts.separations, known_shared=facts.shared)


async def _facts(connection: Connection, seeds: Collection[UUID]) -> _Facts:
    """Read what decides about some profiles and all that are one person with them."""
    facts = _Facts()
    async for row in await connection.execute(queries["clusters"], {"profile_ids": list(seeds)}):
        facts.root[row["profile_id"]] = row["root_id"]
    wanted = {"profile_ids": list(facts.root)}
    async for row in await connection.execute(queries["links"], wanted):
        facts.links[Link(row["profile_id"], row["other_id"], row["cause"], row["linked_at"])] = row["refused"]
    ends = {end for each in facts.links for end in each.ends} | facts.root.keys()
    async for row in await connection.execute(queries["identities"], {"profile_ids": list(ends)}):
        facts.identities[row["profile_id"]].append((row["kind"], row["value"]))
        if row["is_shared"]:
            facts.shared.add(row["profile_id"])
    async for row in await connection.execute(queries["separations"], wanted):
        facts.separations[row["profile_id"]].add(row["other_id"])
        facts.separations[row["other_id"]].add(row["profile_id"])
    return facts


async def _write(connection: Connection, facts: _Facts, found: Grouping, now: datetime) -> None:
    """Write what has changed: who stands for whom, which links join nobody, and what many people use."""
    root = dict.fromkeys(facts.root) | {each: min(found.groups.get(each, {each})) for each in facts.root}
    moved = {each: stands for each, stands in root.items() if stands != facts.root[each]}
    into = [None if stands == each else stands for each, stands in moved.items()]
    if moved:
        await connection.execute(queries["point"], {"profile_ids": list(moved), "into": into})
    refused = {each: reason for each, reason in found.refused.items() if facts.links.get(each) != reason}
    if refused:
        rows = {
            "ones": [each.profile_id for each in refused],
            "others": [each.other_id for each in refused],
            "causes": [each.cause for each in refused],
        }
        await connection.execute(queries["refuse"], {**rows, "reasons": list(refused.values())})
    if shared := set(found.shared) - facts.shared:
        await connection.execute(queries["share"], {"profile_ids": list(shared), "now": now})


def _clusters(root: dict[UUID, UUID]) -> Iterable[set[UUID]]:
    groups: dict[UUID, set[UUID]] = defaultdict(set)
    for profile_id, stands in root.items():
        groups[stands].add(profile_id)
    return groups.values()
