"""Writing to the log: batches by COPY, deduplicated by message id for all time, each event with its profile."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from uuid import UUID

import psycopg
from psycopg.rows import tuple_row

from hanse.base import ids
from hanse.base.database import Connection, Queries
from hanse.data.consent import preferences
from hanse.data.events import encoding
from hanse.data.events.encoding import UuidArray
from hanse.data.events.errors import Unfit
from hanse.data.events.schemas import Event
from hanse.data.profiles import identity
from hanse.data.traits import folding

queries = Queries(__package__)

CHUNK = 20_000
"""Events written at once: few enough for memory, many enough for COPY to shine."""
FIRST_PARTITION_YEAR = 2000
"""What is older stays in the default partition."""

POISON = (psycopg.DataError, psycopg.IntegrityError, psycopg.errors.ProgramLimitExceeded, psycopg.errors.StatementTooComplex)
"""What the database raises because of an event, and not because of its own state."""

REMEMBERED = timedelta(days=62)
"""Age of months that are remembered to be there; older ones may be dropped by retention."""

Month = tuple[int, int]

_COPY = f"COPY events ({', '.join(encoding.COLUMNS)}) FROM STDIN (FORMAT BINARY)".encode()


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
    months: set[Month] = set()
    for chunk in _chunks(events):
        taken.extend(await write(connection, chunk, [ids.new() for _ in chunk], now=now, months=months))
    return Appended(sum(taken), len(taken) - sum(taken), tuple(taken))


async def write(connection: Connection, events: Sequence[Event], event_ids: Sequence[UUID], *, now: datetime, months: set[Month]) -> list[bool]:
    """Write events under ids of their own; return for each whether it was new.

    `months` is what the caller knows of the partitions that are there; the recent ones of those made here are added.
    """
    first = _first_copies(events)
    new = await _claim(connection, first, event_ids)
    fresh = [events[index] for index in new]
    profile_ids = await identity.resolve(connection, fresh, now=now)
    await _ensure_months(connection, fresh, now, months)
    if fresh:
        async with connection.cursor() as cursor, cursor.copy(_COPY) as stream:
            for piece in encoding.rows(fresh, [event_ids[index] for index in new], profile_ids, now):
                await stream.write(piece)
    await folding.fold(connection, fresh, profile_ids, now=now)
    if choices := [each for each in zip(fresh, profile_ids, strict=True) if each[0].name == preferences.EVENT]:
        await preferences.take(connection, choices, now=now)
    taken = [False] * len(events)
    for index in new:
        taken[index] = True
    return taken


async def written(connection: Connection, events: Sequence[Event], event_ids: Sequence[UUID]) -> list[bool]:
    """Return for each event whether it is in the log under this very id: after a connection was lost in the middle of a commit."""
    found = await _owners(connection, [digest(event.message_id) for event in events])
    return [found.get(digest(event.message_id)) == event_id for event, event_id in zip(events, event_ids, strict=True)]


def unfit(error: Exception) -> Unfit:
    """Return why the database refused an event, in words without the values that its message quotes."""
    why = error.sqlstate if isinstance(error, psycopg.Error) and error.sqlstate else type(error).__name__
    return Unfit(field="message", reason=f"The database refuses it ({why}).", remedy="Look through its values.")


async def is_empty(connection: Connection) -> bool:
    """Return whether the log has no event at all."""
    row = await (await connection.execute(queries["is_empty"])).fetchone()
    return bool(row and row["empty"])


async def has_source(connection: Connection, source: str) -> bool:
    """Return whether anything in the log came from a source."""
    row = await (await connection.execute(queries["has_source"], {"source": source})).fetchone()
    return bool(row and row["found"])


def message_key(message_id: str) -> UUID:
    """Return the 128 bits by which a message is known for all time."""
    return UUID(bytes=digest(message_id))


def digest(message_id: str) -> bytes:
    """Return the same as bytes."""
    return hashlib.blake2b(message_id.encode(), digest_size=16).digest()


def _first_copies(events: Sequence[Event]) -> dict[bytes, int]:
    """Return where each message stands first."""
    found: dict[bytes, int] = {}
    for index, event in enumerate(events):
        found.setdefault(digest(event.message_id), index)
    return found


async def _claim(connection: Connection, first: dict[bytes, int], event_ids: Sequence[UUID]) -> list[int]:
    """Register messages and return the places of those that nobody sent before, in their order."""
    keys = UuidArray(list(first))
    values = {"message_keys": keys, "event_ids": UuidArray([event_ids[index].bytes for index in first.values()])}
    cursor = await connection.execute(queries["claim_messages"], values)
    settled = await (await connection.execute(queries["settled_messages"], values)).fetchall()
    if cursor.rowcount == len(first) and not settled:
        return list(first.values())
    if settled:
        known = [row["message_key"].bytes for row in settled]
        claimed = UuidArray([event_ids[first[key]].bytes for key in known])
        await connection.execute(queries["give_back_messages"], {"message_keys": UuidArray(known), "event_ids": claimed})
    owners = await _owners(connection, list(first))
    return [index for key, index in first.items() if owners[key] == event_ids[index]]


async def _owners(connection: Connection, keys: Sequence[bytes]) -> dict[bytes, UUID]:
    """Return the event that each message was written as, of those that are known."""
    async with connection.cursor(row_factory=tuple_row) as cursor:
        await cursor.execute(queries["owners_of_messages"], {"message_keys": UuidArray(keys)}, binary=True)
        return {key.bytes: event_id for key, event_id in await cursor.fetchall()}


async def _ensure_months(connection: Connection, events: Sequence[Event], now: datetime, months: set[Month]) -> None:
    moments = (min(event.occurred_at, now).astimezone(UTC) for event in events)
    wanted = {(moment.year, moment.month): moment for moment in moments}
    for month, moment in wanted.items():
        if month not in months and moment.year >= FIRST_PARTITION_YEAR:
            await connection.execute(queries["ensure_month"], {"moment": moment})
            if moment > now - REMEMBERED:
                months.add(month)


def _chunks(events: Iterable[Event]) -> Iterator[list[Event]]:
    rest = iter(events)
    while chunk := list(islice(rest, CHUNK)):
        yield chunk
