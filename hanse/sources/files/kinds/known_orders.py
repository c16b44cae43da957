"""Orders that come again: whether their content is still the same."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from uuid import UUID

from hanse.base import database
from hanse.base.database import Connection, Queries
from hanse.data.events import Event

queries = Queries("hanse.sources.files")


def content_hash(properties: bytes) -> str:
    """Return what an order's content is told apart by; it stands in the event's context."""
    return hashlib.blake2b(properties, digest_size=16).hexdigest()


async def known(connection: Connection, keys: Sequence[UUID]) -> dict[UUID, str | None]:
    """Return the content hashes of those messages that the log has already."""
    cursor = await connection.execute(queries["known_orders"], {"message_keys": keys})
    return {row["message_key"]: row["content_hash"] async for row in cursor}


async def changed(connection: Connection, repeated: Mapping[UUID, Event]) -> list[str]:
    """Return the order ids of those events, by message key, that the log has with other properties."""
    if not repeated:
        return []
    rows = ((key, database.jsonb(event.properties)) for key, event in repeated.items())
    await connection.execute(queries["make_staged_orders"])
    await connection.execute(queries["empty_staged_orders"])
    await database.copy(connection, "staged_orders", ("message_key", "properties"), rows)
    cursor = await connection.execute(queries["changed_orders"])
    return [row["order_id"] async for row in cursor]
