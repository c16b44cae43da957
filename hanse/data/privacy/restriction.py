"""Restriction of processing (Art. 18 DSGVO): what is known of somebody stays, and is used for nothing but running the shop itself."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from hanse.base.database import Connection, Queries

queries = Queries(__package__)


async def restrict(connection: Connection, profile_ids: Collection[UUID], *, restricted: bool, now: datetime) -> None:
    """Restrict the processing of a person, or lift that; the lake leaves them out, or copies the log anew with them.

    Who restricts removes what the lake has of them already, once this is committed.
    """
    await connection.execute(queries["restrict"], {"profile_ids": list(profile_ids), "restricted": restricted, "now": now})
    if not restricted:
        await connection.execute(queries["copy_anew"])


async def is_restricted(connection: Connection, profile_id: UUID) -> bool:
    """Return whether the processing of a person is restricted."""
    row = await (await connection.execute(queries["restricted"], {"profile_id": profile_id})).fetchone()
    return bool(row and row["found"])
