"""Targets and their deliveries in the database."""

from __future__ import annotations

from collections.abc import Mapping as Facts
from collections.abc import Sequence
from typing import Any

import msgspec

from hanse.base.context import Context
from hanse.base.database import Connection, Queries
from hanse.sources.connections import vault
from hanse.sources.crm.errors import UnknownTarget
from hanse.sources.crm.schemas import Mapping, TargetOptions, TargetStatus
from hanse.sources.crm.target import Known

queries = Queries(__package__)


async def list_targets(connection: Connection, *, name: str | None = None) -> list[TargetStatus]:
    """Return the targets by name, or the one of a name."""
    cursor = await connection.execute(queries["targets"], {"name": name})
    return [msgspec.convert(row, TargetStatus) async for row in cursor]


async def status(connection: Connection, name: str) -> TargetStatus:
    """Return one target with how it is doing; raises `UnknownTarget`."""
    found = await list_targets(connection, name=name)
    if not found:
        raise UnknownTarget(name=name)
    return found[0]


def known(context: Context, row: Facts[str, Any]) -> Known:
    """Return a target as its writer sees it."""
    options = msgspec.convert(row["options"], TargetOptions)
    return Known(
        target_id=row["target_id"],
        name=row["name"],
        system=row["system"],
        options=options,
        mapping=msgspec.convert(row["mapping"], Mapping),
        secrets=vault.unseal(context.settings.home, row["secrets"], name=row["name"]),
        language=options.language or context.settings.language,
        home=context.settings.home,
    )


async def rows(connection: Connection, name: str, facts: Facts[str, Any]) -> Sequence[dict[str, Any]]:
    """Return the rows of a named statement."""
    return await (await connection.execute(queries[name], facts)).fetchall()


async def row(connection: Connection, name: str, facts: Facts[str, Any]) -> dict[str, Any] | None:
    """Return the first row of a named statement."""
    return await (await connection.execute(queries[name], facts)).fetchone()
