"""Requests of people for a right of theirs: noted, with the deadline of Art. 12(3) DSGVO, extended once, closed."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from hanse.base import database, ids
from hanse.base.database import Connection, Queries
from hanse.data.privacy.errors import ExtendedAlready, UnknownPrivacyRequest
from hanse.data.privacy.schemas import OpenRequest, PrivacyRequest

queries = Queries(__package__)
SOON = timedelta(days=7)
"""How long before its deadline a request counts as due soon."""


class Figures(msgspec.Struct, kw_only=True, frozen=True):
    """How many requests wait."""

    open: int
    due_soon: int
    overdue: int


async def note(connection: Connection, wanted: OpenRequest, profile_id: UUID | None, *, now: datetime) -> PrivacyRequest:
    """Note a request; the same one told again is noted once. It is due a month after it came."""
    request_id = ids.new(now)
    key = wanted.request_key or str(request_id)
    subject = {name: value for name in ("user_id", "anonymous_id", "email") if (value := getattr(wanted, name))} if profile_id is None else {}
    facts = {"request_id": request_id, "kind": wanted.kind, "request_key": key, "subject": database.jsonb(subject), "profile_id": profile_id}
    await connection.execute(queries["add_request"], {**facts, "note": wanted.note, "received_at": wanted.received_at or now})
    row = await (await connection.execute(queries["request_by_key"], {"kind": wanted.kind, "request_key": key})).fetchone()
    return _request(row or {})


async def find(connection: Connection, request_id: UUID) -> PrivacyRequest:
    """Return one request; raises `UnknownPrivacyRequest`."""
    return _request(await row(connection, request_id))


async def row(connection: Connection, request_id: UUID) -> dict[str, Any]:
    """Return all that is kept of one request; raises `UnknownPrivacyRequest`."""
    found = await (await connection.execute(queries["request"], {"request_id": request_id})).fetchone()
    if found is None:
        raise UnknownPrivacyRequest(request_id=request_id)
    return found


async def page(connection: Connection, *, state: str | None = "open", limit: int = 100) -> list[PrivacyRequest]:
    """Return requests, those that are due first on top; null asks for every state."""
    rows = await (await connection.execute(queries["requests"], {"state": state, "limit": limit})).fetchall()
    return [_request(row) for row in rows]


async def figures(connection: Connection, *, now: datetime) -> Figures:
    """Return how many requests are open, due soon and overdue."""
    found = await (await connection.execute(queries["request_figures"], {"now": now, "soon": now + SOON})).fetchone()
    return msgspec.convert(found, Figures)


async def close(connection: Connection, request_id: UUID, *, state: str, by: str, reason: str = "", now: datetime) -> PrivacyRequest:
    """Close a request as `done` or `dismissed`; raises `UnknownPrivacyRequest` where it is not open."""
    facts = {"request_id": request_id, "state": state, "reason": reason, "by": by, "now": now}
    if (await connection.execute(queries["close_request"], facts)).rowcount == 0:
        raise UnknownPrivacyRequest(request_id=request_id)
    return await find(connection, request_id)


async def extend(connection: Connection, request_id: UUID, *, reason: str, now: datetime) -> PrivacyRequest:
    """Extend the deadline by two months, once; raises `ExtendedAlready` and `UnknownPrivacyRequest`."""
    before = await find(connection, request_id)
    if before.extended_at is not None:
        raise ExtendedAlready(request_id=request_id)
    if (await connection.execute(queries["extend_request"], {"request_id": request_id, "reason": reason, "now": now})).rowcount == 0:
        raise UnknownPrivacyRequest(request_id=request_id)
    return await find(connection, request_id)


def _request(found: dict[str, Any]) -> PrivacyRequest:
    return msgspec.convert({name: found[name] for name in PrivacyRequest.__struct_fields__}, PrivacyRequest)
