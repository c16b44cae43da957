"""The audit log: who changed or did what, newest first."""

from __future__ import annotations

from uuid import UUID

import msgspec
from litestar import Response, get

from hanse.data.access import audit
from hanse.data.access.accounts import Permission
from hanse.data.access.audit import AuditEntry
from hanse.serve.console import pages, session
from hanse.serve.console.session import AnyRequest, Visit

PAGE = 50
MOST_EXPORTED = 10_000


@get("/audit")
async def show(request: AnyRequest) -> Response[bytes]:
    """List what was done, of one actor or one action where asked."""
    visit = session.of(request)
    visit.need(Permission.AUDIT)
    asked = request.query_params
    export = asked.get("format") == "csv"
    async with visit.context() as context:
        found = await audit.page(
            await context.connection(),
            before=_uuid(asked.get("before", "")),
            actor=asked.get("actor") or None,
            action=asked.get("action") or None,
            limit=MOST_EXPORTED if export else PAGE,
        )
    if export:
        return _export(visit, found.entries)
    following = pages.link_with(request, before=found.next_before) if found.next_before else None
    return pages.page(visit, "audit.html", entries=found.entries, next=following, actor=asked.get("actor", ""), action=asked.get("action", ""))


def _export(visit: Visit, entries: tuple[AuditEntry, ...]) -> Response[bytes]:
    header = ("at", "actor_kind", "actor", "action", "effect", "subject", "facts")
    rows = ([msgspec.json.encode(each.facts).decode() if name == "facts" else getattr(each, name) for name in header] for each in entries)
    return pages.table(visit.words.gettext("audit-log"), header, rows)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
