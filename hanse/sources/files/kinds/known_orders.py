"""Orders that come again: whether their content is still the same."""

from __future__ import annotations

from collections.abc import Sequence

from hanse.base import database
from hanse.base.database import Connection, Queries
from hanse.data.events import Event
from hanse.data.events.store import message_key

queries = Queries("hanse.sources.files")


async def known(connection: Connection, orders: Sequence[Event]) -> list[bool]:
    """Return for each order whether the log has it already."""
    keys = [message_key(event.message_id) for event in orders]
    cursor = await connection.execute(queries["known_orders"], {"message_keys": keys})
    found = {row["message_key"] async for row in cursor}
    return [key in found for key in keys]


async def changed(connection: Connection, repeated: Sequence[Event]) -> list[str]:
    """Return the order ids of those events that the log has with other properties."""
    if not repeated:
        return []
    rows = ((message_key(event.message_id), database.jsonb(event.properties)) for event in repeated)
    await connection.execute(queries["make_staged_orders"])
    await connection.execute(queries["empty_staged_orders"])
    await database.copy(connection, "staged_orders", ("message_key", "properties"), rows)
    cursor = await connection.execute(queries["changed_orders"])
    return [row["order_id"] async for row in cursor]
