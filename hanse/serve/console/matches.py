"""Pairs of customers that may be one person: what waits, and two side by side with the evidence, to be decided one after another."""

from __future__ import annotations

from functools import partial
from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath

from hanse.base import context as contract
from hanse.base.context import Context
from hanse.data.access.accounts import Permission
from hanse.data.matches import operations, reviewing
from hanse.data.matches.errors import MatchChanged, ProcessingRestricted, SaidDifferent, SaidSame
from hanse.data.matches.schemas import DecideMatch, ListMatches, Match, MatchDetails, UndoMatch
from hanse.serve import jobs as queue
from hanse.serve.console import masking, pages, session
from hanse.serve.console.session import AnyRequest, Visit
from hanse.serve.console.texts import Words

PATH = "/customers/matches"
SCOPES = frozenset({"matches"})
STATES = ("waiting", "same", "different", "joined")
BANDS = {"high": (0.9, 1.0), "middle": (0.5, 0.9), "low": (0.0, 0.5)}
"""Ranges of probability that the list can be filtered by."""
PAGE = 50
LONGEST_NOTE = 500
JOB = "matches.find"


@get(PATH)
async def show(request: AnyRequest) -> Response[bytes]:
    """List the pairs that wait, or those that were decided."""
    visit = session.of(request)
    asked = request.query_params
    state = asked.get("state", "") if asked.get("state") in STATES else "waiting"
    band = asked.get("band", "") if asked.get("band") in BANDS else ""
    least, most = BANDS.get(band, (0.0, 1.0))
    cursor = asked.get("cursor", "")[:200] or None
    wanted = ListMatches(state=state, least_probability=least, most_probability=most, cursor=cursor, limit=PAGE)  # type: ignore[arg-type]  # one of STATES
    async with visit.context() as context:
        connection = await context.connection()
        found = await reviewing.page(connection, wanted)
        progress = await reviewing.progress(connection, now=context.clock.now())
        runs = await queue.page(connection, name=JOB, limit=1)
    facts: dict[str, Any] = {
        "matches": [_row(each) for each in found.items],
        "next": pages.link_with(request, cursor=found.next_cursor) if found.next_cursor else None,
        "training": found.training,
        "findings": [_finding(each) for each in found.training.findings] if found.training else [],
        "progress": progress,
        "run": runs[0] if runs else None,
        "most_counted": reviewing.MOST_COUNTED,
    }
    return pages.page(visit, "matches.html", state=state, states=STATES, band=band, **facts, **_names(visit.words))


@get(PATH + "/{proposal_id:uuid}")
async def show_one(request: AnyRequest, proposal_id: FromPath[UUID]) -> Response[bytes]:
    """Show two customers side by side, masked."""
    visit = session.of(request)
    visit.need(Permission.PERSONAL_DATA)
    return await _review(visit, proposal_id)


@post(PATH + "/{proposal_id:uuid}/reveal", status_code=200)
async def reveal(request: AnyRequest, proposal_id: FromPath[UUID]) -> Response[bytes]:
    """Show two customers side by side in clear, and note who asked."""
    visit = session.of(request)
    visit.need(Permission.PERSONAL_DATA)
    async with visit.context() as context:
        found = await reviewing.details(await context.connection(), proposal_id)
        for each in sorted({found.match.one_id, found.match.other_id}):
            await visit.note(context, "customers.reveal", effect="read", subject=str(each))
    return await _review(visit, proposal_id, open_=True)


@post(PATH + "/{proposal_id:uuid}/decide", status_code=200)
async def decide(request: AnyRequest, proposal_id: FromPath[UUID]) -> Response[bytes]:
    """Take a decision and go on to the next pair, with a way back."""
    visit = session.of(request)
    visit.need(Permission.PERSONAL_DATA)
    form = await visit.form()
    decision = "same" if form.get("decision") == "same" else "different"
    note = form.get("note", "").replace("\0", "\ufffd").strip()[:LONGEST_NOTE]
    wanted = DecideMatch(proposal_id=proposal_id, decision=decision, note=note, version=form.get("version", "")[:200] or None)  # type: ignore[arg-type]  # one of two
    try:
        async with visit.context(SCOPES) as context:
            match = (await reviewing.details(await context.connection(), proposal_id)).match
            await _run(context, operations.decide, wanted)
            following = await reviewing.following(await context.connection(), match)
    except (SaidSame, SaidDifferent, MatchChanged, ProcessingRestricted) as error:
        return await _review(visit, proposal_id, status=error.status, wrong=visit.words.error(error))
    gettext = visit.words.gettext
    message = gettext("They are one customer now.") if decision == "same" else gettext("They stay two customers, and are not proposed again.")
    return pages.redirect(visit, f"{PATH}/{following}" if following else PATH, message=message, undo=f"{PATH}/{proposal_id}/undo")


@post(PATH + "/{proposal_id:uuid}/undo", status_code=200)
async def undo(request: AnyRequest, proposal_id: FromPath[UUID]) -> Response[bytes]:
    """Take a decision back, and show the pair again."""
    visit = session.of(request)
    visit.need(Permission.PERSONAL_DATA)
    async with visit.context(SCOPES) as context:
        await _run(context, operations.undo, UndoMatch(proposal_id=proposal_id))
    return pages.redirect(visit, f"{PATH}/{proposal_id}", message=visit.words.gettext("The decision is taken back; the pair waits again."))


