"""Rejects (dead letters): what could not be taken in, with its reason; repaired and replayed, or dismissed and opened again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath

from hanse.base.database import Connection, Queries
from hanse.data import imports
from hanse.data.access.accounts import Permission
from hanse.data.imports.schemas import DeadLetter
from hanse.serve.console import pages, session
from hanse.serve.console.session import AnyRequest, Visit
from hanse.sources import files
from hanse.sources.files.errors import UnknownDeadLetter
from hanse.sources.files.schemas import ReplayResult

queries = Queries(__package__)
STATES = ("open", "replayed", "dismissed")
PAGE = 50
MOST_EXPORTED = 10_000


@get("/data/rejects")
async def show(request: AnyRequest) -> Response[bytes]:
    """List what could not be taken in."""
    visit = session.of(request)
    export = request.query_params.get("format") == "csv"
    async with visit.context() as context:
        facts = await _list(visit, await context.connection(), MOST_EXPORTED if export else PAGE)
    if export:
        names = ("dead_letter_id", "kind", "source", "line", "field", "reason", "state", "created_at")
        return pages.table(visit.words.gettext("rejects"), names, ([getattr(each, name) for name in names] for each in facts["rejects"]))
    return pages.page(visit, "rejects.html", **facts, reject=None)


@get("/data/rejects/{dead_letter_id:uuid}")
async def show_one(request: AnyRequest, dead_letter_id: FromPath[UUID]) -> Response[bytes]:
    """Show one reject with its row, to be repaired."""
    return await _drawer(session.of(request), dead_letter_id)


@post("/data/rejects/{dead_letter_id:uuid}/repair", status_code=200)
async def repair(request: AnyRequest, dead_letter_id: FromPath[UUID]) -> Response[bytes]:
    """Take the repaired row in, or say what is still wrong with it."""
    visit = session.of(request)
    visit.need(Permission.REPAIR)
    form = await visit.form()
    payload = {name.removeprefix("field:"): value for name, value in form.items() if name.startswith("field:")}
    async with visit.context() as context:
        result = await files.replay(context, dead_letter_id, payload)
        if result.replayed:
            await visit.note(context, "rejects.repair", subject=str(dead_letter_id))
    if result.replayed:
        return pages.redirect(visit, "/data/rejects", message=visit.words.gettext("The row has been taken in."))
    return await _drawer(visit, dead_letter_id, payload=payload, result=result)


@post("/data/rejects/{dead_letter_id:uuid}/dismiss", status_code=200)
async def dismiss(request: AnyRequest, dead_letter_id: FromPath[UUID]) -> Response[bytes]:
    """Close a reject without taking it in."""
    visit = session.of(request)
    await _dismiss(visit, [dead_letter_id])
    return pages.redirect(visit, "/data/rejects", message=visit.words.gettext("The row is dismissed."), undo=f"/data/rejects/{dead_letter_id}/reopen")


@post("/data/rejects/dismiss", status_code=200)
async def dismiss_many(request: AnyRequest) -> Response[bytes]:
    """Close the chosen rejects without taking them in."""
    visit = session.of(request)
    chosen = [UUID(str(each)) for each in (await request.form()).getall("id", [])]
    count = await _dismiss(visit, chosen)
    return pages.redirect(visit, "/data/rejects", message=visit.words.ngettext("%(num)s row is dismissed.", "%(num)s rows are dismissed.", count))


@post("/data/rejects/{dead_letter_id:uuid}/reopen", status_code=200)
async def reopen(request: AnyRequest, dead_letter_id: FromPath[UUID]) -> Response[bytes]:
    """Take a dismissal back."""
    visit = session.of(request)
    visit.need(Permission.REPAIR)
    async with visit.context() as context:
        await (await context.connection()).execute(queries["reopen_dead_letter"], {"dead_letter_id": dead_letter_id})
        await visit.note(context, "rejects.reopen", subject=str(dead_letter_id))
    return pages.redirect(visit, "/data/rejects", message=visit.words.gettext("The row is open again."))


async def _dismiss(visit: Visit, dead_letter_ids: list[UUID]) -> int:
    visit.need(Permission.REPAIR)
    async with visit.context() as context:
        count = await imports.dismiss(await context.connection(), dead_letter_ids, now=context.clock.now())
        await visit.note(context, "rejects.dismiss", subject=str(dead_letter_ids[0]) if len(dead_letter_ids) == 1 else "", rows=count)
    return count


async def _drawer(
    visit: Visit, dead_letter_id: UUID, *, payload: Mapping[str, Any] | None = None, result: ReplayResult | None = None
) -> Response[bytes]:
    gettext = visit.words.gettext
    async with visit.context() as context:
        connection = await context.connection()
        reject = await imports.dead_letter(connection, dead_letter_id)
        if reject is None:
            raise UnknownDeadLetter(dead_letter_id=dead_letter_id)
        wrong = await _column(connection, reject, result.field if result else reject.field)
        still = f"{wrong}: {gettext(result.reason)} {gettext(result.remedy) if result.remedy else ''}" if result else ""
        facts: dict[str, Any] = {"reject": reject, "row": _row(reject, payload, wrong), "wrong": wrong, "still_wrong": still}
        if visit.wants_drawer:
            return pages.fragment(visit, "reject.html", **facts)
        return pages.page(visit, "rejects.html", **await _list(visit, connection, PAGE), **facts)


async def _list(visit: Visit, connection: Connection, limit: int) -> dict[str, Any]:
    asked = visit.request.query_params
    state = asked.get("state", "open")
    state = state if state in STATES else "open"
    import_id = _uuid(asked.get("import", ""))
    found = await imports.list_dead_letters(
        connection, state=state, kind=asked.get("kind") or None, import_id=import_id, cursor=asked.get("cursor"), limit=limit
    )
    following = pages.link_with(visit.request, cursor=found.next_cursor) if found.next_cursor else None
    filters = {"state": state, "states": STATES, "kind": asked.get("kind", ""), "import_id": import_id}
    return {"rejects": found.items, "next": following, "open": await imports.count_open(connection), **filters}


async def _column(connection: Connection, reject: DeadLetter, field: str) -> str:
    """Return the column of the file that a field was read from, so that people see what to repair."""
    record = await imports.find(connection, reject.import_id) if reject.import_id else None
    told = record.columns.get(field) if record else None
    return str(told["column"]) if isinstance(told, dict) and "column" in told else field


def _row(reject: DeadLetter, typed: Mapping[str, Any] | None, wrong: str) -> dict[str, str]:
    """Return the cells of the row as they came or were typed, the wrong one first."""
    cells = {name: "" if value is None else str(value) for name, value in (typed or reject.payload).items()}
    return dict(sorted(cells.items(), key=lambda cell: cell[0] != wrong))


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
