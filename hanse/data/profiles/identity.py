"""Who somebody is: found by the surest identity that an event, a row of a file or a shop names, made where nobody had that before.

The log calls this for every batch, imports and connected shops for those whom they name (`Contact`). Each identity has a profile of its
own at first; who names several says that they are one person, and `merging` decides what follows from all that was said. So an event
stays where it belongs, whoever turns out to be the same, and whatever the order in which all of it arrives.

Nobody becomes two profiles although nobody waits for others: an identity can be added once only, and who comes second looks again.
Only saying that two profiles are one person is done by one transaction at a time.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Protocol
from uuid import UUID

from psycopg.rows import tuple_row

from hanse.base import ids
from hanse.base.database import Connection, Queries
from hanse.data.profiles import keys, merging
from hanse.data.profiles.grouping import Link
from hanse.data.profiles.keys import Key

queries = Queries(__package__)

Pair = tuple[UUID, UUID]
"""Two profiles, the smaller id first."""


class Named(Protocol):
    """Whatever names a person by the ids of a shop and its pages."""

    @property
    def user_id(self) -> str | None: ...  # noqa: D102  # a field
    @property
    def anonymous_id(self) -> str | None: ...  # noqa: D102  # a field


class Sender(Named, Protocol):
    """Whatever names a person the way events do."""

    @property
    def profile_id(self) -> UUID | None: ...  # noqa: D102  # a field
    @property
    def identities(self) -> tuple[Key, ...]: ...  # noqa: D102  # a field
    @property
    def source(self) -> str: ...  # noqa: D102  # a field
    @property
    def occurred_at(self) -> datetime: ...  # noqa: D102  # a field


@dataclass(frozen=True, kw_only=True)
class Contact:
    """Somebody as a file or a shop names them."""

    user_id: str | None = None
    email: str | None = None
    phone: str | None = None
    source: str
    occurred_at: datetime
    """When they were named so."""
    anonymous_id: None = None
    profile_id: None = None

    @cached_property
    def identities(self) -> tuple[Key, ...]:
        """Return what names them besides the user id, without values that stand for nobody."""
        found = (keys.key("email", self.email), keys.key("phone", self.phone))
        return tuple(key for key in found if key)


@dataclass
class _Known:
    """The identities of one batch: those found, and those to be made."""

    now: datetime
    owner: dict[Key, UUID] = field(default_factory=dict)
    shared: set[Key] = field(default_factory=set)
    fresh_profiles: list[UUID] = field(default_factory=list)
    fresh_identities: list[tuple[str, str, UUID, str]] = field(default_factory=list)

    def profile(self, key: Key, source: str) -> UUID:
        """Return the profile that has an identity, made where it is not known."""
        found = self.owner.get(key)
        if found is None:
            found = self.owner[key] = ids.new(self.now)
            self.fresh_profiles.append(found)
            self.fresh_identities.append((*key, found, source))
        return found

    def pairs(self, named: Sequence[Key], source: str) -> list[Pair]:
        """Return which profiles are one person by a sender that names several, leaving out what many people use."""
        own = [self.profile(key, source) for key in named if key not in self.shared]
        return [(min(own[0], each), max(own[0], each)) for each in own[1:] if each != own[0]] if len(own) > 1 else []


def named(sender: Named) -> tuple[Key, ...]:
    """Return the user id and the anonymous id of a sender as identities, the surer first, without values that stand for nobody."""
    found = (keys.key("user_id", sender.user_id), keys.key("anonymous_id", sender.anonymous_id))
    return tuple(key for key in found if key)


async def resolve(connection: Connection, senders: Sequence[Sender], *, now: datetime) -> list[UUID | None]:
    """Return the profile of each sender, in order; null for one that names nobody."""
    several = [identities(sender) if sender.profile_id is None else () for sender in senders]
    wanted = {key for each in several for key in each}
    locked = False
    while True:
        known = await _find(connection, wanted, now)
        profiles = [
            sender.profile_id or (known.profile(each[0], sender.source) if each else None) for sender, each in zip(senders, several, strict=True)
        ]
        said = await _unsaid(connection, known, _said(known, senders, several))
        newcomers = _newcomers(known, several)
        links = [link for link in said if link.profile_id not in newcomers]
        if links and not locked:
            await merging.lock(connection)
            locked = True
        elif await _add(connection, known):
            break
    if newcomers:
        await merging.link_newcomers(connection, [link for link in said if link.profile_id in newcomers], newcomers, actor="event", now=now)
    if links:
        await merging.link(connection, links, actor="event", now=now)
    return profiles


async def forget_newcomers(connection: Connection, keys: Collection[Key]) -> int:
    """Forget the people whom nobody knew before some identities were added, and of whom nothing else is known; return how many records.

    Who is being written about at this moment stays.
    """
    facts = {"kinds": [kind for kind, _ in keys], "values": [value for _, value in keys]}
    held = [row["profile_id"] async for row in await connection.execute(queries["hold_newcomers"], facts)]
    return (await connection.execute(queries["forget_newcomers"], {"profile_ids": held})).rowcount


async def find(connection: Connection, kind: str, value: str) -> UUID | None:
    """Return the profile that stands for whoever an identity belongs to."""
    row = await (await connection.execute(queries["find_profile"], {"kind": kind, "value": value})).fetchone()
    return row["profile_id"] if row else None


async def is_alone(connection: Connection, profile_id: UUID) -> bool:
    """Return whether a profile is known by one identity and no more, as a browser is on which nobody has signed in."""
    row = await (await connection.execute(queries["count_identities"], {"profile_id": profile_id})).fetchone()
    return row is not None and row["count"] == 1


async def canonical(connection: Connection, wanted: Collection[Key]) -> dict[Key, UUID]:
    """Return for those of some identities that are known the profile that stands for whoever they belong to."""
    facts = {"kinds": [kind for kind, _ in wanted], "values": [value for _, value in wanted]}
    cursor = await connection.execute(queries["find_canonical"], facts)
    return {(row["kind"], row["value"]): row["profile_id"] async for row in cursor}


def identities(sender: Sender) -> tuple[Key, ...]:
    """Return all identities of a sender, the surest first."""
    own = named(sender)
    return tuple(sorted({*own, *sender.identities}, key=lambda key: (keys.place(key[0]), key))) if sender.identities else own


def _said(known: _Known, senders: Sequence[Sender], several: Sequence[Sequence[Key]]) -> dict[Pair, datetime]:
    """Return which profiles are one person by this batch, and since when."""
    found: dict[Pair, datetime] = {}
    for sender, each in zip(senders, several, strict=True):
        for pair in known.pairs(each, sender.source) if len(each) > 1 else ():
            found[pair] = min(found.get(pair, sender.occurred_at), sender.occurred_at)
    return found


def _newcomers(known: _Known, several: Sequence[Sequence[Key]]) -> dict[UUID, UUID]:
    """Return the fresh profiles of people of whom nothing else is said, each with the one that stands for it: nothing keeps those apart."""
    named = {tuple(each) for each in several if len(each) > 1}
    users = Counter(key for each in named for key in each)
    fresh = set(known.fresh_profiles)
    found: dict[UUID, UUID] = {}
    for each in named:
        profiles = [known.owner[key] for key in each]
        if fresh.issuperset(profiles) and all(users[key] == 1 for key in each) and len({kind for kind, _ in each}) == len(each):
            found.update(dict.fromkeys(profiles, min(profiles)))
    return found


async def _unsaid(connection: Connection, known: _Known, said: dict[Pair, datetime]) -> list[Link]:
    """Return what nobody has said before, or only later."""
    fresh = set(known.fresh_profiles)
    there = [pair for pair in said if fresh.isdisjoint(pair)]
    if there:
        facts = {"ones": [one for one, _ in there], "others": [other for _, other in there], "moments": [said[pair] for pair in there]}
        async with connection.cursor(row_factory=tuple_row) as cursor:
            await cursor.execute(queries["links_said"], facts)
            for one, other in await cursor.fetchall():
                del said[one, other]
    return [Link(one, other, "event", moment) for (one, other), moment in said.items()]


async def _find(connection: Connection, wanted: set[Key], now: datetime) -> _Known:
    known = _Known(now)
    if not wanted:
        return known
    kinds, values = zip(*wanted, strict=True)
    async with connection.cursor(row_factory=tuple_row) as cursor:
        await cursor.execute(queries["find_identities"], {"kinds": list(kinds), "values": list(values)}, binary=True)
        for kind, value, profile_id, is_shared in await cursor.fetchall():
            known.owner[kind, value] = profile_id
            if is_shared:
                known.shared.add((kind, value))
    return known


async def _add(connection: Connection, known: _Known) -> bool:
    """Make the profiles and identities that are missing; return false, with nothing made, where somebody else was quicker with one."""
    if not known.fresh_identities:
        return True
    kinds, values, profile_ids, sources = zip(*sorted(known.fresh_identities), strict=True)
    added = {"kinds": list(kinds), "values": list(values), "profile_ids": list(profile_ids), "sources": list(sources)}
    cursor = await connection.execute(queries["add_identities"], {"fresh": known.fresh_profiles, **added, "now": known.now})
    if cursor.rowcount == len(kinds):
        return True
    await connection.execute(queries["take_back_identities"], {"fresh": known.fresh_profiles, **added})
    return False
