"""Operations on the log."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from hanse.base.context import Context
from hanse.base.decision import ShortText
from hanse.base.operation import Effect, Purpose, operation
from hanse.data.events import store
from hanse.data.events.schemas import Event, EventType

MOST_EVENTS = 2500
"""Events of one request, as many as Segment takes in a batch."""


class NewEvent(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """One event to be written to the log."""

    message_id: Annotated[str, Meta(description="Your id of the event; the same one sent again is not counted twice.", min_length=1, max_length=200)]
    type: Annotated[EventType, Meta(description="Kind of event: track for something that happened.")] = EventType.TRACK
    name: Annotated[ShortText | None, Meta(description="Name of a track event, such as Product Viewed or Order Completed.")] = None
    user_id: Annotated[ShortText | None, Meta(description="Customer number in the shop.")] = None
    anonymous_id: Annotated[ShortText | None, Meta(description="Id of the browser or app.")] = None
    occurred_at: Annotated[Annotated[datetime, Meta(tz=True)] | None, Meta(description="When it happened; now where it is left out.")] = None
    properties: Annotated[dict[str, Any], Meta(description="What is known of the event; a decision_id makes it the outcome of that answer.")] = {}
    context: Annotated[dict[str, Any], Meta(description="Where it happened, such as page and locale.")] = {}


class Record(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Events to be written to the log together."""

    events: Annotated[list[NewEvent], Meta(description="The events, in the order they happened.", min_length=1, max_length=MOST_EVENTS)]
    source: Annotated[str, Meta(description="Name of the system that sends them.", min_length=1, max_length=100)] = "api"


class Outcome(StrEnum):
    """What became of an event."""

    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"


class Recorded(msgspec.Struct, kw_only=True, frozen=True):
    """What became of the events."""

    accepted: Annotated[int, Meta(description="How many events were new.")]
    duplicates: Annotated[int, Meta(description="How many were known already and not written again.")]
    results: Annotated[list[Outcome], Meta(description="What became of each event, in the order they were sent.")]


@operation(
    purpose=Purpose.OPERATION,
    effect=Effect.WRITE,
    example=Record(events=[NewEvent(message_id="m-1", name="Product Viewed", anonymous_id="b-1", properties={"product_id": "85123A"})]),
)
async def record(request: Record, context: Context) -> Recorded:
    """Write events to the log, each message once.

    The answer comes after the commit. An event whose `message_id` is known already is a duplicate and changes nothing; one whose
    properties carry a `decision_id` is an outcome of that answer.
    """
    now = context.clock.now()
    appended = await store.append(await context.connection(), (_event(each, request.source, now) for each in request.events), now=now)
    results = [Outcome.ACCEPTED if taken else Outcome.DUPLICATE for taken in appended.taken]
    return Recorded(accepted=appended.accepted, duplicates=appended.duplicates, results=results)


def _event(sent: NewEvent, source: str, now: datetime) -> Event:
    return Event(
        message_id=sent.message_id,
        type=sent.type,
        name=sent.name,
        user_id=sent.user_id,
        anonymous_id=sent.anonymous_id,
        source=source,
        occurred_at=sent.occurred_at or now,
        properties=sent.properties,
        context=sent.context,
    )
