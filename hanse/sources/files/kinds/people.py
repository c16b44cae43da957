"""Whose rows are: profiles found by user id or e-mail address, or planned where nobody had them before."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from psycopg import AsyncCursor
from psycopg.rows import DictRow

from hanse.base import ids
from hanse.base.database import Connection, Queries
from hanse.data import profiles
from hanse.data.profiles import Identity, Profile
from hanse.data.profiles.keys import BLOCKED, Key

queries = Queries("hanse.sources.files")

ORDER = ("user_id", "email", "phone")
"""Kinds of identity, the surest first."""


@dataclass(frozen=True)
class Person:
    """What a row says of who somebody is."""

    user_id: str | None = None
    email: str | None = None
    phone: str | None = None

    @property
    def keys(self) -> tuple[Key, ...]:
        """Return its identities, the surest first, without values that stand for nobody."""
        values = (("user_id", self.user_id), ("email", self.email), ("phone", self.phone))
        return tuple((kind, value) for kind, value in values if value and value.casefold() not in BLOCKED)


@dataclass
class Found:
    """The profile of one person."""

    profile_id: UUID
    fresh: bool
    """Whether it has to be made."""
    identities: tuple[Identity, ...] = ()
    """Those that it does not have yet."""
    taken: tuple[Key, ...] = ()
    """Those that belong to somebody else and stay theirs."""


@dataclass
class Register:
    """Who owns which identity, as the database says and as it is planned."""

    now: datetime
    owner: dict[Key, UUID] = field(default_factory=dict)
    with_user_id: set[UUID] = field(default_factory=set)
    _asked: set[Key] = field(default_factory=set)

    async def learn(self, connection: Connection, people: Iterable[Person]) -> None:
        """Ask the database for the owners of those identities that were not asked for yet."""
        wanted = {key for person in people for key in person.keys} - self._asked
        self._asked |= wanted
        async for row in await _owners(connection, list(wanted)):
            self.owner[row["kind"], row["value"]] = row["profile_id"]
            if row["has_user_id"]:
                self.with_user_id.add(row["profile_id"])

    def find(self, person: Person) -> Found | None:
        """Return the profile of a person, planned where there is none; null for one that names nobody."""
        keys = person.keys
        if not keys:
            return None
        owner = self._owner(keys)
        profile_id = owner or ids.new(self.now)
        fresh = tuple(key for key in keys if key not in self.owner)
        for key in fresh:
            self.owner[key] = profile_id
            if key[0] == "user_id":
                self.with_user_id.add(profile_id)
        taken = tuple(key for key in keys if self.owner[key] != profile_id)
        return Found(profile_id, owner is None, tuple(Identity(*key) for key in fresh), taken)

    def _owner(self, keys: Sequence[Key]) -> UUID | None:
        """Return who has the surest identity; a profile keeps to one user id, and a telephone alone names nobody twice."""
        if keys[0] in self.owner:
            return self.owner[keys[0]]
        email = next((key for key in keys if key[0] == "email"), None)
        owner = self.owner.get(email) if email else None
        return None if keys[0][0] == "user_id" and owner in self.with_user_id else owner


@dataclass
class Plan:
    """Profiles and identities that are to be written once the events that name them are.

    Whoever adds the same identity waits until this transaction ends, so it is done last.
    """

    fresh: dict[UUID, Profile] = field(default_factory=dict)
    added: dict[Key, UUID] = field(default_factory=dict)
    """Owner of each new identity."""

    def add(self, found: Found, profile: Profile) -> None:
        """Plan what a person needs: the profile where it is fresh, and its new identities."""
        if found.fresh:
            self.fresh[found.profile_id] = profile
        self.added.update(((each.kind, each.value), found.profile_id) for each in found.identities)

    async def write(self, connection: Connection, *, source: str, now: datetime) -> int:
        """Write what is planned; return how many profiles were made. Who was made by others in the meantime is joined."""
        if self.fresh:
            await profiles.put(connection, self.fresh.values(), source=source, now=now)
        lost = await add_identities(connection, self.added, source=source, now=now)
        joined = {planned: lost[surest] for planned, surest in self._surest() if surest in lost}
        for planned, owner in joined.items():
            await connection.execute(queries["join_profile"], {"planned": planned, "owner": owner})
        return len(self.fresh) - len(joined)

    def _surest(self) -> Iterator[tuple[UUID, Key]]:
        """Give the surest identity of each fresh profile."""
        by_profile: dict[UUID, list[Key]] = {profile_id: [] for profile_id in self.fresh}
        for key, owner in self.added.items():
            if owner in by_profile:
                by_profile[owner].append(key)
        return ((profile_id, min(keys, key=lambda key: ORDER.index(key[0]))) for profile_id, keys in by_profile.items() if keys)


async def add_identities(connection: Connection, added: dict[Key, UUID], *, source: str, now: datetime) -> dict[Key, UUID]:
    """Write identities; return the owners of those that belong to somebody else."""
    if not added:
        return {}
    kinds, values, owners = zip(*sorted((*key, profile_id) for key, profile_id in added.items()), strict=True)
    facts = {"kinds": list(kinds), "values": list(values), "owners": list(owners), "source": source, "now": now}
    cursor = await connection.execute(queries["add_identities"], facts)
    if cursor.rowcount == len(added):
        return {}
    owners_now = {(row["kind"], row["value"]): row["profile_id"] async for row in await _owners(connection, list(added))}
    return {key: owner for key, owner in owners_now.items() if owner != added[key]}


async def _owners(connection: Connection, keys: Sequence[Key]) -> AsyncCursor[DictRow]:
    facts = {"kinds": [kind for kind, _ in keys], "values": [value for _, value in keys]}
    return await connection.execute(queries["owners"], facts)