async def _review(visit: Visit, proposal_id: UUID, *, open_: bool = False, status: int = 200, wrong: str = "") -> Response[bytes]:
    async with visit.context() as context:
        connection = await context.connection()
        found = await reviewing.details(connection, proposal_id)
        facts: dict[str, Any] = {
            "match": _row(found.match, open_=open_),
            "fields": [_field(each, open_=open_) for each in found.fields],
            "progress": await reviewing.progress(connection, now=context.clock.now()),
            "next": await reviewing.following(connection, found.match),
        }
    facts |= {"open": open_, "wrong": wrong, "version": found.version, "note": found.note if open_ else "", "longest": LONGEST_NOTE}
    return pages.page(visit, "match.html", status=status, **facts, can_undo=_can_undo(found), **_names(visit.words))


def _can_undo(found: MatchDetails) -> bool:
    return found.match.state in {"same", "different"}


async def _run(context: Context, operation: Any, request: Any) -> Any:
    return await contract.run(operation, request, context)


def _row(match: Match, *, open_: bool = False) -> dict[str, Any]:
    """Return a pair as it may be shown."""
    names = {end: _name(getattr(match, end), open_=open_) for end in ("one_name", "other_name")}
    return {name: getattr(match, name) for name in match.__struct_fields__} | names


def _name(value: str, *, open_: bool) -> str:
    return value if open_ or not value else masking.email(value) if "@" in value else masking.text(value)


def _field(found: Any, *, open_: bool) -> dict[str, Any]:
    """Return one field of the two as it may be shown, and how good its agreement is."""
    shown = [masking.traits({found.field: value}, open_=open_)[found.field] for value in (found.one, found.other)]
    kind = "good" if found.bits > 0.5 else "bad" if found.bits < -0.5 else ""
    return {"name": found.field, "one": shown[0], "other": shown[1], "level": found.level, "bits": found.bits, "kind": kind}


def _finding(found: Any) -> dict[str, Any]:
    shown = masking.identity(found.field, found.value, open_=False)
    return {"field": found.field, "value": shown, "records": found.records, "names": found.names}


def _names(words: Words) -> dict[str, Any]:
    return {
        "state_of": partial(state_name, words),
        "level_of": partial(level_name, words),
        "match_field": partial(field_name, words),
        "reason_of": partial(reason_text, words),
        "band_of": partial(band_name, words),
    }


def state_name(words: Words, state: str) -> tuple[str, str, str]:
    """Return the name of where a pair stands, how good that is, and its icon."""
    gettext = words.gettext
    return {
        "waiting": (gettext("waiting"), "warn", "clock"),
        "same": (gettext("same person"), "good", "check"),
        "different": (gettext("different people"), "", "split"),
        "joined": (gettext("joined by rule"), "good", "merge"),
        "resting": (gettext("restricted"), "", "ban"),
    }.get(state, (state, "", "circle-help"))


def band_name(words: Words, band: str) -> str:
    """Return a range of probability in words."""
    gettext = words.gettext
    return {"high": gettext("90 % and more"), "middle": gettext("50 to 90 %"), "low": gettext("below 50 %")}.get(band, gettext("All"))


def field_name(words: Words, name: str) -> str:
    """Return the name of a field that records are compared in."""
    gettext = words.gettext
    return {
        "given_name": gettext("First name"),
        "surname": gettext("Last name"),
        "email": gettext("E-mail address"),
        "phone": gettext("Phone"),
        "birth_date": gettext("Birthday"),
        "street": gettext("Street"),
        "house_number": gettext("House number"),
        "postcode": gettext("Postal code"),
        "city": gettext("City"),
        "company": gettext("Company"),
    }.get(name, name.replace("_", " "))


def level_name(words: Words, level: str) -> str:
    """Return how well two values agree, in words."""
    gettext = words.gettext
    return {
        "the same": gettext("the same"),
        "nearly the same": gettext("nearly the same"),
        "similar": gettext("similar"),
        "different": gettext("different"),
        "unknown": gettext("says nothing"),
        "first name or initial": gettext("first name or initial"),
        "part of a double name": gettext("part of a double name"),
        "first and last name swapped": gettext("first and last name swapped"),
        "one name in the other's place": gettext("one name in the other's place"),
        "address lines swapped": gettext("address lines swapped"),
        "one slip": gettext("one slip"),
        "two slips": gettext("two slips"),
        "one or two slips": gettext("one or two slips"),
        "one slip, or day and month turned": gettext("one slip, or day and month turned"),
        "two of day, month and year": gettext("two of day, month and year"),
        "same name at another provider": gettext("same name at another provider"),
        "one slip, or another prefix": gettext("one slip, or another prefix"),
        "one slip, or another entrance": gettext("one slip, or another entrance"),
        "same region": gettext("same region"),
    }.get(level, level)


def reason_text(words: Words, reason: str) -> str:
    """Return why a pair was not joined by rule."""
    gettext = words.gettext
    return {
        "not certain enough": gettext("not certain enough"),
        "another given name: perhaps a relative": gettext("another first name: perhaps a relative"),
        "a name is missing or different": gettext("a name is missing or different"),
        "other records of the group speak against it": gettext("other records of the two speak against it"),
        "two facts contradict": gettext("two facts contradict"),
        "they would have more keys of one kind than one person has": gettext("together they would have more keys of one kind than one person has"),
        "several people use one of the two": gettext("several people use a key of one of the two"),
    }.get(reason, reason)
