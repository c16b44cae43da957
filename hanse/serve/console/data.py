"""The data: which sources send, what happened, and the imports of files with their reports."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import UUID

from litestar import Response, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from hanse.base.errors import HanseError
from hanse.data import imports
from hanse.data.access.accounts import Permission
from hanse.data.events.store import queries as event_queries
from hanse.data.imports.schemas import ImportRecord
from hanse.data.revisions.errors import UnknownRevision
from hanse.serve.console import document_imports, home, pages, period, revisions, session
from hanse.serve.console.session import AnyRequest, Visit
from hanse.sources import documents, feeds

PAGE = 50


class UnknownImport(HanseError):
    """There is no import with this number."""

    status = 404
    exit_code = 2


@get("/data")
async def show(request: AnyRequest) -> Response[bytes]:
    """Show the sources and what they sent."""
    visit = session.of(request)
    span = period.of(visit)
    async with visit.context() as context:
        connection = await context.connection()
        days = await home.count_by_day(visit, connection, span)
        cursor = await connection.execute(event_queries["count_by_name"], {"since": span.since, "until": span.until})
        facts: dict[str, Any] = {
            "names": await cursor.fetchall(),
            "sources": await home.sources(connection),
            "open": (await imports.count_open(connection)).values(),
        }
    present = sum(count for day, count in days.items() if day >= span.first)
    before = sum(count for day, count in days.items() if day < span.first)
    last = max((each["last_received_at"] for each in facts["sources"]), default=None)
    figures: dict[str, Any] = {"total": present, "change": period.change(present, before), "last": last}
    return pages.page(visit, "data.html", period=span, chart=home.day_chart(visit, span, days), **facts, **figures)


@get("/data/imports")
async def show_imports(request: AnyRequest) -> Response[bytes]:
    """List the imports, the newest first."""
    visit = session.of(request)
    before = _uuid(request.query_params.get("before", ""))
    async with visit.context() as context:
        found = await imports.list_imports(await context.connection(), limit=PAGE + 1, before=before)
    following = pages.link_with(request, before=found[PAGE - 1].import_id) if len(found) > PAGE else None
    return pages.page(visit, "imports.html", imports=found[:PAGE], next=following)


@get("/data/imports/{import_id:uuid}")
async def show_import(request: AnyRequest, import_id: FromPath[UUID]) -> Response[bytes]:
    """Show how one import went, or what somebody edited in the catalog."""
    visit = session.of(request)
    async with visit.context() as context:
        record = await imports.find(await context.connection(), import_id)
    if record is None or (record.kind == feeds.KIND and record.state == "done"):
        return await _show_revision(visit, import_id)
    if record.kind == documents.KIND and record.state == "done":
        return document_imports.page(visit, record)
    return pages.page(visit, "import.html", record=record)


@get("/data/imports/{import_id:uuid}/rejects")
async def send_rejects(request: AnyRequest, import_id: FromPath[UUID]) -> Response[bytes]:
    """Send the rows of one import that could not be used, to be repaired in a spreadsheet; a look at personal data, so it is noted."""
    visit = session.of(request)
    visit.need(Permission.REPAIR)
    record = await _find(visit, import_id)
    path = Path(record.reject_file) if record.reject_file else None
    if path is None or not path.resolve().is_relative_to(visit.runtime.settings.home.resolve()) or not path.is_file():
        raise NotFoundException
    async with visit.context() as context:
        await visit.note(context, "imports.rejects", effect="read", subject=str(import_id))
    headers = {**pages.HEADERS, "Content-Disposition": f'attachment; filename="{path.name}"'}
    return Response(path.read_bytes(), media_type="text/csv", headers=headers)


async def _show_revision(visit: Visit, revision_id: UUID) -> Response[bytes]:
    try:
        return await revisions.show(visit, revision_id)
    except UnknownRevision as error:
        raise UnknownImport from error


async def _find(visit: Visit, import_id: UUID) -> ImportRecord:
    async with visit.context() as context:
        record = await imports.find(await context.connection(), import_id)
    if record is None:
        raise UnknownImport
    return record


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
