"""Replaying dead letters of shops: what somebody repaired is read again and taken in."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from hanse.base.context import Context
from hanse.data import imports
from hanse.data.imports import DeadLetter
from hanse.sources.connections import processing, store
from hanse.sources.connections.letters import KIND
from hanse.sources.files.errors import ClosedDeadLetter, NotReplayable, UnknownDeadLetter
from hanse.sources.files.schemas import ReplayResult
from hanse.sources.source import Delivery
from hanse.sources.source.errors import Unmappable


async def replay(context: Context, dead_letter_id: UUID, body: str | None = None) -> ReplayResult:
    """Take a dead letter in, with a body that somebody repaired where one is given, and close it; or say what is still wrong.

    Raises `UnknownDeadLetter`, `ClosedDeadLetter`, `NotReplayable`, and `ShopUnavailable` where the shop must be asked and is away.
    """
    connection = await context.connection()
    letter = _open(await imports.dead_letter(connection, dead_letter_id, lock=True), dead_letter_id)
    _, shop = await store.shop(context, connection, letter.payload["connection"])
    delivery = Delivery(
        delivery_id=dead_letter_id,
        topic=letter.payload["topic"],
        event_id=str(dead_letter_id),
        body=(letter.payload["body"] if body is None else body).encode(),
        triggered_at=datetime.fromisoformat(letter.payload["at"]),
        received_at=letter.created_at,
    )
    try:
        reading = await processing.read(delivery, shop, may_ask=True)
    except Unmappable as problem:
        return ReplayResult(replayed=False, field=problem.field, reason=problem.reason)
    await processing.take_in(context, connection, shop, reading)
    await imports.close_dead_letter(connection, dead_letter_id, state="replayed", now=context.clock.now())
    return ReplayResult(replayed=True)


def _open(letter: DeadLetter | None, dead_letter_id: UUID) -> DeadLetter:
    if letter is None:
        raise UnknownDeadLetter(dead_letter_id=dead_letter_id)
    if letter.state != "open":
        raise ClosedDeadLetter(dead_letter_id=dead_letter_id, state=letter.state)
    if letter.kind != KIND:
        raise NotReplayable(kind=letter.kind)
    return letter
