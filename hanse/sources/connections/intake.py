"""Taking in what shops send: the signature first, then the raw delivery into the database, and only then what it says."""

from __future__ import annotations

import structlog

from hanse.base import ids
from hanse.base.context import Context
from hanse.sources.connections import store, systems
from hanse.sources.connections.errors import NotAuthentic, UnknownConnection
from hanse.sources.connections.schemas import Receipt
from hanse.sources.source import Delivery, Incoming

SMALL_BYTES = 256_000
"""Deliveries up to this size are taken in while the shop waits for our answer."""


async def receive(context: Context, system: str, name: str, incoming: Incoming) -> Receipt:
    """Keep a delivery of a connection in the transaction of the context.

    Raises `UnknownConnection`, and `NotAuthentic` for a missing or wrong signature; then nothing is kept.
    """
    connection = await context.connection()
    known, shop = await store.shop(context, connection, name)
    if known.system != system:
        raise UnknownConnection(name=name)
    source = systems.find(system)
    if source.is_ping(incoming):
        return Receipt()
    if not source.is_authentic(incoming, shop):
        structlog.get_logger().warning("refused a webhook whose signature is missing or wrong", system=system, connection=name)
        raise NotAuthentic
    envelope = source.envelope(incoming)
    delivery = Delivery(
        delivery_id=ids.new(incoming.received_at),
        topic=envelope.topic,
        event_id=envelope.event_id,
        body=incoming.body,
        triggered_at=envelope.triggered_at,
        received_at=incoming.received_at,
    )
    if not await store.add_delivery(connection, known.connection_id, delivery):
        return Receipt(known=True)
    return Receipt(delivery_id=delivery.delivery_id, size_bytes=len(incoming.body))
