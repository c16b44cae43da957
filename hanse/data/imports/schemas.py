"""One import of a file, and one thing that could not be taken in."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec


class ImportRecord(msgspec.Struct, kw_only=True, frozen=True):
    """One import: what came in, what was known already, what was refused."""

    import_id: UUID
    kind: str
    """What the rows are: `orders`, `products`, `customers`."""
    file_name: str
    source: str
    state: str = "running"
    """`running`, `done` or `failed`."""
    columns: dict[str, Any] = {}
    """Which column became which field, and how numbers and dates were read; of documents, what became of each file."""
    counts: dict[str, int] = {}
    """rows, loaded, known, rejected and what was made of them."""
    findings: list[dict[str, Any]] = []
    """Remarks on rows that were loaded all the same."""
    reject_file: str | None = None
    error: str | None = None
    started_by: str
    started_at: datetime
    finished_at: datetime | None = None


class DeadLetter(msgspec.Struct, kw_only=True, frozen=True):
    """One row or event that could not be taken in, as it came."""

    dead_letter_id: UUID
    kind: str
    """What it should have become: `event`, `orders`, `products`, `customers`."""
    source: str
    import_id: UUID | None = None
    line: int | None = None
    """Line of the file it stood in."""
    field: str
    reason: str
    payload: dict[str, Any] = {}
    state: str = "open"
    """`open`, `replayed` or `dismissed`."""
    created_at: datetime
    closed_at: datetime | None = None


class DeadLetterFilter(msgspec.Struct, kw_only=True, frozen=True):
    """Which dead letters; null asks for all."""

    kind: str | None = None
    import_id: UUID | None = None
    source: str | None = None
    field: str | None = None
    reason: str | None = None
    name: str | None = None
    """Name of the event that it should have become."""


class DeadLetterGroup(msgspec.Struct, kw_only=True, frozen=True):
    """Open dead letters that have in common what is wrong with them."""

    kind: str
    field: str
    reason: str
    source: str
    count: int
    newest_at: datetime
    example_id: UUID
    """The newest of them."""


class DeadLetterPage(msgspec.Struct, kw_only=True, frozen=True):
    """Some dead letters, newest first, and where the next ones begin."""

    items: tuple[DeadLetter, ...]
    next_cursor: str | None = None
