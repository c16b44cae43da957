"""Whose rows are: profiles that `identity` finds or makes as it does for events, in a transaction of its own.

An import takes long, and whoever adds the same identity would wait until its end. So the import remembers whom it made, and forgets them
where it fails and nobody has told anything of them meanwhile.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from hanse.data.profiles import identity
from hanse.data.profiles.identity import Contact
from hanse.sources.files.kinds.loading import Load


@dataclass(frozen=True)
class Found:
    """The profile of one person."""

    profile_id: UUID
    fresh: bool
    """Whether nobody had any of their identities before."""
    adds: bool
    """Whether nobody had one of them before."""
    taken: bool
    """Whether one of them belongs to somebody else and stays theirs."""


async def find(load: Load, contacts: Sequence[Contact]) -> list[Found | None]:
    """Return the profile of each, in order; null for one that names nobody."""
    named = [identity.identities(each) for each in contacts]
    wanted = {key for keys in named for key in keys}
    async with load.own_transaction() as connection:
        known = set(await identity.canonical(connection, wanted))
        load.newcomers |= wanted - known  # before they are there, as this may be broken off at any time
        profile_ids = await identity.resolve(connection, contacts, now=load.now)
        stands = await identity.canonical(connection, {key for keys in named if len(keys) > 1 for key in keys})
    found: list[Found | None] = []
    for keys, profile_id in zip(named, profile_ids, strict=True):
        fresh, adds = known.isdisjoint(keys), not known.issuperset(keys)
        taken = len(keys) > 1 and len({stands[key] for key in keys}) > 1
        found.append(Found(profile_id, fresh, adds, taken) if profile_id else None)
        known.update(keys)
    return found
