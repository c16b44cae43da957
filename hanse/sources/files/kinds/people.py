"""Whose rows are: profiles found by user id or e-mail address, or made where nobody had them before."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from hanse.base import database, ids
from hanse.base.database import Connection
from hanse.data.profiles import Identity, identity, store

Key = tuple[str, str]


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
        return tuple((kind, value) for kind, value in values if value and value.casefold() not in identity.BLOCKED)


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
class _Register:
    """Who owns which identity, with those that are about to be added."""

    now: datetime
    owner: dict[Key, UUID] = field(default_factory=dict)
    with_user_id: set[UUID] = field(default_factory=set)

    def find(self, person: Person) -> Found | None:
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


async def find(connection: Connection, people: Sequence[Person], *, now: datetime) -> list[Found | None]:
    """Return the profile of each person, in order, as found or as it has to be made; null for one that names nobody.

    Whoever gets a new identity is protected until the end of the transaction from becoming two profiles.
    """
    wanted = {key for person in people for key in person.keys}
    register = await _register(connection, wanted, now)
    if not wanted <= register.owner.keys():
        await connection.execute(identity.queries["lock_identities"])
        register = await _register(connection, wanted, now)
    return [register.find(person) for person in people]


async def add_identities(connection: Connection, found: Iterable[Found], *, source: str, now: datetime) -> None:
    """Write the identities that are new on profiles that are not."""
    rows = [(key.kind, key.value, each.profile_id, source, now) for each in found if not each.fresh for key in each.identities]
    if rows:
        await database.stage(connection, "identities", ("kind", "value", "profile_id", "source", "created_at"), rows)
        await connection.execute(store.queries["insert_staged_identities"])


async def _register(connection: Connection, wanted: Iterable[Key], now: datetime) -> _Register:
    register = _Register(now)
    keys = list(wanted)
    if keys:
        facts = {"kinds": [kind for kind, _ in keys], "values": [value for _, value in keys]}
        async for row in await connection.execute(identity.queries["find_identities"], facts):
            register.owner[row["kind"], row["value"]] = row["profile_id"]
            if row["has_user_id"]:
                register.with_user_id.add(row["profile_id"])
    return register
