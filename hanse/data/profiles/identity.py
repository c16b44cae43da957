"""Who an event belongs to: found by its user id or anonymous id, or made where nobody had them before.

The log calls this for every batch. A user id wins over an anonymous id; a profile keeps to one user id, so a browser that
two people share does not make them one. Profiles are not merged here.

Nobody becomes two profiles although nobody waits for others: an identity can be added once only, and who comes second looks again.
Only giving a user id to a profile that is there already, as when a browser signs in, is done by one transaction at a time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol
from uuid import UUID

from psycopg.rows import tuple_row

from hanse.base import ids
from hanse.base.database import Connection, Queries

queries = Queries(__package__)

Key = tuple[str, str]
BLOCKED = frozenset({"", "-1", "0", "null", "undefined", "none", "anonymous", "unknown", "guest"})
"""Values that many senders use for nobody; they identify no one."""
LONGEST_BLOCKED = max(map(len, BLOCKED))
NOBODY: tuple[None, None] = (None, None)


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
    def source(self) -> str: ...  # noqa: D102  # a field


@dataclass
class _Known:
    """The identities of one batch: those found, and those to be made."""

    now: datetime
    owner: dict[Key, UUID] = field(default_factory=dict)
    with_user_id: set[UUID] = field(default_factory=set)
    fresh_profiles: list[UUID] = field(default_factory=list)
    fresh_identities: list[tuple[str, str, UUID, str]] = field(default_factory=list)
    has_claims: bool = False
    """Whether a profile that was there is given a user id."""

    def profile(self, user: Key | None, anonymous: Key | None, source: str) -> UUID | None:
        """Return the profile that has these identities, made where it is not known."""
        found = self.owner.get(user) if user else None
        if found is None and user is not None:
            unclaimed = self._unclaimed(anonymous)
            self.has_claims = self.has_claims or unclaimed is not None
            found = unclaimed or self._fresh()
            self._add(user, found, source)
        if anonymous is not None and anonymous not in self.owner:
            self._add(anonymous, found or self._fresh(), source)
        return found or (self.owner[anonymous] if anonymous else None)

    def _unclaimed(self, anonymous: Key | None) -> UUID | None:
        owner = self.owner.get(anonymous) if anonymous else None
        return None if owner in self.with_user_id else owner

    def _fresh(self) -> UUID:
        profile_id = ids.new(self.now)
        self.fresh_profiles.append(profile_id)
        return profile_id

    def _add(self, key: Key, profile_id: UUID, source: str) -> None:
        self.owner[key] = profile_id
        if key[0] == "user_id":
            self.with_user_id.add(profile_id)
        self.fresh_identities.append((*key, profile_id, source))


def keys(sender: Named) -> tuple[Key | None, Key | None]:
    """Return the user id and the anonymous id of a sender as identities, without values that stand for nobody."""
    return _key("user_id", sender.user_id), _key("anonymous_id", sender.anonymous_id)


async def resolve(connection: Connection, senders: Sequence[Sender], *, now: datetime) -> list[UUID | None]:
    """Return the profile of each sender, in order; null for one that names nobody."""
    named = [keys(sender) if sender.profile_id is None else NOBODY for sender in senders]
    wanted = {key for pair in named for key in pair if key}
    locked = False
    while True:
        known = await _find(connection, wanted, now)
        profiles = [sender.profile_id or known.profile(*pair, sender.source) for sender, pair in zip(senders, named, strict=True)]
        if known.has_claims and not locked:
            await connection.execute(queries["lock_claims"])
            locked = True
        elif await _add(connection, known):
            return profiles


async def find(connection: Connection, kind: str, value: str) -> UUID | None:
    """Return the profile that an identity belongs to."""
    row = await (await connection.execute(queries["find_profile"], {"kind": kind, "value": value})).fetchone()
    return row["profile_id"] if row else None


def _key(kind: str, value: str | None) -> Key | None:
    value = value.strip() if value else ""
    if not value or (len(value) <= LONGEST_BLOCKED and value.casefold() in BLOCKED):
        return None
    return kind, value


async def _find(connection: Connection, wanted: set[Key], now: datetime) -> _Known:
    known = _Known(now)
    if not wanted:
        return known
    kinds, values = zip(*wanted, strict=True)
    async with connection.cursor(row_factory=tuple_row) as cursor:
        await cursor.execute(queries["find_identities"], {"kinds": list(kinds), "values": list(values)}, binary=True)
        for kind, value, profile_id, has_user_id in await cursor.fetchall():
            known.owner[kind, value] = profile_id
            if has_user_id:
                known.with_user_id.add(profile_id)
    return known


async def _add(connection: Connection, known: _Known) -> bool:
    """Make the profiles and identities that are missing; return false, with nothing made, where somebody else was quicker with one."""
    if not known.fresh_identities:
        return True
    kinds, values, profile_ids, sources = zip(*sorted(known.fresh_identities), strict=True)
    identities = {"kinds": list(kinds), "values": list(values), "profile_ids": list(profile_ids), "sources": list(sources)}
    cursor = await connection.execute(queries["add_identities"], {"fresh": known.fresh_profiles, **identities, "now": known.now})
    if cursor.rowcount == len(kinds):
        return True
    await connection.execute(queries["take_back_identities"], {"fresh": known.fresh_profiles, **identities})
    return False
