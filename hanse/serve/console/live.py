"""What is coming in right now: the events as they arrive, by server-sent events, and one event whole in the drawer.

The list shows everybody masked data; in the drawer, who may see personal data has it revealed by a click that is noted. Without
scripts it is a list of the last events.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import msgspec
import psycopg
from litestar import Litestar, Response, get, post
from litestar.params import FromPath
from litestar.response import ServerSentEvent, ServerSentEventMessage
from psycopg_pool import PoolTimeout

from hanse.base.errors import HanseError
from hanse.data.access.accounts import Permission
from hanse.data.events import arrivals, live
from hanse.data.events.live import Live, LoggedEvent, Tick, Watcher, Wish
from hanse.data.events.schemas import EventType
from hanse.serve.console import masking, pages, session
from hanse.serve.console.session import AnyRequest, Visit

ROWS = 50
MOST_ROWS = 200
"""Rows that the page keeps at most."""
STREAM_SECONDS = 300.0
"""How long one stream lasts; the browser begins another, for which the session is looked up again."""
RETRY_MILLISECONDS = 1_000
IDENTITIES = {"with": True, "without": False}
STOREFRONT = "/data/storefront"
AWAY = (psycopg.OperationalError, psycopg.InterfaceError, PoolTimeout, OSError)


class UnknownEvent(HanseError):
    """There is no event with this id. It may have been deleted because it was kept long enough."""

    status = 404
    exit_code = 2


class _Message(msgspec.Struct, omit_defaults=True):
    """What a page is told: rows as HTML, the latest first, how many events there were, and how many of them are not shown."""

    rows: str = ""
    count: int = 0
    more: int = 0
    """New events that fit and are not among the rows."""
    skipped: int = 0
    away: bool = False


@get("/data/live")
async def show(request: AnyRequest) -> Response[bytes]:
    """Show the last events, and from then on those that come."""
    visit = session.of(request)
    return pages.page(visit, "live.html", **await _list(visit), event=None)


@get("/data/live/stream")
async def stream(request: AnyRequest) -> ServerSentEvent:
    """Send the events that fit, as they come."""
    visit = session.of(request)
    return ServerSentEvent(_messages(visit, _wish(request.query_params), _after(request)), headers={**pages.HEADERS, "X-Accel-Buffering": "no"})


@get("/data/events/{event_id:uuid}")
async def show_one(request: AnyRequest, event_id: FromPath[UUID]) -> Response[bytes]:
    """Show one event whole, masked."""
    return await _drawer(session.of(request), event_id, open_=False)


@post("/data/events/{event_id:uuid}/reveal", status_code=200)
async def reveal(request: AnyRequest, event_id: FromPath[UUID]) -> Response[bytes]:
    """Show one event in clear, and note who asked."""
    visit = session.of(request)
    visit.need(Permission.PERSONAL_DATA)
    async with visit.context() as context:
        await visit.note(context, "events.reveal", effect="read", subject=str(event_id))
    return await _drawer(visit, event_id, open_=True)


async def _messages(visit: Visit, wish: Wish, after: datetime | None) -> AsyncIterator[ServerSentEventMessage]:
    watched: Live = visit.runtime.resources.get(Live)
    yield ServerSentEventMessage(data=None, comment="hello", retry=RETRY_MILLISECONDS)
    with watched.watching(wish) as watcher:
        end = asyncio.get_running_loop().time() + STREAM_SECONDS
        waiting: datetime | None = after
        while asyncio.get_running_loop().time() < end and (tick := await _next(watcher, end)) is not None:
            message = _told(visit, wish, tick)
            if waiting is not None and not tick.away:  # what came before the first look is told once
                message = await _caught_up(visit, wish, waiting, message)
                waiting = None
            yield ServerSentEventMessage(data=msgspec.json.encode(message).decode(), id=int(tick.looked_at.timestamp() * 1000))


async def _next(watcher: Watcher, end: float) -> Tick | None:
    try:
        async with asyncio.timeout_at(end):
            return await watcher.next()
    except TimeoutError:
        return None


async def _caught_up(visit: Visit, wish: Wish, after: datetime, message: _Message) -> _Message:
    """Put what came while nobody looked below what has just come; the page shows each event once."""
    try:
        async with visit.context() as context:
            missed = await live.latest(await context.connection(), wish, limit=ROWS, since=after - arrivals.OVERLAP)
    except AWAY:
        return message
    return msgspec.structs.replace(message, rows=message.rows + _rows(visit, wish, missed))


def _told(visit: Visit, wish: Wish, tick: Tick) -> _Message:
    return _Message(_rows(visit, wish, tick.rows), tick.count, tick.count - len(tick.rows), tick.skipped, tick.away)


def _rows(visit: Visit, wish: Wish, events: Any) -> str:
    if not events:
        return ""
    content = pages.fragment(visit, "live_rows.html", events=[_masked(visit, each) for each in events], event=None, query=_query(wish)).content
    return content.decode()


async def _list(visit: Visit) -> dict[str, Any]:
    request, wish = visit.request, _wish(visit.request.query_params)
    looked_at = visit.runtime.resources.get(Live).now()
    async with visit.context() as context:
        found = await live.latest(await context.connection(), wish, limit=ROWS)
    query = _query(wish)
    address = visit.runtime.settings.public_url.rstrip("/") or f"{request.url.scheme}://{request.headers.get('host', '')}"
    return {
        "events": [_masked(visit, each) for each in found],
        "wish": wish,
        "identity": request.query_params.get("identity", ""),
        "types": list(EventType),
        "names": sorted({each.name for each in found if each.name}),
        "sources": sorted({each.source for each in found}),
        "query": query,
        "most": MOST_ROWS,
        "stream": f"/data/live/stream?{urlencode({**_parameters(wish), 'after': int(looked_at.timestamp() * 1000)})}",
        "storefront": STOREFRONT if _has_page(request.app, STOREFRONT) else "",
        "address": address,
    }


async def _drawer(visit: Visit, event_id: UUID, *, open_: bool) -> Response[bytes]:
    async with visit.context() as context:
        found = await live.find(await context.connection(), event_id)
    if found is None:
        raise UnknownEvent
    event = {**_masked(visit, found, open_=open_), "open": open_, **_times(visit, found)}
    if visit.wants_drawer:
        return pages.fragment(visit, "live_event.html", event=event, **_back(visit))
    return pages.page(visit, "live.html", **{**await _list(visit), **_back(visit)}, event=event)


def _back(visit: Visit) -> dict[str, Any]:
    """Return where the drawer closes to, the list or the customer whose event it is, and what says so in addresses."""
    try:
        customer_id = UUID(visit.request.query_params.get("customer", ""))
    except ValueError:
        query = _query(_wish(visit.request.query_params))
        return {"query": query, "close": f"/data/live{query}"}
    return {"query": f"?customer={customer_id}", "close": f"/customers/{customer_id}"}


def _masked(visit: Visit, event: LoggedEvent, *, open_: bool = False) -> dict[str, Any]:
    """Return an event as it may be shown."""
    return {
        **msgspec.structs.asdict(event),
        "properties": masking.properties(event.type, event.properties, open_=open_),
        "context": masking.properties("", event.context, open_=open_),
        "clock": f"{visit.words.local(event.received_at):%H:%M:%S}",
        "fault": event.context.get("intake", {}).get("clock", "") if isinstance(event.context.get("intake"), dict) else "",
    }


def _times(visit: Visit, event: LoggedEvent) -> dict[str, str]:
    moments = {"original": event.original_at, "sent": event.sent_at, "received": event.received_at, "corrected": event.occurred_at}
    return {f"{name}_text": _moment(visit, moment) for name, moment in moments.items()}


def _moment(visit: Visit, moment: datetime | None) -> str:
    if moment is None:
        return ""
    local = visit.words.local(moment)
    return f"{visit.words.day(moment)}, {local:%H:%M:%S}.{local.microsecond // 1000:03}"


def _wish(asked: Mapping[str, str]) -> Wish:
    kind = asked.get("type", "")
    return Wish(
        type=EventType(kind) if kind in set(EventType) else None,
        name=_text(asked.get("name")),
        source=_text(asked.get("source")),
        identified=IDENTITIES.get(asked.get("identity", "")),
    )


def _text(value: str | None) -> str | None:
    return (value or "").replace("\0", "\ufffd").strip() or None


def _parameters(wish: Wish) -> dict[str, str]:
    identity = next((name for name, wanted in IDENTITIES.items() if wanted is wish.identified), "")
    given = {"type": wish.type or "", "name": wish.name or "", "source": wish.source or "", "identity": identity}
    return {name: str(value) for name, value in given.items() if value}


def _query(wish: Wish) -> str:
    """Return the filters as they stand in addresses."""
    found = urlencode(_parameters(wish))
    return f"?{found}" if found else ""


def _after(request: AnyRequest) -> datetime | None:
    """Return up to when the page knows everything: from the stream that broke off, else from the page itself."""
    given: str = request.headers.get("last-event-id") or request.query_params.get("after") or ""
    try:
        return datetime.fromtimestamp(int(given) / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _has_page(app: Litestar, path: str) -> bool:
    return any(route.path == path for route in app.routes)
