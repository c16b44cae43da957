"""The chain of a profile's entries: each holds the hash of the one before, so that nothing can be changed, removed or moved unseen.

The hash is SHA-256 over the previous hash and the entry in canonical JSON: keys sorted, no spaces, times in UTC to the microsecond,
numbers as PostgreSQL gives them back. The format never changes; another would get another `FORMAT`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Protocol
from uuid import UUID

import msgspec

FORMAT = "hanse-consent-1"
GENESIS = bytes(32)
"""What stands before the first entry."""


class Linked(Protocol):
    """An entry with its place in a chain."""

    @property
    def position(self) -> int: ...  # noqa: D102  # a field
    @property
    def previous_hash(self) -> bytes: ...  # noqa: D102  # a field
    @property
    def hash(self) -> bytes: ...  # noqa: D102  # a field
    def facts(self) -> dict[str, Any]:
        """Return everything that is hashed, by name."""
        ...


class FaultKind(StrEnum):
    """What is wrong with a chain at one place."""

    CHANGED = "changed"
    """The entry is not what it was when it was written."""
    BROKEN = "broken"
    """The entry does not follow the one before: one was removed, added or moved."""
    MISSING = "missing"
    """The last entries are gone, or there are more than were written."""


class Fault(msgspec.Struct, frozen=True):
    """One place where a chain is not what was written."""

    kind: FaultKind
    position: int


def link(facts: dict[str, Any], position: int, previous_hash: bytes) -> bytes:
    """Return the hash of an entry at its place."""
    return hashlib.sha256(canonical({"format": FORMAT, "position": position, "previous_hash": previous_hash, **facts})).digest()


def canonical(value: dict[str, Any]) -> bytes:
    """Return the one encoding of an entry."""
    return json.dumps(_plain(value), sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode()


def faults(entries: Sequence[Linked], *, length: int, head: bytes) -> Iterator[Fault]:
    """Compare a chain, in the order of its positions, with itself and with the end that was noted."""
    previous, expected = GENESIS, 1
    for entry in entries:
        if entry.position != expected or entry.previous_hash != previous:
            yield Fault(FaultKind.BROKEN, entry.position)
        if entry.hash != link(entry.facts(), entry.position, entry.previous_hash):
            yield Fault(FaultKind.CHANGED, entry.position)
        previous, expected = entry.hash, entry.position + 1
    if len(entries) != length or previous != head:
        yield Fault(FaultKind.MISSING, expected)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, bytes | memoryview):
        return bytes(value).hex()
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, UUID):
        return str(value)
    return value
