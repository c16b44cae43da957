"""What one customer did, page by page through years: the next page begins after the last event of this one, wherever that is."""

from __future__ import annotations

from datetime import UTC, date, datetime
from itertools import groupby
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from litestar import Response, get
from litestar.params import FromPath

from hanse.base.database import Queries
from hanse.data.events.schemas import EventType
from hanse.data.profiles import asking, reading
from hanse.data.profiles.asking import Asked, Rows
from hanse.data.profiles.requests import KnownProfile
from hanse.serve.console import masking, pages, session, texts
from hanse.serve.console.session import AnyRequest, Visit

queries = Queries(__package__)
EVENTS = 40
END = datetime(9999, 1, 1, tzinfo=UTC)
LAST = UUID(int=2**128 - 1)
KEPT = ("name", "type", "year")
"""What the address keeps from page to page."""


@get("/customers/{profile_id:uuid}/timeline")
async def show(request: AnyRequest, profile_id: FromPath[UUID]) -> Response[bytes]:
    """Show the next events of a customer, to be put below those that are there."""
    visit = session.of(request)
    if not visit.wants_fragment:
        query = request.url.query
        return pages.redirect(visit, f"/customers/{profile_id}" + (f"?{query}" if query else ""))
    async with visit.context() as context:
        connection = await context.connection()
        own = await reading.members(connection, profile_id)
        found = await asking.ask(connection, {"timeline": asking_events(visit, own)})
    return pages.fragment(visit, "customer_events.html", timeline=_events(visit, profile_id, found["timeline"]))


def asking_events(visit: Visit, members: list[UUID]) -> Asked:
    """Return the statement by which the events of a page are read, and its facts."""
    asked = visit.request.query_params
    before_at, before_id = _place(asked.get("before", "")) or (_end_of(asked.get("year", ""), visit), LAST)
    name, kind = _chosen(visit)
    wanted = {"profile_ids": members, "before_at": before_at, "before_id": before_id, "name": name or None, "type": kind or None, "limit": EVENTS + 1}
    return queries["timeline"], wanted


def page(visit: Visit, known: KnownProfile, found: Rows) -> dict[str, Any]:
    """Return a page of what a customer did, with all that can be chosen around it; `found` are the rows of the events."""
    asked = visit.request.query_params
    shown = _events(visit, known.profile_id, found)
    return {
        **shown,
        "years": _years(visit, known),
        "types": list(EventType),
        "names": sorted({each["name"] for month in shown["months"] for each in month["events"] if each["name"]}),
        "is_filtered": any(asked.get(name) for name in ("name", "type")),
        "is_begun": any(asked.get(name) for name in ("before", "year")),
        "path": f"/customers/{known.profile_id}",
    }


def _events(visit: Visit, profile_id: UUID, found: Rows) -> dict[str, Any]:
    asked = visit.request.query_params
    name, kind = _chosen(visit)
    shown = [_masked(visit, each) for each in found[:EVENTS]]
    months = [{"month": month, "events": list(those)} for month, those in groupby(shown, key=lambda each: str(each["month"]))]
    kept = {name: asked.get(name, "") for name in KEPT if asked.get(name)}
    last = found[EVENTS - 1] if len(found) > EVENTS else None
    older = {**kept, "before": f"{last['occurred_at'].isoformat()}~{last['event_id']}"} if last else {}
    return {
        "months": months,
        "shown_month": asked.get("month", ""),
        "older": f"/customers/{profile_id}?{urlencode(older)}" if older else "",
        "more": f"/customers/{profile_id}/timeline?{urlencode({**older, 'month': months[-1]['month']})}" if older else "",
        "name": name,
        "type": kind,
        "year": asked.get("year", ""),
        "profile_id": profile_id,
    }


def _chosen(visit: Visit) -> tuple[str, str]:
    """Return the name and the type of event that were chosen; empty where all are."""
    asked = visit.request.query_params
    kind = asked.get("type", "")
    return _text(asked.get("name", "")), kind if kind in set(EventType) else ""


def _masked(visit: Visit, event: dict[str, Any]) -> dict[str, Any]:
    """Return an event as everybody may see it; in the drawer, who may has it revealed."""
    return {
        **event,
        "properties": masking.properties(event["type"], event["properties"], open_=False),
        "month": f"{visit.words.local(event['occurred_at']):%Y-%m}",
    }


def _years(visit: Visit, known: KnownProfile) -> list[int]:
    """Return the years to leap to, the latest first; none where all is in one."""
    if known.first_event_at is None or known.last_event_at is None:
        return []
    first, last = visit.words.local(known.first_event_at).year, visit.words.local(known.last_event_at).year
    return list(range(last, first - 1, -1)) if last > first else []


def _end_of(year: str, visit: Visit) -> datetime:
    if not (year.isascii() and year.isdecimal() and 1 <= int(year) < END.year):
        return END
    return texts.midnight(date(int(year) + 1, 1, 1), visit.words.zone)


def _place(before: str) -> tuple[datetime, UUID] | None:
    moment, _, event_id = before.partition("~")
    try:
        at = datetime.fromisoformat(moment)
        return (at, UUID(event_id)) if at.tzinfo else None
    except ValueError:
        return None


def _text(value: str) -> str:
    return value.replace("\0", "\ufffd").strip()[:200]
