"""Writing what is given of profiles: each trait with who said it and when. The log, imports, shops and corrections all do it here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from hanse.base.database import Connection, Queries
from hanse.base.operation import Purpose

queries = Queries(__package__, "given.sql")

PURPOSE = Purpose.OPERATION
"""What given traits serve: the master data of the shop."""


@dataclass(frozen=True)
class Said:
    """One trait, as one source gives it."""

    profile_id: UUID
    name: str
    source: str
    value: str
    """As JSON without NUL characters."""
    observed_at: datetime
    is_fallback: bool = False
    """Whether it counts only where nobody says more."""


async def put(connection: Connection, said: Iterable[Said]) -> None:
    """Take in what was said; of each source the last counts, and of the same moment the greater value, whatever the order of arrival."""
    said = list(said)
    if said:
        facts = {
            "profile_ids": [each.profile_id for each in said],
            "names": [each.name for each in said],
            "sources": [each.source for each in said],
            "values": [each.value for each in said],
            "moments": [each.observed_at for each in said],
            "fallbacks": [each.is_fallback for each in said],
        }
        await connection.execute(queries["put"], {**facts, "purpose": PURPOSE.value})


async def remove(connection: Connection, profile_ids: list[UUID], names: list[str]) -> None:
    """Remove what all sources say of some profiles under some names."""
    await connection.execute(queries["remove"], {"profile_ids": profile_ids, "names": names})
