"""The record of what language models were asked and said, masked: searched, looked at one by one, and judged."""

from __future__ import annotations

from typing import Any, get_args
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath

from hanse.ai.language import operations
from hanse.ai.language.schemas import OUTCOMES, AskCall, AskCalls, AskModels, Call, Judge, Verdict
from hanse.base import context as contract
from hanse.data.access.accounts import Permission
from hanse.serve.console import language, pages, session
from hanse.serve.console.session import AnyRequest, Visit

PATH = "/language/calls"
PAGE = 50
MOST_EXPORTED = 500
SCOPES = frozenset({operations.calls.name, operations.call.name, operations.models.name, operations.judge.name})


@get("/language/calls")
async def show(request: AnyRequest) -> Response[bytes]:
    """Show the calls that are looked for, or export them."""
    visit = session.of(request)
    if request.query_params.get("format") == "csv":
        return _export(visit, (await _list(visit, MOST_EXPORTED))["calls"])
    return pages.page(visit, "language_calls.html", **await _list(visit, PAGE), call=None)


@get("/language/calls/{call_id:uuid}")
async def show_one(request: AnyRequest, call_id: FromPath[UUID]) -> Response[bytes]:
    """Show one call, with its texts to whoever may see personal data: a name that masking missed stands in them."""
    visit = session.of(request)
    async with visit.context(SCOPES) as context:
        call = await contract.run(operations.call, AskCall(call_id=call_id), context)
        if visit.may(Permission.PERSONAL_DATA):
            await visit.note(context, "language.call", effect="read", subject=str(call_id))
    facts = {"call": call, **language.names(visit)}
    if visit.wants_drawer:
        return pages.fragment(visit, "language_call.html", **facts)
    return pages.page(visit, "language_calls.html", **{**await _list(visit, PAGE), **facts})


@post("/language/calls/{call_id:uuid}/verdict", status_code=200)
async def judge(request: AnyRequest, call_id: FromPath[UUID]) -> Response[bytes]:
    """Note what somebody thinks of an answer."""
    visit = session.of(request)
    visit.need(Permission.PERSONAL_DATA)
    form = await visit.form()
    verdict: Verdict | None = next((each for each in get_args(Verdict) if each == form.get("verdict")), None)
    async with visit.context(SCOPES) as context:
        await contract.run(operations.judge, Judge(call_id=call_id, verdict=verdict, note=form.get("note", "")[:2_000]), context)
    message = visit.words.gettext("Your verdict is noted.") if verdict else visit.words.gettext("The verdict is taken back.")
    return pages.redirect(visit, f"{PATH}/{call_id}", message=message)


async def _list(visit: Visit, limit: int) -> dict[str, Any]:
    asked = _asked(visit, limit)
    async with visit.context(SCOPES) as context:
        found = await contract.run(operations.calls, asked, context)
        models = await contract.run(operations.models, AskModels(), context)
    more = str(found.calls[-1].call_id) if len(found.calls) == limit else ""
    return {"calls": found.calls, "more": more, "asked": asked, "outcomes": OUTCOMES, "models": models, **language.names(visit)}


def _asked(visit: Visit, limit: int) -> AskCalls:
    """Return what the address asks for; what it cannot mean is left out."""
    given = visit.request.query_params
    outcome = next((each for each in OUTCOMES if each == given.get("outcome")), None)
    verdict: Verdict | None = next((each for each in get_args(Verdict) if each == given.get("verdict")), None)
    text = given.get("q", "").strip()[:200] or None
    # Words are looked for in texts that only some may see.
    return AskCalls(
        text=text if visit.may(Permission.PERSONAL_DATA) else None,
        capability=given.get("capability") or None,
        outcome=outcome,
        verdict=verdict,
        before=_uuid(given.get("before")),
        limit=limit,
    )


def _uuid(text: str | None) -> UUID | None:
    try:
        return UUID(text or "")
    except ValueError:
        return None


def _export(visit: Visit, calls: list[Call]) -> Response[bytes]:
    header = tuple(name for name in Call.__struct_fields__ if name != "profile_id")
    return pages.table(visit.words.gettext("language-models"), header, ([getattr(each, name) for name in header] for each in calls))
