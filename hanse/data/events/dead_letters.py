"""Events that could not be taken in: kept with the field, the reason and the remedy, and replayed once somebody has repaired them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
import psycopg

from hanse.base.context import Context
from hanse.base.database import Connection
from hanse.data import imports
from hanse.data.events import careful, encoding, messages, store
from hanse.data.events.careful import Unreadable
from hanse.data.events.errors import ClosedEventLetter, NoSuchEventLetter, Unfit
from hanse.data.events.messages import Envelope
from hanse.data.events.requests import Rejected
from hanse.data.events.schemas import Event, EventType
from hanse.data.imports import DeadLetter

KIND = "event"
PAYLOAD_LIMIT = 1_000_000
"""Bytes of an event that are kept whole; of a larger one long texts and lists are shortened."""
TEXT_LIMIT = 2_000
LIST_LIMIT = 500
MOST_REPLAYED = 10_000
"""Dead letters that are replayed together at most."""


class Replayed(msgspec.Struct, kw_only=True, frozen=True):
    """What became of a dead letter that was replayed."""

    replayed: bool
    field: str = ""
    """What is still wrong with it, where it was not taken in."""
    reason: str = ""
    remedy: str = ""


class ReplayedMany(msgspec.Struct, kw_only=True, frozen=True):
    """What became of the dead letters that a rule chose."""

    replayed: int
    still_wrong: int
    left: int
    """How many the rule would choose that were not tried, because there were too many at once."""


def letter(rejected: Rejected, envelope: Envelope) -> DeadLetter:
    """Return a rejected message as a dead letter; the same message, sent again, has the same id."""
    return _letter(_shown(rejected.value), rejected.unfit, envelope)


def unreadable(body: bytes, reason: str, source: str, now: datetime) -> DeadLetter:
    """Return a request that is no JSON as a dead letter, with the beginning of it."""
    text = careful.proper(body[:PAYLOAD_LIMIT].decode("utf-8", "replace"))
    unfit = Unfit(field="body", reason=f"The request cannot be read: {reason}.", remedy="Send JSON.")
    return _letter(text, unfit, Envelope(source, now))


def refused(event: Event, unfit: Unfit, now: datetime) -> DeadLetter:
    """Return an event that the database refused as a dead letter, in the shape of a message."""
    traits = event.type in {EventType.IDENTIFY, EventType.GROUP}
    facts = {
        "type": event.type.value,
        "messageId": event.message_id,
        "event" if event.type is EventType.TRACK else "name": event.name,
        "userId": event.user_id,
        "anonymousId": event.anonymous_id,
        "timestamp": (event.original_at or event.occurred_at).isoformat(),
        "traits" if traits else "properties": careful.decode(encoding.json(event.properties)).data,
        "context": careful.decode(encoding.json(event.context)).data,
    }
    return _letter(_shown(facts), unfit, Envelope(event.source, event.received_at or now, event.sent_at))


async def replay(context: Context, dead_letter_id: UUID, payload: dict[str, Any]) -> Replayed:
    """Take a repaired event in and close its dead letter; or say what is still wrong with it.

    Raises `NoSuchEventLetter` and `ClosedEventLetter`.
    """
    connection = await context.connection()
    found = await imports.dead_letter(connection, dead_letter_id, lock=True)
    if found is None or found.kind != KIND:
        raise NoSuchEventLetter(dead_letter_id=dead_letter_id)
    if found.state != "open":
        raise ClosedEventLetter(dead_letter_id=dead_letter_id, state=found.state)
    return await _replay(connection, found, payload, context.clock.now())


async def replay_matching(
    context: Context,
    *,
    reason: str | None = None,
    field: str | None = None,
    name: str | None = None,
    source: str | None = None,
    changes: Mapping[str, Any] | None = None,
    limit: int = MOST_REPLAYED,
) -> ReplayedMany:
    """Take in all open dead letters of events that a rule chooses: by reason, field, name of the event and source.

    `changes` sets fields of each before it is tried, as `changed` does, such as `{"timestamp": None}` where a sender's clock was broken.
    """
    connection = await context.connection()
    facts = {"reason": reason, "field": field, "name": name, "source": source, "limit": limit}
    rows = await (await connection.execute(store.queries["matching_dead_letters"], facts)).fetchall()
    now, replayed = context.clock.now(), 0
    for row in rows:
        found = msgspec.convert(row, DeadLetter)
        done = await _replay(connection, found, changed(found.payload, changes or {}), now)
        replayed += done.replayed
    left = await (await connection.execute(store.queries["count_matching_dead_letters"], facts)).fetchone()
    still_wrong = len(rows) - replayed
    return ReplayedMany(replayed=replayed, still_wrong=still_wrong, left=max(0, (left["count"] if left else 0) - still_wrong))


def changed(payload: dict[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return a payload with some fields set, and those set to null taken out; `properties.price` is the price in the properties."""
    found = dict(payload)
    for path, value in changes.items():
        outer, dot, inner = path.partition(".")
        if dot and path not in found:
            if isinstance(found.get(outer), dict):
                found[outer] = changed(found[outer], {inner: value})
        elif value is None:
            found.pop(path, None)
        else:
            found[path] = value
    return found


