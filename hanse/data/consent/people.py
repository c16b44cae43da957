"""Whom a request of the ledger means: found by whatever names them, or made where a form brings somebody new."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from uuid import UUID

from msgspec import Meta

from hanse.base.context import Context
from hanse.base.decision import Personal
from hanse.data.consent.errors import UnknownPerson
from hanse.data.profiles import identity, keys, merging
from hanse.data.profiles.keys import Key

SOURCE = "consent"


class Person(Personal, kw_only=True):
    """Mixin of requests that name a person in one more way."""

    email: Annotated[
        Annotated[str, Meta(max_length=254)] | None, Meta(description="Whom it is about, by e-mail address, such as that of a newsletter form.")
    ] = None


@dataclass(frozen=True)
class _Somebody:
    """A person by one identity, as the log names them."""

    key: Key
    occurred_at: datetime
    source: str = SOURCE
    profile_id: UUID | None = None

    @property
    def user_id(self) -> str | None:
        return self.key[1] if self.key[0] == "user_id" else None

    @property
    def anonymous_id(self) -> str | None:
        return self.key[1] if self.key[0] == "anonymous_id" else None

    @property
    def identities(self) -> tuple[Key, ...]:
        return (self.key,)


async def find(request: Person, context: Context) -> UUID | None:
    """Return the profile of whoever a request names; null where nobody is known by it."""
    if context.subject.profile_id is not None and request.profile_id is None and request.email is None:
        return context.subject.profile_id
    connection = await context.connection()
    if request.profile_id is not None:
        return request.profile_id if await merging.members(connection, request.profile_id) else None
    for key in _keys(request):
        if found := await identity.find(connection, *key):
            return found
    return None


async def find_or_make(request: Person, context: Context) -> UUID:
    """Return the profile of whoever a request names, made with the surest of what names them; raises `UnknownPerson` where nothing does.

    A consent never joins two profiles: nobody else is told of it by what it says.
    """
    if found := await find(request, context):
        return found
    named = _keys(request)
    if request.profile_id is not None or not named:
        raise UnknownPerson
    now = context.clock.now()
    (made,) = await identity.resolve(await context.connection(), [_Somebody(named[0], now)], now=now)
    if made is None:
        raise UnknownPerson
    return made


async def everybody(profile_id: UUID, context: Context) -> list[UUID]:
    """Return all profiles that are the same person."""
    return await merging.members(await context.connection(), profile_id) or [profile_id]


async def members(request: Person, context: Context) -> list[UUID]:
    """Return all profiles of whoever a request names; raises `UnknownPerson`."""
    found = await find(request, context)
    if found is None:
        raise UnknownPerson
    return await everybody(found, context)


def _keys(request: Person) -> list[Key]:
    given = (("user_id", request.user_id), ("email", request.email), ("anonymous_id", request.anonymous_id))
    return [key for kind, value in given if value and (key := keys.key(kind, value))]
