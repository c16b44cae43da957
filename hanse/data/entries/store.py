"""Writing and reading entries. Capabilities call `put` in the transaction of what they do."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from hanse.base import database, ids
from hanse.base.database import Connection, Queries
from hanse.data.entries.schemas import Entry, UnknownEntryKind

queries = Queries(__package__)

KINDS = (
    "consent_changed",
    "note_added",
    "note_removed",
    "profile_merged",
    "profile_unmerged",
    "profile_rectified",
    "processing_restricted",
    "restriction_lifted",
    "privacy_export",
    "privacy_erase",
)
"""Kinds that Hanse makes by itself; those of actions are named after their operation, and capabilities add their own."""
TOLD = frozenset({"privacy.rectify"})
"""Operations that reach nobody and make an entry nevertheless, as recipients have to be told (Art. 19 DSGVO)."""
LONGEST_SUBJECT = 200
LONGEST_TEXT = 20_000

_KIND = re.compile(r"[a-z][a-z0-9_]{0,63}")


async def put(connection: Connection, entries: Sequence[Entry], *, now: datetime) -> list[UUID]:
    """Write entries, in the transaction of what they tell of; return their ids. Raises `UnknownEntryKind`."""
    rows = [_row(each, now) for each in entries]
    for row in rows:
        await connection.execute(queries["insert_entry"], row)
    return [row["entry_id"] for row in rows]  # type: ignore[misc]  # the row holds values of many types


async def history(connection: Connection, profile_id: UUID, *, limit: int = 50) -> list[Entry]:
    """Return what was entered about a person, the newest first."""
    cursor = await connection.execute(queries["history"], {"profile_id": profile_id, "limit": limit})
    return [msgspec.convert(row, Entry) async for row in cursor]


def _row(entry: Entry, now: datetime) -> dict[str, object]:
    if not _KIND.fullmatch(entry.kind):
        raise UnknownEntryKind(kind=entry.kind)
    return {
        "entry_id": entry.entry_id or ids.new(now),
        "kind": entry.kind,
        "profile_id": entry.profile_id,
        "subject": entry.subject.replace("\0", "\ufffd")[:LONGEST_SUBJECT],
        "text": entry.text.replace("\0", "\ufffd")[:LONGEST_TEXT],
        "facts": database.jsonb(entry.facts),
        "language": entry.language,
        "purpose": entry.purpose.value,
        "operation": entry.operation,
        "decision_id": entry.decision_id,
        "occurred_at": entry.occurred_at or now,
    }
