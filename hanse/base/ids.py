"""Ids: UUIDv7 (RFC 9562), so that they sort by time and a decision's id says when it was made."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from uuid_utils import compat


def new(at: datetime | None = None) -> UUID:
    """Return a new UUIDv7, of the given moment (aware) or of now."""
    if at is None:
        return compat.uuid7()
    return compat.uuid7(nanoseconds=int(at.timestamp() * 1_000_000) * 1000)


def moment(identifier: UUID) -> datetime:
    """Return the moment, to the millisecond, that a UUIDv7 carries."""
    return datetime.fromtimestamp((identifier.int >> 80) / 1000, UTC)
