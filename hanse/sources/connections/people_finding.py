"""Who a customer of a shop is here: found by user id, e-mail address or telephone number, or made where nobody had them before.

A user id is surest, then the e-mail address; a profile keeps to one user id, and a telephone alone names nobody who has another one.
An identity can be added once only: where somebody else was quicker, everything is looked up again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

import psycopg

from hanse.base import ids
from hanse.base.database import Connection, Queries
from hanse.data.profiles.keys import BLOCKED, Key
from hanse.sources.source import Customer

queries = Queries(__package__)

ATTEMPTS = 5


@dataclass
class _Register:
    """Who owns which identity, as the database says and as it is planned."""

    now: datetime
    owner: dict[Key, UUID] = field(default_factory=dict)
    with_user_id: set[UUID] = field(default_factory=set)
    fresh: list[UUID] = field(default_factory=list)
    added: dict[Key, UUID] = field(default_factory=dict)
    has_claims: bool = False
    """Whether a profile that is there already is given a user id."""

    def find(self, keys: Sequence[Key]) -> UUID | None:
        """Return the profile of a person, planned where there is none; null for one that names nobody."""
        if not keys:
            return None
        profile_id = self._owner(keys) or self._fresh()
        for key in keys:
            if key not in self.owner:
                self.owner[key] = self.added[key] = profile_id
                if key[0] == "user_id":
                    self.has_claims = self.has_claims or profile_id not in self.fresh
                    self.with_user_id.add(profile_id)
        return profile_id

    def _owner(self, keys: Sequence[Key]) -> UUID | None:
        if keys[0] in self.owner:
            return self.owner[keys[0]]
        email = next((key for key in keys if key[0] == "email"), None)
        owner = self.owner.get(email) if email else None
        return None if keys[0][0] == "user_id" and owner in self.with_user_id else owner

    def _fresh(self) -> UUID:
        self.fresh.append(ids.new(self.now))
        return self.fresh[-1]


async def owners(connection: Connection, customers: Sequence[Customer], *, source: str, now: datetime) -> list[UUID | None]:
    """Return the profile of each customer, in order, made where there is none; null for one that names nobody."""
    named = [_keys(each) for each in customers]
    locked = False
    for _ in range(ATTEMPTS):
        register = await _register(connection, {key for keys in named for key in keys}, now)
        found = [register.find(keys) for keys in named]
        if register.has_claims and not locked:  # one transaction at a time, so that no profile gets two user ids
            await connection.execute(queries["lock_claims"])
            locked = True
            register = await _register(connection, {key for keys in named for key in keys}, now)
            found = [register.find(keys) for keys in named]
        if await _add(connection, register, source, now):
            return found
    raise psycopg.errors.SerializationFailure("others add the same identities again and again")


def _keys(customer: Customer) -> list[Key]:
    values = (("user_id", customer.user_id), ("email", customer.email), ("phone", customer.phone))
    return [(kind, value) for kind, value in values if value and value.casefold() not in BLOCKED]


async def _register(connection: Connection, wanted: set[Key], now: datetime) -> _Register:
    register = _Register(now)
    facts = {"kinds": [kind for kind, _ in wanted], "values": [value for _, value in wanted]}
    async for row in await connection.execute(queries["owners"], facts):
        register.owner[row["kind"], row["value"]] = row["profile_id"]
        if row["has_user_id"]:
            register.with_user_id.add(row["profile_id"])
    return register


async def _add(connection: Connection, register: _Register, source: str, now: datetime) -> bool:
    """Make what is planned; return false, with nothing made, where somebody else was quicker."""
    if not register.added:
        return True
    added = sorted(register.added.items())
    facts = {
        "fresh": register.fresh,
        "kinds": [kind for (kind, _), _ in added],
        "values": [value for (_, value), _ in added],
        "profile_ids": [profile_id for _, profile_id in added],
        "source": source,
        "now": now,
    }
    async with connection.transaction() as attempt:
        done = (await connection.execute(queries["add_identities"], facts)).rowcount == len(added)
        if not done:
            raise psycopg.Rollback(attempt)
    return done
