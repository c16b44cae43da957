"""Writing to and reading from the consent ledger."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from hanse.base import database
from hanse.base.database import Connection, Queries
from hanse.base.operation import Purpose
from hanse.data.consent.schemas import Consent

queries = Queries(__package__)
COLUMNS = ("consent_id", "profile_id", "purpose", "granted", "channel", "evidence", "decided_at", "recorded_at")


async def put(connection: Connection, consents: Iterable[Consent], *, now: datetime) -> int:
    """Add entries to the ledger; return how many were new."""
    rows = (
        (each.consent_id, each.profile_id, each.purpose, each.granted, each.channel, database.jsonb(each.evidence), each.decided_at, now)
        for each in consents
    )
    await database.stage(connection, "consents", COLUMNS, rows)
    return (await connection.execute(queries["insert_staged"])).rowcount


async def state(connection: Connection, profile_id: UUID, purpose: Purpose) -> bool | None:
    """Return whether somebody agreed to a purpose; null where they were never asked."""
    row = await (await connection.execute(queries["newest"], {"profile_id": profile_id, "purpose": purpose})).fetchone()
    return row["granted"] if row else None
