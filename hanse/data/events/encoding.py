"""Events and arrays as PostgreSQL's binary format: what the hot path of the log sends, made with no detour through adapters.

A general adapter looks at the type of each of fifteen values in each row; here the columns are known. Half the time of writing
an event would otherwise go there.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID

import msgspec
import psycopg
from psycopg.adapt import Buffer, Dumper
from psycopg.pq import Format

from hanse.data.events.schemas import Event

COLUMNS = (
    "event_id",
    "message_id",
    "type",
    "name",
    "profile_id",
    "user_id",
    "anonymous_id",
    "decision_id",
    "source",
    "occurred_at",
    "original_at",
    "sent_at",
    "received_at",
    "properties",
    "context",
)
"""The columns of a row, in the order in which `rows` writes them."""

PIECE = 100
"""Events sent to the database at once."""

UUID_OID, UUID_ARRAY_OID = 2950, 2951

_SIGNATURE = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_END = b"\xff\xff"
_NULL = b"\xff\xff\xff\xff"
_ROW = struct.pack(">h", len(COLUMNS))
_UUID_LENGTH = struct.pack(">i", 16)
_length = struct.Struct(">i").pack
_time = struct.Struct(">iq").pack
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_NUL = re.compile(rb"(?<!\\)((?:\\\\)*)\\u0000")
"""A NUL as JSON writes it; after an odd number of backslashes the same letters are plain text."""


class UuidArray:
    """An array of 16-byte values, sent as a parameter of the type `uuid[]`."""

    __slots__ = ("data",)

    def __init__(self, values: Sequence[bytes]) -> None:
        """Take the bytes of each."""
        head = struct.pack(">iiIii", 1, 0, UUID_OID, len(values), 1) if values else struct.pack(">iiI", 0, 0, UUID_OID)
        self.data = head + (_UUID_LENGTH + _UUID_LENGTH.join(values) if values else b"")


def rows(events: Sequence[Event], event_ids: Sequence[UUID], profile_ids: Sequence[UUID | None], now: datetime) -> Iterator[bytes]:
    """Give events as the body of a binary COPY into `COLUMNS`, piece by piece: the database reads one while the next is made."""
    parts = [_SIGNATURE]
    for number, (event, event_id, profile_id) in enumerate(zip(events, event_ids, profile_ids, strict=True), 1):
        _add_row(parts, event, event_id, profile_id, now)
        if number % PIECE == 0:
            yield b"".join(parts)
            parts.clear()
    parts.append(_END)
    yield b"".join(parts)


def json(value: dict[str, Any] | msgspec.Raw) -> bytes:
    """Return JSON that jsonb takes: PostgreSQL refuses NUL characters, so they become U+FFFD."""
    text = bytes(value) if isinstance(value, msgspec.Raw) else msgspec.json.encode(value)
    return _NUL.sub(rb"\1\\ufffd", text) if b"\\u0000" in text else text


class _Outcome(msgspec.Struct):
    decision_id: UUID | None = None


def _add_row(parts: list[bytes], event: Event, event_id: UUID, profile_id: UUID | None, now: datetime) -> None:
    properties, context = json(event.properties), json(event.context)
    occurred_at = min(event.occurred_at, now)
    original_at = event.original_at or (event.occurred_at if occurred_at != event.occurred_at else None)
    parts += (_ROW, _UUID_LENGTH, event_id.bytes)
    parts += _sized(event.message_id.encode())
    parts += _word(event.type)
    parts += _word(event.name)
    parts += _uuid(profile_id)
    parts += _text(event.user_id)
    parts += _text(event.anonymous_id)
    parts += _uuid(_decision_id(properties))
    parts += _word(event.source)
    parts += (_moment(occurred_at), _moment(original_at), _moment(event.sent_at), _moment(event.received_at or now))
    parts += (_length(len(properties) + 1), b"\x01", properties, _length(len(context) + 1), b"\x01", context)


def _sized(data: bytes) -> tuple[bytes, bytes]:
    return _length(len(data)), data


def _text(value: str | None) -> tuple[bytes, ...]:
    return (_NULL,) if value is None else _sized(value.encode())


_word = lru_cache(maxsize=1024)(_text)
"""The same for what comes again and again: types, names and sources."""


def _uuid(value: UUID | None) -> tuple[bytes, ...]:
    return (_NULL,) if value is None else (_UUID_LENGTH, value.bytes)


def _moment(value: datetime | None) -> bytes:
    return _NULL if value is None else _time(8, (value - _EPOCH) // _MICROSECOND)


def _decision_id(properties: bytes) -> UUID | None:
    if b'"decision_id"' not in properties:
        return None
    try:
        found = msgspec.json.decode(properties, type=_Outcome).decision_id
    except msgspec.ValidationError:
        found = None
    return found or _decision_of_lines(properties)


def _decision_of_lines(properties: bytes) -> UUID | None:
    """Return the first decision that a product of the event names: of an order whose lines come from different answers."""
    products = msgspec.json.decode(properties).get("products")
    for line in products if isinstance(products, list) else ():
        try:
            if found := msgspec.convert(line, _Outcome).decision_id:
                return found
        except msgspec.ValidationError:
            continue
    return None


class _UuidArrayDumper(Dumper):
    format = Format.BINARY
    oid = UUID_ARRAY_OID

    def dump(self, obj: UuidArray) -> Buffer:
        return obj.data


psycopg.adapters.register_dumper(UuidArray, _UuidArrayDumper)
