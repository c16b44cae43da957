"""Dead letters of shops: deliveries and polled things that cannot be taken in, kept as they came."""

from __future__ import annotations

import hashlib
from datetime import datetime
from uuid import UUID

from hanse.base.database import Connection
from hanse.data import imports
from hanse.data.imports import DeadLetter
from hanse.sources.source import Delivery, Refused, Shop
from hanse.sources.source.errors import Unmappable

KIND = "delivery"


async def add_delivery(connection: Connection, shop: Shop, delivery: Delivery, problem: Unmappable, *, now: datetime) -> None:
    """Keep a delivery that cannot be taken in."""
    await imports.add_dead_letters(connection, [_letter(shop, delivery, problem, now)])


async def add_refused(connection: Connection, shop: Shop, refused: Refused, *, now: datetime) -> bool:
    """Keep something that a poll read and that cannot be taken in, each version once; return whether it is new."""
    text = f"{shop.connection_id}:{refused.topic}:{refused.resource_id}:".encode() + refused.body
    letter_id = UUID(bytes=hashlib.blake2b(text, digest_size=16).digest())
    read = Delivery(delivery_id=letter_id, topic=refused.topic, event_id="", body=refused.body, triggered_at=None, received_at=now)
    return await imports.add_dead_letters(connection, [_letter(shop, read, Unmappable(field=refused.field, reason=refused.reason), now)]) == 1


def _letter(shop: Shop, delivery: Delivery, problem: Unmappable, now: datetime) -> DeadLetter:
    body = delivery.body.decode(errors="replace")
    return DeadLetter(
        dead_letter_id=delivery.delivery_id,
        kind=KIND,
        source=shop.source,
        field=problem.field,
        reason=problem.reason,
        payload={"connection": shop.name, "topic": delivery.topic, "at": delivery.moment.isoformat(), "body": body},
        created_at=now,
    )
