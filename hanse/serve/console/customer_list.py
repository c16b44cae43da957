"""The list of customers: persons and companies, the newest first, or those that a key or the beginning of a name belongs to."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from litestar import Response, get

from hanse.base.database import Connection, Queries
from hanse.data.profiles import reading
from hanse.serve.console import masking, pages, session
from hanse.serve.console.session import AnyRequest, Visit

queries = Queries(__package__)
PAGE = 50
MOST_EXPORTED = 10_000
MOST_COUNTED = 100_000
"""Customers are counted up to here; beyond, the list says that there are more."""
LAST = UUID(int=2**128 - 1)


@get("/customers")
async def show(request: AnyRequest) -> Response[bytes]:
    """List customers, the newest first, or those that a key or a name belongs to."""
    visit = session.of(request)
    async with visit.context() as context:
        facts = await _list(visit, await context.connection())
    if request.query_params.get("format") == "csv":
        return _export(visit, facts["customers"])
    return pages.page(visit, "customers.html", **facts, most_counted=MOST_COUNTED)


async def search(connection: Connection, text: str, limit: int = PAGE) -> list[dict[str, Any]]:
    """Return customers by a key of any kind, their id or the beginnings of their name, as a list shows them."""
    found = await reading.find(connection, text, limit=limit) if text.strip() else None
    return await rows(connection, [each.profile_id for each in found.items]) if found else []


async def rows(connection: Connection, profile_ids: list[UUID]) -> list[dict[str, Any]]:
    """Return what a list shows of some customers, masked, in their order."""
    cursor = await connection.execute(queries["profile_rows"], {"profile_ids": profile_ids}, prepare=False)
    return [{**row, "name": masking.name(row["kind"], row["traits"], open_=False)} async for row in cursor]


async def _list(visit: Visit, connection: Connection) -> dict[str, Any]:
    asked = visit.request.query_params
    text, kind = asked.get("q", "").strip()[:200], asked.get("kind", "")
    kind = kind if kind in {"person", "company"} else ""
    counted = await connection.execute(queries["count_profiles"], {"most": MOST_COUNTED + 1})
    counts = {row["kind"]: row["count"] async for row in counted}
    limit = MOST_EXPORTED if asked.get("format") == "csv" else PAGE
    before = _uuid(asked.get("before", ""))
    if text:
        found = await reading.find(connection, text, kind=kind or None, cursor=str(before) if before else None, limit=limit)
        wanted, following = [each.profile_id for each in found.items], found.next_cursor
    else:
        facts: dict[str, Any] = {"kinds": [kind] if kind else ["person", "company"], "before": before or LAST, "limit": limit + 1}
        listed = [row["profile_id"] async for row in await connection.execute(queries["list_profiles"], facts, prepare=False)]
        wanted, following = listed[:limit], str(listed[limit - 1]) if len(listed) > limit else None
    facts = {"customers": await rows(connection, wanted), "next": pages.link_with(visit.request, before=following) if following else None}
    return {**facts, "search": text, "kind": kind, "counts": counts}


def _export(visit: Visit, customers: list[dict[str, Any]]) -> Response[bytes]:
    gettext = visit.words.gettext
    header = [gettext("Customer"), gettext("Name"), gettext("Kind"), gettext("Events"), gettext("Last event"), gettext("Known since")]
    shown = ((str(each["profile_id"]), each["name"], each["kind"], each["events"], each["last_event_at"], each["created_at"]) for each in customers)
    return pages.table("customers", header, shown)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
