"""Writing profiles with their identities and traits, memberships and machines, many at once."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from hanse.base import database
from hanse.base.database import Connection, Queries
from hanse.data.profiles import given
from hanse.data.profiles.given import Said
from hanse.data.profiles.schemas import Contract, Installation, Membership, Profile

queries = Queries(__package__)


async def put(connection: Connection, profiles: Iterable[Profile], *, source: str, now: datetime) -> int:
    """Write profiles, what a source says of them now, and their identities; an identity that belongs to somebody already stays theirs."""
    profiles = list(profiles)
    rows = ((each.profile_id, each.kind, each.created_at, now) for each in profiles)
    count = await database.upsert(connection, "profiles", ("profile_id", "kind", "created_at", "updated_at"), ("profile_id",), rows)
    last = {each.profile_id: each for each in profiles}
    said = (Said(each.profile_id, name, source, database.jsonb(value), now) for each in last.values() for name, value in each.traits.items())
    await given.put(connection, said)
    identities = ((key.kind, key.value, each.profile_id, source, each.created_at) for each in profiles for key in each.identities)
    await database.stage(connection, "identities", ("kind", "value", "profile_id", "source", "created_at"), identities)
    await connection.execute(queries["insert_staged_identities"])
    return count


async def put_memberships(connection: Connection, memberships: Iterable[Membership]) -> int:
    """Write which persons act for which companies."""
    rows = ((each.company_id, each.member_id, each.role, each.created_at) for each in memberships)
    return await database.upsert(connection, "memberships", ("company_id", "member_id", "role", "created_at"), ("company_id", "member_id"), rows)


async def put_installations(connection: Connection, installations: Iterable[Installation], *, source: str) -> int:
    """Write which machines stand where."""
    columns = ("installation_id", "profile_id", "product_id", "serial_number", "place", "installed_at", "source")
    rows = (
        (each.installation_id, each.profile_id, each.product_id, each.serial_number, each.place, each.installed_at, source) for each in installations
    )
    return await database.upsert(connection, "installations", columns, ("installation_id",), rows)


async def put_contracts(connection: Connection, contracts: Iterable[Contract], *, source: str) -> int:
    """Write what was agreed with whom."""
    columns = ("contract_id", "profile_id", "kind", "number", "begins_on", "ends_on", "terms", "source")
    rows = ((*(getattr(each, name) for name in columns[:-1]), source) for each in contracts)
    return await database.upsert(connection, "contracts", columns, ("contract_id",), rows)
