"""Operations on the log: writing events, and for those who may read them, finding and counting them."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from hanse.base.context import Context
from hanse.base.decision import Personal, ShortText
from hanse.base.operation import Effect, Purpose, operation
from hanse.data.events import quality as qualities
from hanse.data.events import reading, store
from hanse.data.events.quality import Quality
from hanse.data.events.reading import EventCounts, EventPage, Wanted
from hanse.data.events.schemas import Event, EventType

MOST_EVENTS = 2500
"""Events of one request, as many as Segment takes in a batch."""


A_YEAR = datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)
"""The period of the examples."""


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


Moment = Annotated[datetime, Meta(tz=True)]


class Chosen(Personal, kw_only=True):
    """Which events: those of a person, a name, a type, a source and a period; what is left out chooses all."""

    name: Annotated[ShortText | None, Meta(description="Only events of this name, such as Order Completed.")] = None
    type: Annotated[EventType | None, Meta(description="Only events of this kind.")] = None
    source: Annotated[ShortText | None, Meta(description="Only events from this system.")] = None
    since: Annotated[Moment | None, Meta(description="Only events from this moment on; thirty days before the end where it is left out.")] = None
    until: Annotated[Moment | None, Meta(description="Only events before this moment; up to now where it is left out.")] = None


class Search(Chosen, kw_only=True, forbid_unknown_fields=True):
    """Which events, and which page of them."""

    cursor: Annotated[ShortText | None, Meta(description="The `next_cursor` of the page before.")] = None
    limit: Annotated[int, Meta(description="How many events at most.", ge=1, le=500)] = 50


class Span(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Which period is looked at."""

    since: Annotated[Moment | None, Meta(description="Only events from this moment on; thirty days before the end where it is left out.")] = None
    until: Annotated[Moment | None, Meta(description="Only events before this moment; up to now where it is left out.")] = None


class Count(Chosen, kw_only=True, forbid_unknown_fields=True):
    """Which events, and into which groups."""

    by: Annotated[Literal["name", "type", "source", "day"] | None, Meta(description="What the groups are; none where it is left out.")] = None


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


@operation(purpose=Purpose.OPERATION, effect=Effect.READ, example=Search(name="Order Completed", limit=10, since=A_YEAR[0], until=A_YEAR[1]))
async def search(request: Search, context: Context) -> EventPage:
    """Find events of the log, the latest first.

    The answer holds personal data: the ids of customers and browsers, the traits of an identify, and whatever a shop puts into
    properties and context. A key that may only send events cannot call this. `next_cursor` leads to the next page.
    """
    wanted = _wanted(request, context)
    if wanted is None:
        return EventPage(items=[], next_cursor=None)
    return await reading.search(await context.connection(), wanted, cursor=request.cursor, limit=request.limit)


@operation(purpose=Purpose.OPERATION, effect=Effect.READ, example=Count(by="name", since=A_YEAR[0], until=A_YEAR[1]))
async def count(request: Count, context: Context) -> EventCounts:
    """Count events of the log, all together or by name, type, source or day.

    Asked about one person, the answer tells what that person did, so it is personal data. Days are those of the shop's time zone.
    """
    wanted = _wanted(request, context)
    if wanted is None:
        return EventCounts(count=0, groups=[])
    return await reading.count(await context.connection(), wanted, by=request.by, time_zone=context.settings.time_zone)


@operation(purpose=Purpose.OPERATION, effect=Effect.READ, example=Span(since=A_YEAR[0], until=A_YEAR[1]))
async def quality(request: Span, context: Context) -> Quality:
    """Say whether the events of a period are complete and correct.

    Counted are the events of each source by day, names that no specification knows with the one that may be meant, properties that
    lack or are of the wrong kind, events that name nobody, and clocks that were off. Properties are looked at in the latest events
    of each name, at most as many as `sample` says. Values of events are not in the answer, only which events to look at.
    """
    period = reading.period(request.since, request.until, context.clock.now())
    return await qualities.report(await context.connection(), period, context.settings.time_zone)


def _wanted(request: Chosen, context: Context) -> Wanted | None:
    """Return which events are asked for; null where they are those of a person whom nobody knows."""
    names_somebody = request.profile_id is not None or request.user_id is not None or request.anonymous_id is not None
    if names_somebody and context.subject.profile_id is None:
        return None
    return Wanted(
        period=reading.period(request.since, request.until, context.clock.now()),
        profile_id=context.subject.profile_id,
        name=request.name,
        type=request.type,
        source=request.source,
    )


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
