"""Privacy requests: who asks for which right of theirs and until when; answered here by export, erasure or restriction."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath

from hanse.base import context as contract
from hanse.base.context import Context
from hanse.base.errors import HanseError
from hanse.data.access.accounts import Permission
from hanse.data.consent.people import Person
from hanse.data.consent.people import find as find_person
from hanse.data.privacy import deadlines, erasing, operations, restriction
from hanse.data.privacy.errors import ReasonNeeded
from hanse.data.privacy.schemas import Erase, ErasureReceipt, Export, OpenRequest, PrivacyRequest, Restrict
from hanse.serve.console import labels, pages, session
from hanse.serve.console.session import AnyRequest, Visit

PATH = "/privacy"
STATES = ("open", "done", "dismissed")
KINDS = ("access", "portability", "rectification", "erasure", "restriction", "objection")
FEW = 20
SCOPES = frozenset({"privacy"})


class WordMissing(HanseError):
    """Nobody was erased: the word to confirm with was not typed. Type {word}."""

    status = 422
    exit_code = 2


class NobodyFound(HanseError):
    """Nobody is known by this, so that there is nothing to do. Close the request with that as the reason."""

    status = 404
    exit_code = 2


@get("/privacy")
async def show(request: AnyRequest) -> Response[bytes]:
    """List the requests, those that are due first on top."""
    visit = session.of(request)
    visit.need(Permission.PRIVACY)
    return await _page(visit)


@post("/privacy", status_code=200)
async def note(request: AnyRequest) -> Response[bytes]:
    """Note a request that came by letter, mail or telephone."""
    visit = session.of(request)
    visit.need(Permission.PRIVACY)
    form = await visit.form()
    who = form.get("who", "").strip()
    kind = form.get("kind", "")
    if not who or kind not in KINDS:
        return await _page(visit, status=422, wrong=visit.words.gettext("Enter by what the person is known."), given=form)
    async with visit.context(SCOPES) as context:
        noted = await _run(context, operations.open_request, OpenRequest(kind=kind, note=form.get("note", "").strip(), **_named(who)))  # type: ignore[arg-type]  # one of KINDS
    return pages.redirect(visit, f"{PATH}/{noted.request_id}", message=visit.words.gettext("The request is noted."))


@get("/privacy/{request_id:uuid}")
async def show_one(request: AnyRequest, request_id: FromPath[UUID]) -> Response[bytes]:
    """Show one request with what can be done."""
    visit = session.of(request)
    visit.need(Permission.PRIVACY)
    return await _drawer(visit, request_id)


@post("/privacy/{request_id:uuid}/export", status_code=200)
async def export(request: AnyRequest, request_id: FromPath[UUID]) -> Response[bytes]:
    """Give all that is kept of the person as a file."""
    visit = session.of(request)
    visit.need(Permission.PRIVACY)
    async with visit.context(SCOPES) as context:
        person = await _person(context, request_id)
        await visit.note(context, "privacy.export_given", effect="act", subject=str(request_id))
        given = await _run(context, operations.export, Export(profile_id=person))
    headers = {**pages.HEADERS, "Content-Disposition": f'attachment; filename="{given.file_name}"'}
    return Response(given.archive, media_type="application/zip", headers=headers)


@post("/privacy/{request_id:uuid}/erase", status_code=200)
async def erase(request: AnyRequest, request_id: FromPath[UUID]) -> Response[bytes]:
    """Erase the person, once the word was typed."""
    visit = session.of(request)
    visit.need(Permission.PRIVACY)
    form = await visit.form()
    if form.get("word", "").strip() != _word(visit):
        return await _drawer(visit, request_id, wrong=visit.words.error(WordMissing(word=_word(visit))), status=422)
    async with visit.context(SCOPES) as context:
        person = await _person(context, request_id)
        await visit.note(context, "privacy.erase_asked", effect="act", subject=str(request_id))
        receipt = await _run(context, operations.erase, Erase(profile_id=person, keep_orders=form.get("keep_orders") == "true"))
    await visit.queue.put("privacy.carry_out")
    message = visit.words.gettext("The person is being erased; the receipt has the number %(number)s.", number=str(receipt.erasure_id))
    return pages.redirect(visit, PATH, message=message)


@post("/privacy/{request_id:uuid}/restrict", status_code=200)
async def restrict(request: AnyRequest, request_id: FromPath[UUID]) -> Response[bytes]:
    """Restrict the processing, or lift that."""
    visit = session.of(request)
    visit.need(Permission.PRIVACY)
    restricted = (await visit.form()).get("restricted") == "true"
    async with visit.context(SCOPES) as context:
        person = await _person(context, request_id)
        await _run(context, operations.restrict, Restrict(profile_id=person, restricted=restricted))
    gettext = visit.words.gettext
    message = gettext("Processing is restricted.") if restricted else gettext("Processing is no longer restricted.")
    return pages.redirect(visit, f"{PATH}/{request_id}", message=message)


@post("/privacy/{request_id:uuid}/extend", status_code=200)
async def extend(request: AnyRequest, request_id: FromPath[UUID]) -> Response[bytes]:
    """Extend the deadline by two months, with a reason."""
    visit = session.of(request)
    visit.need(Permission.PRIVACY)
    reason = (await visit.form()).get("reason", "").strip()
    if not reason:
        return await _drawer(visit, request_id, wrong=visit.words.error(ReasonNeeded()), status=422)
    async with visit.context(SCOPES) as context:
        await deadlines.extend(await context.connection(), request_id, reason=reason, now=context.clock.now())
        await visit.note(context, "privacy.extend_request", subject=str(request_id))
    message = visit.words.gettext("The deadline is two months later. Tell the person why.")
    return pages.redirect(visit, f"{PATH}/{request_id}", message=message)


@post("/privacy/{request_id:uuid}/close", status_code=200)
async def close(request: AnyRequest, request_id: FromPath[UUID]) -> Response[bytes]:
    """Close a request: it was answered, or nothing is done about it, with the reason."""
    visit = session.of(request)
    visit.need(Permission.PRIVACY)
    form = await visit.form()
    state = "dismissed" if form.get("state") == "dismissed" else "done"
    reason = form.get("reason", "").strip()
    if state == "dismissed" and not reason:
        return await _drawer(visit, request_id, wrong=visit.words.error(ReasonNeeded()), status=422)
    async with visit.context(SCOPES) as context:
        facts = {"by": visit.account.name, "reason": reason}
        await deadlines.close(await context.connection(), request_id, state=state, **facts, now=context.clock.now())
        await visit.note(context, "privacy.close_request", subject=str(request_id), state=state)
    return pages.redirect(visit, PATH, message=visit.words.gettext("The request is closed."))


async def _run(context: Context, operation: Any, request: Any) -> Any:
    return await contract.run(operation, request, context)


async def _drawer(visit: Visit, request_id: UUID, *, wrong: str = "", status: int = 200) -> Response[bytes]:
    async with visit.context() as context:
        one = await _one(visit, context, request_id)
    facts: dict[str, Any] = {"one": one, "wrong_one": wrong, "word": _word(visit), **_names(visit)}
    if visit.wants_drawer:
        return pages.fragment(visit, "privacy_request.html", status=status, **facts)
    return await _page(visit, status=status, **facts)


async def _page(visit: Visit, *, status: int = 200, wrong: str = "", given: dict[str, str] | None = None, **more: Any) -> Response[bytes]:
    state = visit.request.query_params.get("state", "open")
    async with visit.context() as context:
        connection, now = await context.connection(), context.clock.now()
        receipts = await (await connection.execute(erasing.queries["erasures"], {"limit": FEW})).fetchall()
        facts: dict[str, Any] = {
            "requests": await deadlines.page(connection, state=state if state in STATES else "open", limit=500),
            "figures": await deadlines.figures(connection, now=now),
            "receipts": [msgspec.convert(row, ErasureReceipt) for row in receipts],
            "state": state,
            "states": STATES,
            "kinds": KINDS,
            "wrong": wrong,
            "given": given or {},
            "one": None,
        }
    return pages.page(visit, "privacy.html", status=status, **{**facts, **_names(visit), **more})


async def _one(visit: Visit, context: Context, request_id: UUID) -> dict[str, Any]:
    """Return a request with whom it is about, found now where it was not found when it came."""
    connection = await context.connection()
    row = await deadlines.row(connection, request_id)
    person = await _found(context, row)
    restricted = await restriction.is_restricted(connection, person) if person else False
    asked = await deadlines.find(connection, request_id)
    return {"request": asked, "person": person, "restricted": restricted, "subject": row["subject"] if person is None else {}}


async def _person(context: Context, request_id: UUID) -> UUID:
    """Return the profile whom a request is about; raises `NobodyFound`."""
    found = await _found(context, await deadlines.row(await context.connection(), request_id))
    if found is None:
        raise NobodyFound
    return found


async def _found(context: Context, row: dict[str, Any]) -> UUID | None:
    if row["profile_id"] is not None:
        return UUID(str(row["profile_id"]))
    subject = row["subject"]
    named = {name: str(subject[name]) for name in ("user_id", "anonymous_id", "email") if subject.get(name)}
    return await find_person(Person(**named), context) if named else None  # type: ignore[arg-type]  # texts by the names of its fields


def _named(who: str) -> dict[str, Any]:
    """Return by what somebody was typed: an e-mail address, an id of ours, or a customer number."""
    if "@" in who:
        return {"email": who[:254]}
    try:
        return {"profile_id": UUID(who)}
    except ValueError:
        return {"user_id": who[:200]}


def _word(visit: Visit) -> str:
    """Return the word to confirm an erasure with."""
    return visit.words.gettext("ERASE")


def _names(visit: Visit) -> dict[str, Any]:
    def state_of(one: PrivacyRequest) -> tuple[str, str, str]:
        late = one.state == "open" and one.due_at < visit.runtime.resources.clock.now()
        return labels.privacy_state(visit.words, "overdue" if late else one.state)

    return {
        "kind_of": lambda name: labels.privacy_kind(visit.words, name),
        "state_of": state_of,
        "state_name": lambda name: labels.privacy_state(visit.words, name)[0],
    }
