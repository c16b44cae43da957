"""Rejects (dead letters): what could not be taken in, with its reason; repaired and replayed, or dismissed and opened again."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath

from hanse.base.database import Connection, Queries
from hanse.base.errors import HanseError
from hanse.data import imports
from hanse.data.access.accounts import Permission
from hanse.data.imports.schemas import DeadLetter, DeadLetterFilter
from hanse.serve.console import masking, pages, phrases, repairs, session
from hanse.serve.console.repairs import Draft, Outcome
from hanse.serve.console.session import AnyRequest, Visit
from hanse.serve.console.texts import Words
from hanse.sources.files.errors import UnknownDeadLetter

queries = Queries(__package__)
PATH = "/data/rejects"
STATES = ("open", "replayed", "dismissed")
PAGE = 50
FEW_GROUPS = 8
MOST_GROUPS = 200
MOST_EXPORTED = 10_000
FILTERS = ("kind", "source", "field", "reason", "name")


@get("/data/rejects")
async def show(request: AnyRequest) -> Response[bytes]:
    """List what could not be taken in, and above it what is wrong with how many."""
    visit = session.of(request)
    export = request.query_params.get("format") == "csv"
    async with visit.context() as context:
        facts = await listing(visit, await context.connection(), MOST_EXPORTED if export else PAGE)
    if export:
        names = ("dead_letter_id", "kind", "source", "line", "field", "reason", "state", "created_at")
        return pages.table(visit.words.gettext("rejects"), names, ([getattr(each, name) for name in names] for each in facts["rejects"]))
    return pages.page(visit, "rejects.html", **facts, reject=None, group=None)


@get("/data/rejects/{dead_letter_id:uuid}")
async def show_one(request: AnyRequest, dead_letter_id: FromPath[UUID]) -> Response[bytes]:
    """Show one reject with what came, to be repaired."""
    return await _drawer(session.of(request), dead_letter_id)


@post("/data/rejects/{dead_letter_id:uuid}/repair", status_code=200)
async def repair(request: AnyRequest, dead_letter_id: FromPath[UUID]) -> Response[bytes]:
    """Take in what was repaired, or say what is still wrong with it; nothing that was typed gets lost."""
    visit = session.of(request)
    visit.need(Permission.REPAIR)
    draft = repairs.typed(await visit.form())
    try:
        outcome = await take_in(visit, dead_letter_id, draft)
    except json.JSONDecodeError as error:
        return await _drawer(visit, dead_letter_id, draft=draft, still_wrong=repairs.said(visit.words, error), near=_line(error))
    except HanseError as error:
        return await _drawer(visit, dead_letter_id, draft=draft, still_wrong=visit.words.error(error))
    if not outcome.replayed:
        return await _drawer(visit, dead_letter_id, draft=draft, field=outcome.field, still_wrong=_told(visit.words, outcome))
    gettext = visit.words.gettext
    message = gettext("It has been taken in.") if isinstance(draft, str) else gettext("The row has been taken in.")
    return pages.redirect(visit, PATH + kept(visit), message=message)


@post("/data/rejects/{dead_letter_id:uuid}/dismiss", status_code=200)
async def dismiss(request: AnyRequest, dead_letter_id: FromPath[UUID]) -> Response[bytes]:
    """Close a reject without taking it in."""
    visit = session.of(request)
    await _dismiss(visit, [dead_letter_id])
    back = kept(visit)
    undo = f"{PATH}/{dead_letter_id}/reopen{back}"
    return pages.redirect(visit, PATH + back, message=visit.words.gettext("The row is dismissed."), undo=undo)


@post("/data/rejects/dismiss", status_code=200)
async def dismiss_many(request: AnyRequest) -> Response[bytes]:
    """Close the chosen rejects without taking them in."""
    visit = session.of(request)
    count = await _dismiss(visit, await chosen_ids(request))
    message = visit.words.ngettext("%(num)s row is dismissed.", "%(num)s rows are dismissed.", count)
    return pages.redirect(visit, PATH + kept(visit), message=message)


@post("/data/rejects/{dead_letter_id:uuid}/reopen", status_code=200)
async def reopen(request: AnyRequest, dead_letter_id: FromPath[UUID]) -> Response[bytes]:
    """Take a dismissal back."""
    visit = session.of(request)
    visit.need(Permission.REPAIR)
    async with visit.context() as context:
        await (await context.connection()).execute(queries["reopen_dead_letter"], {"dead_letter_id": dead_letter_id})
        await visit.note(context, "rejects.reopen", subject=str(dead_letter_id))
    return pages.redirect(visit, PATH + kept(visit), message=visit.words.gettext("The row is open again."))


async def take_in(visit: Visit, dead_letter_id: UUID, draft: Draft | None = None) -> Outcome:
    """Take in one reject as it was edited, or as it came, and note it; or return what is still wrong.

    Raises `JSONDecodeError` where what was edited is no JSON, and whatever stands in the way of taking it in.
    """
    async with visit.context() as context:
        letter = await find(await context.connection(), dead_letter_id)
        way = repairs.of(letter.kind)
        if way is None:
            raise UnknownDeadLetter(dead_letter_id=dead_letter_id)
        outcome = await way.replay(context, dead_letter_id, way.draft(letter) if draft is None else draft)
        if outcome.replayed:
            await visit.note(context, "rejects.repair", subject=str(dead_letter_id))
        return outcome


async def find(connection: Connection, dead_letter_id: UUID) -> DeadLetter:
    """Return one reject; raises `UnknownDeadLetter`."""
    letter = await imports.dead_letter(connection, dead_letter_id)
    if letter is None:
        raise UnknownDeadLetter(dead_letter_id=dead_letter_id)
    return letter


async def chosen_ids(request: AnyRequest) -> list[UUID]:
    """Return the rejects that were ticked in the list."""
    given = (_uuid(str(each)) for each in (await request.form()).getall("id", []))
    return [each for each in given if each is not None]


def asked(facts: Any) -> DeadLetterFilter:
    """Return which rejects the parameters of an address, or the fields of a form, ask for."""
    return DeadLetterFilter(import_id=_uuid(facts.get("import", "")), **{name: facts.get(name) or None for name in FILTERS})


def kept(visit: Visit) -> str:
    """Return the filters of the list as the end of an address, so that whoever repairs one comes back to the others."""
    given = {name: value for name in (*FILTERS, "import", "state") if (value := visit.request.query_params.get(name))}
    return f"?{urlencode(given)}" if given else ""


async def listing(visit: Visit, connection: Connection, limit: int = PAGE) -> dict[str, Any]:
    """Return what the list shows: the rejects of the address, and what is wrong with the open ones among them."""
    parameters = visit.request.query_params
    state = parameters.get("state", "open")
    state = state if state in STATES else "open"
    chosen = asked(parameters)
    found = await imports.list_dead_letters(connection, state=state, chosen=chosen, cursor=parameters.get("cursor"), limit=limit)
    every = parameters.get("groups") == "all"
    groups = await imports.dead_letter_groups(connection, chosen=chosen, limit=MOST_GROUPS if every else FEW_GROUPS + 1) if state == "open" else []
    following = pages.link_with(visit.request, cursor=found.next_cursor) if found.next_cursor else None
    return {
        "rejects": found.items,
        "groups": groups if every else groups[:FEW_GROUPS],
        "more_groups": not every and len(groups) > FEW_GROUPS,
        "next": following,
        "open": await imports.count_open(connection),
        "state": state,
        "states": STATES,
        "chosen": chosen,
        "kept": kept(visit),
    }


def content(visit: Visit, letter: DeadLetter) -> Any:
    """Return what came as it may be shown: in clear to who may repair it, masked to all others."""
    way = repairs.of(letter.kind)
    shown = way.draft(letter) if way else repairs.pretty(json.dumps(letter.payload).encode())
    if visit.may(Permission.REPAIR):
        return shown
    return masking.payload(shown)


async def _dismiss(visit: Visit, dead_letter_ids: list[UUID]) -> int:
    visit.need(Permission.REPAIR)
    async with visit.context() as context:
        count = await imports.dismiss(await context.connection(), dead_letter_ids, now=context.clock.now())
        await visit.note(context, "rejects.dismiss", subject=str(dead_letter_ids[0]) if len(dead_letter_ids) == 1 else "", rows=count)
    return count


async def _drawer(
    visit: Visit, dead_letter_id: UUID, *, draft: Draft | None = None, field: str | None = None, still_wrong: str = "", near: str = ""
) -> Response[bytes]:
    async with visit.context() as context:
        connection = await context.connection()
        letter = await find(connection, dead_letter_id)
        wrong = await column(connection, letter, letter.field if field is None else field)
        facts: dict[str, Any] = {
            "reject": letter,
            "group": None,
            "draft": _wrong_first(content(visit, letter) if draft is None else draft, wrong),
            "wrong": wrong,
            "still_wrong": still_wrong if field is None else f"{wrong}: {still_wrong}",
            "near": near,
            "replayable": repairs.of(letter.kind) is not None,
            "kept": kept(visit),
        }
        if visit.wants_drawer:
            return pages.fragment(visit, "reject.html", **facts)
        return pages.page(visit, "rejects.html", **{**await listing(visit, connection), **facts})


async def column(connection: Connection, reject: DeadLetter, field: str) -> str:
    """Return the column of the file that a field was read from, so that people see what to repair."""
    record = await imports.find(connection, reject.import_id) if reject.import_id else None
    told = record.columns.get(field) if record else None
    return str(told["column"]) if isinstance(told, dict) and "column" in told else field


def _wrong_first(draft: Draft, wrong: str) -> Draft:
    return draft if isinstance(draft, str) else dict(sorted(draft.items(), key=lambda cell: cell[0] != wrong))


def _told(words: Words, outcome: Outcome) -> str:
    return " ".join(phrases.sentences(words, text) for text in (outcome.reason, outcome.remedy) if text)


def _line(error: json.JSONDecodeError) -> str:
    """Return the line that a JSON text breaks off in."""
    lines = error.doc.splitlines()
    return lines[error.lineno - 1].strip()[:200] if 0 < error.lineno <= len(lines) else ""


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