async def _replay(connection: Connection, found: DeadLetter, payload: dict[str, Any], now: datetime) -> Replayed:
    envelope = Envelope(found.source, found.created_at)
    try:
        event = careful.event(payload, envelope)
        async with connection.transaction():
            await store.append(connection, [event], now=now)
    except (Unfit, *store.POISON) as error:
        unfit = store.unfit(error) if isinstance(error, psycopg.Error) else error
        return Replayed(replayed=False, field=unfit.field, reason=unfit.reason, remedy=unfit.remedy)
    await imports.close_dead_letter(connection, found.dead_letter_id, state="replayed", now=now)
    return Replayed(replayed=True)


def _letter(value: Any, unfit: Unfit, envelope: Envelope) -> DeadLetter:
    facts = value if isinstance(value, dict) else {"message": value}
    identity = {name: each for name, each in facts.items() if name != "sentAt"}  # every try to send it has its own
    return DeadLetter(
        dead_letter_id=UUID(bytes=hashlib.blake2b(msgspec.json.encode((envelope.source, identity)), digest_size=16).digest()),
        kind=KIND,
        source=envelope.source,
        field=unfit.field,
        reason=f"{unfit.reason} {unfit.remedy}",
        payload=_within_limit({**_common(envelope, facts), **facts}),
        created_at=envelope.received_at,
    )


def _common(envelope: Envelope, facts: dict[str, Any]) -> dict[str, Any]:
    """Return what a message had from its request, so that it can be replayed by itself."""
    common: dict[str, Any] = {}
    if envelope.kind:
        common["type"] = envelope.kind
    if envelope.sent_at:
        common["sentAt"] = envelope.sent_at.isoformat()
    if envelope.context and not facts.get("context"):
        common["context"] = envelope.context
    return common


def _within_limit(payload: dict[str, Any]) -> dict[str, Any]:
    """Return a payload whole where it is small enough, else shortened, else the beginning of its text."""
    if len(msgspec.json.encode(payload)) <= PAYLOAD_LIMIT:
        return payload
    payload = _shortened(payload)
    data = msgspec.json.encode(payload)
    return payload if len(data) <= PAYLOAD_LIMIT else {"message": data[:PAYLOAD_LIMIT].decode("utf-8", "ignore")}


def _shown(value: Any, depth: int = 0) -> Any:
    """Return a value as JSON can hold it: what is unreadable as text, and nothing nested without end."""
    if isinstance(value, str):
        return careful.proper(value)
    if isinstance(value, Unreadable):
        return careful.proper(value.text)
    if isinstance(value, dict | list) and depth > messages.DEEPEST:
        return "…"
    if isinstance(value, dict):
        return {careful.proper(name): _shown(each, depth + 1) for name, each in value.items()}
    return [_shown(each, depth + 1) for each in value] if isinstance(value, list) else value


def _shortened(value: Any) -> Any:
    if isinstance(value, str):
        return value if len(value) <= TEXT_LIMIT else f"{value[:TEXT_LIMIT]}…"
    if isinstance(value, dict):
        return {_shortened(name): _shortened(each) for name, each in list(value.items())[:LIST_LIMIT]}
    return [_shortened(each) for each in value[:LIST_LIMIT]] if isinstance(value, list) else value
