"""People in the database as sources without a common key tell of them, and the jobs run on them."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import pytest

from hanse.base import context as contract
from hanse.base.database import Connection
from hanse.data import profiles
from hanse.data.profiles import Identity, Profile, merging
from hanse.serve.runtime import Runtime
from tests.conftest import NOW
from tests.data.profiles.matching.people import people
from tests.serve.conftest import declared, running, settings

__all__ = ["declared", "running", "settings"]

NAMES = {"Vorname": "firstName", "Nachname": "lastName", "E-Mail": "email", "Telefon": "phone", "Geburtsdatum": "birthday"}


def traits(row: Mapping[str, str | None]) -> dict[str, Any]:
    """Return a made record as a source gives it."""
    known = {name: row[column] for column, name in NAMES.items() if row.get(column)}
    street = " ".join(filter(None, (row.get("Straße"), row.get("Hausnummer"))))
    address = {"street": street, "postalCode": row.get("PLZ"), "city": row.get("Ort")}
    return {**known, "address": {name: value for name, value in address.items() if value}}


@dataclass
class Shop:
    """A running Hanse with made people in it."""

    running: Runtime
    owners: dict[UUID, int] = field(default_factory=dict)
    """Whose record each profile is."""

    async def put(self, made: Sequence[Profile], source: str = "crm") -> None:
        """Write profiles and commit."""
        async with self.running.context() as context:
            await profiles.put(await context.connection(), made, source=source, now=NOW)

    async def person(self, number: int, *identities: Identity, **known: Any) -> UUID:
        """Write one person by what is known of them."""
        profile_id = UUID(int=(1 << 100) + number)
        await self.put([Profile(profile_id=profile_id, traits=known, identities=identities, created_at=NOW)])
        return profile_id

    async def run(self, name: str) -> dict[str, Any]:
        """Do a job."""
        async with self.running.context() as context:
            return await self.running.registry.jobs[name](context) or {}

    async def call(self, name: str, **arguments: Any) -> Any:
        """Call an operation as somebody with all rights does."""
        async with self.running.context() as context:
            operation = self.running.registry.find(name)
            return await contract.run(operation, contract.parse(operation, arguments), context)

    async def rows(self, statement: str, *facts: Any) -> list[dict[str, Any]]:
        """Return what a statement finds."""
        async with self.running.resources.pool.connection() as connection:
            return await (await connection.execute(statement.encode(), facts)).fetchall()

    async def members(self, profile_id: UUID) -> list[UUID]:
        """Return all records that are one person with one."""
        async with self.running.resources.pool.connection() as connection:
            return await merging.members(connection, profile_id)

    async def groups(self) -> dict[UUID, UUID]:
        """Return for each profile the one that stands for it."""
        return {
            row["profile_id"]: row["root"] for row in await self.rows("SELECT profile_id, coalesce(merged_into, profile_id) AS root FROM profiles")
        }


async def fill(shop: Shop, count: int, seed: int = 3, first: int = 1) -> None:
    """Write records of made persons, some of them several times."""
    made = people(count, seed=seed)
    rows = made.table.to_pylist()
    found = [Profile(profile_id=UUID(int=first + at), traits=traits(row), created_at=NOW) for at, row in enumerate(rows)]
    shop.owners |= {each.profile_id: seed * 1_000_000 + owner for each, owner in zip(found, made.owners, strict=True)}
    await shop.put(found)


@pytest.fixture
def shop(running: Runtime) -> Shop:
    """A shop that knows nobody."""
    return Shop(running)


@pytest.fixture
async def crowd(shop: Shop) -> Shop:
    """A shop that knows a hundred persons, many of them twice or three times."""
    await fill(shop, 100)
    return shop


def wrong(shop: Shop, groups: Mapping[UUID, UUID]) -> list[tuple[UUID, UUID]]:
    """Return the records that were joined with those of somebody else."""
    return [(each, root) for each, root in groups.items() if each in shop.owners and shop.owners[each] != shop.owners.get(root)]


async def until_somebody_waits(connection: Connection) -> None:
    """Go on once somebody else waits for a lock that a connection holds."""
    waits = "SELECT FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"
    for _ in range(3_000):
        if await (await connection.execute(waits)).fetchone() is not None:
            return
        await asyncio.sleep(0.01)
    pytest.fail("Nobody waits.")
