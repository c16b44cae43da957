"""Connected shops and their deliveries in the database."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from hanse.base import database
from hanse.base.context import Context
from hanse.base.database import Connection, Queries
from hanse.sources.connections import vault
from hanse.sources.connections.errors import UnknownConnection
from hanse.sources.connections.schemas import ShopConnection
from hanse.sources.source import Delivery, Options, Position, Shop

queries = Queries(__package__)
POSITION = ("since", "cursor", "newest_at", "begun_at")


@asynccontextmanager
async def transaction(context: Context) -> AsyncIterator[Connection]:
    """Give a connection whose transaction ends with the block: work that asks shops must not hold one open meanwhile."""
    if context.fixed_connection is not None:
        async with context.fixed_connection.transaction():
            yield context.fixed_connection
    else:
        async with context.resources.pool.connection() as connection:
            yield connection


async def list_connections(connection: Connection) -> list[ShopConnection]:
    """Return all connected shops by name, also those that were disconnected."""
    return [public(row) async for row in await connection.execute(queries["connections"])]


async def shop(context: Context, connection: Connection, name: str, *, lock: bool = False) -> tuple[ShopConnection, Shop]:
    """Return a connection by name, with what its source needs; raises `UnknownConnection`."""
    query = queries["lock_connection" if lock else "connection_by_name"]
    row = await (await connection.execute(query, {"name": name})).fetchone()
    if row is None:
        raise UnknownConnection(name=name)
    return public(row), _shop(context, row)


async def shop_by_id(context: Context, connection: Connection, connection_id: UUID) -> Shop:
    """Return what the source of a connection needs."""
    row = await (await connection.execute(queries["connection_by_id"], {"connection_id": connection_id})).fetchone()
    if row is None:
        raise UnknownConnection(name=connection_id)
    return _shop(context, row)


def public(row: Mapping[str, Any]) -> ShopConnection:
    """Return what may be shown of a connection."""
    return msgspec.convert({name: row[name] for name in ShopConnection.__struct_fields__}, ShopConnection)


def _shop(context: Context, row: Mapping[str, Any]) -> Shop:
    options = msgspec.convert(row["options"], Options)
    return Shop(
        connection_id=row["connection_id"],
        name=row["name"],
        system=row["system"],
        source=row["source"],
        url=row["url"],
        language=options.language or context.settings.language,
        currency=options.currency or context.settings.currency,
        options=options,
        secrets=vault.unseal(context.settings.home, row["secrets"], name=row["name"]),
    )


async def put_secrets(context: Context, connection: Connection, connection_id: UUID, secrets: Mapping[str, str]) -> None:
    """Change the secrets of a connection."""
    await connection.execute(queries["put_secrets"], {"connection_id": connection_id, "secrets": vault.seal(context.settings.home, secrets)})


async def put_state(connection: Connection, connection_id: UUID, state: str) -> None:
    """Change the state of a connection."""
    await connection.execute(queries["put_state"], {"connection_id": connection_id, "state": state})


async def add_delivery(connection: Connection, connection_id: UUID, delivery: Delivery) -> bool:
    """Keep a delivery; return whether it is new."""
    facts = {name: getattr(delivery, name) for name in ("delivery_id", "topic", "event_id", "triggered_at", "received_at", "body")}
    cursor = await connection.execute(queries["insert_delivery"], {"connection_id": connection_id, **facts})
    await connection.execute(queries["note_delivery"], {"connection_id": connection_id, "now": delivery.received_at})
    return cursor.rowcount == 1


async def waiting_delivery(context: Context, connection: Connection, delivery_id: UUID) -> tuple[Delivery, Shop, int] | None:
    """Return a delivery that is still to be taken in, its shop, and how often it was tried."""
    row = await (await connection.execute(queries["waiting_delivery"], {"delivery_id": delivery_id})).fetchone()
    if row is None:
        return None
    facts = {name: row[name] for name in ("delivery_id", "topic", "event_id", "triggered_at", "received_at", "body")}
    return Delivery(**facts), await shop_by_id(context, connection, row["connection_id"]), row["attempts"]


async def lock_delivery(connection: Connection, delivery_id: UUID) -> bool:
    """Make sure that this transaction alone takes a delivery in; return whether it is still to be taken in."""
    return await (await connection.execute(queries["lock_delivery"], {"delivery_id": delivery_id})).fetchone() is not None


async def finish_delivery(connection: Connection, delivery_id: UUID, *, state: str, note: str | None, now: datetime) -> None:
    """Note what became of a delivery: `done`, `ignored` or `rejected`."""
    await connection.execute(queries["finish_delivery"], {"delivery_id": delivery_id, "state": state, "note": note, "now": now})


async def positions(connection: Connection, connection_id: UUID) -> dict[str, Position]:
    """Return how far polls have read, by kind."""
    cursor = await connection.execute(queries["positions"], {"connection_id": connection_id})
    return {row["kind"]: Position(**{name: row[name] for name in POSITION}) async for row in cursor}


async def put_position(connection: Connection, connection_id: UUID, kind: str, position: Position, *, now: datetime) -> None:
    """Note how far a poll has read."""
    facts = {name: getattr(position, name) for name in POSITION}
    await connection.execute(queries["put_position"], {"connection_id": connection_id, "kind": kind, "now": now, **facts})


def options_json(options: Options) -> str:
    """Return options as jsonb takes them."""
    return database.jsonb(options)
