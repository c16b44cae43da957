"""Reading the log: the events that somebody asks for, page by page, and how many there are."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

import msgspec
from msgspec import Meta

from hanse.base.database import Connection
from hanse.base.errors import InvalidRequest
from hanse.data.events import store
from hanse.data.events.schemas import EventType

USUAL_PERIOD = timedelta(days=30)
"""The period that is meant where nobody says one."""
MOST_GROUPS = 1_000


class Period(msgspec.Struct, frozen=True):
    """From when up to when, the end left out; both aware."""

    since: datetime
    until: datetime


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which events: null asks for all."""

    period: Period
    profile_id: UUID | None = None
    name: str | None = None
    type: EventType | None = None
    source: str | None = None


class FoundEvent(msgspec.Struct, kw_only=True, frozen=True):
    """One event of the log."""

    event_id: Annotated[UUID, Meta(description="The id of the event in the log.")]
    type: Annotated[EventType, Meta(description="Kind of event.")]
    name: Annotated[str | None, Meta(description="Name of the event, or of the page.")]
    profile_id: Annotated[UUID | None, Meta(description="Whose event it is; null where it names nobody.")]
    user_id: Annotated[str | None, Meta(description="Customer number that came with it.")]
    anonymous_id: Annotated[str | None, Meta(description="Id of the browser or app that came with it.")]
    decision_id: Annotated[UUID | None, Meta(description="The decision that it is an outcome of.")]
    source: Annotated[str, Meta(description="Name of the system that sent it.")]
    occurred_at: Annotated[datetime, Meta(description="When it happened, by our clock.")]
    received_at: Annotated[datetime, Meta(description="When it reached us.")]
    properties: Annotated[dict[str, Any], Meta(description="What is known of it; the traits of an identify or group.")]
    context: Annotated[dict[str, Any], Meta(description="Where it happened; `intake` says what was changed on the way in.")]


class EventPage(msgspec.Struct, kw_only=True, frozen=True):
    """Some events, the latest first, and where the next ones begin."""

    items: Annotated[list[FoundEvent], Meta(description="The events, the latest first.")]
    next_cursor: Annotated[str | None, Meta(description="Where the next page begins; null on the last one.")]


class EventCount(msgspec.Struct, kw_only=True, frozen=True):
    """How many events one group has."""

    key: Annotated[str, Meta(description="What the group is: a name, a type, a source or a day.")]
    count: Annotated[int, Meta(description="How many events it has.")]


class EventCounts(msgspec.Struct, kw_only=True, frozen=True):
    """How many events there are."""

    count: Annotated[int, Meta(description="How many events there are in all groups that are named.")]
    groups: Annotated[list[EventCount], Meta(description="How many each group has, the largest first, days in their order; empty without groups.")]


def period(since: datetime | None, until: datetime | None, now: datetime) -> Period:
    """Return the period that is meant: the last thirty days up to and with now, where nobody says another."""
    until = until or now + timedelta(microseconds=1)
    if since is None:
        since = until - USUAL_PERIOD if until.year > 1 else until
    return Period(since, until)


async def search(connection: Connection, wanted: Wanted, *, cursor: str | None, limit: int) -> EventPage:
    """Return events, the latest first; raises `InvalidRequest` for a cursor that did not come from here."""
    facts = {**_facts(wanted), **_place(cursor), "limit": limit + 1}
    rows = await (await connection.execute(store.queries["search"], facts, prepare=False)).fetchall()
    items = msgspec.convert(rows[:limit], list[FoundEvent])
    return EventPage(items=items, next_cursor=_cursor(items[-1]) if len(rows) > limit else None)


async def count(connection: Connection, wanted: Wanted, *, by: str | None, time_zone: str) -> EventCounts:
    """Return how many events there are, by name, type, source or day of a time zone where `by` says so."""
    facts = {**_facts(wanted), "by": by, "time_zone": time_zone, "limit": MOST_GROUPS}
    rows = await (await connection.execute(store.queries["count"], facts, prepare=False)).fetchall()
    groups = [EventCount(key=row["key"], count=row["count"]) for row in rows if row["key"] is not None]
    return EventCounts(count=sum(row["count"] for row in rows), groups=groups)


def _facts(wanted: Wanted) -> dict[str, object]:
    period = wanted.period
    kind = wanted.type.value if wanted.type else None
    return {
        "since": period.since,
        "until": period.until,
        "profile_id": wanted.profile_id,
        "name": _without_nul(wanted.name),
        "type": kind,
        "source": _without_nul(wanted.source),
    }


def _without_nul(text: str | None) -> str | None:
    """Return a text as the log would have it."""
    return text.replace("\0", "\ufffd") if text else text


def _cursor(event: FoundEvent) -> str:
    return f"{event.occurred_at.isoformat()}/{event.event_id}"


def _place(cursor: str | None) -> dict[str, object]:
    if cursor is None:
        return {"before_at": None, "before_id": None}
    try:
        moment, event_id = cursor.split("/")
        place = {"before_at": datetime.fromisoformat(moment), "before_id": UUID(event_id)}
    except ValueError as error:
        raise InvalidRequest(reason=f"the cursor {cursor!r} does not come from this list") from error
    return place
