"""Writing to the log: batches by COPY, deduplicated by message id for all time, each event with its profile."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any
from uuid import UUID

import msgspec

from hanse.base import database, ids
from hanse.base.database import Connection, Queries
from hanse.data.events.schemas import Event
from hanse.data.profiles import identity

queries = Queries(__package__)

CHUNK = 20_000
"""Events written at once: few enough for memory, many enough for COPY to shine."""

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


@dataclass(frozen=True)
class Appended:
    """What became of the events of one call."""

    accepted: int
    duplicates: int
    taken: tuple[bool, ...] = ()
    """For each event, in order, whether it was new."""


async def append(connection: Connection, events: Iterable[Event], *, now: datetime) -> Appended:
    """Write events to the log, each message once; make profiles for people seen for the first time.

    A time in the future is a wrong clock: it becomes `now`, the sender's time stays in `original_at`.
    """
    taken: list[bool] = []
    for chunk in _chunks(events):
        taken.extend(await _append_chunk(connection, chunk, now))
    return Appended(sum(taken), len(taken) - sum(taken), tuple(taken))


async def has_source(connection: Connection, source: str) -> bool:
    """Return whether anything in the log came from a source."""
    row = await (await connection.execute(queries["has_source"], {"source": source})).fetchone()
    return bool(row and row["found"])


def message_key(message_id: str) -> UUID:
    """Return the 128 bits by which a message is known for all time."""
    return UUID(bytes=hashlib.blake2b(message_id.encode(), digest_size=16).digest())


async def _append_chunk(connection: Connection, events: list[Event], now: datetime) -> list[bool]:
    event_ids = [ids.new() for _ in events]
    resolved = await identity.resolve(connection, events, now=now)
    rows = (_row(event_id, event, profile_id, now) for event_id, event, profile_id in zip(event_ids, events, resolved, strict=True))
    await database.stage(connection, "events", COLUMNS, rows)
    keys = ((message_key(event.message_id), event_id) for event_id, event in zip(event_ids, events, strict=True))
    await database.stage(connection, "event_messages", ("message_key", "event_id"), keys)
    await connection.execute(queries["take_new"])
    await connection.execute(queries["ensure_months"])
    new = {row["event_id"] async for row in await connection.execute(queries["taken"])}
    await connection.execute(queries["insert_staged"])
    return [event_id in new for event_id in event_ids]


def _row(event_id: UUID, event: Event, profile_id: UUID | None, now: datetime) -> tuple[object, ...]:
    properties = database.jsonb(event.properties)
    occurred_at = min(event.occurred_at, now)
    return (
        event_id,
        event.message_id,
        event.type,
        event.name,
        profile_id,
        event.user_id,
        event.anonymous_id,
        _decision_id(event.properties, properties),
        event.source,
        occurred_at,
        event.original_at or (event.occurred_at if occurred_at != event.occurred_at else None),
        event.sent_at,
        now,
        properties,
        database.jsonb(event.context),
    )


class _Outcome(msgspec.Struct):
    decision_id: UUID | None = None


def _decision_id(properties: dict[str, Any] | msgspec.Raw, text: str) -> UUID | None:
    if "decision_id" not in text:
        return None
    try:
        if isinstance(properties, dict):
            return msgspec.convert(properties, _Outcome, strict=False).decision_id
        return msgspec.json.decode(text, type=_Outcome).decision_id
    except msgspec.ValidationError:
        return None


def _chunks(events: Iterable[Event]) -> Iterator[list[Event]]:
    rest = iter(events)
    while chunk := list(islice(rest, CHUNK)):
        yield chunk
