"""Replaying many rejects: those that were ticked, or all that have in common what is wrong with them, with a field set before."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import msgspec
from litestar import Response, get, post

from hanse.base.errors import HanseError
from hanse.data import imports
from hanse.data.access.accounts import Permission
from hanse.data.events import dead_letters
from hanse.data.events.dead_letters import ReplayedMany
from hanse.data.imports.schemas import DeadLetterFilter
from hanse.serve.console import pages, rejects, repairs, session
from hanse.serve.console.session import AnyRequest, Visit

MOST_TOGETHER = 100
"""Rejects that are taken in one by one for one click at most."""
MOST_BY_RULE = 5_000
"""Events that are taken in by a rule for one click at most: a few seconds."""


@get("/data/rejects/group")
async def show(request: AnyRequest) -> Response[bytes]:
    """Show what some rejects have in common, with an example, to be replayed together."""
    return await _drawer(session.of(request), request.query_params)


@post("/data/rejects/group/replay", status_code=200)
async def replay(request: AnyRequest) -> Response[bytes]:
    """Take in all rejects of a group, after one field was set or taken out where the form says so."""
    visit = session.of(request)
    visit.need(Permission.REPAIR)
    form = await visit.form()
    chosen = rejects.asked(form)
    try:
        changes = _changes(form)
    except json.JSONDecodeError as error:
        return await _drawer(visit, form, wrong=repairs.said(visit.words, error))
    done = await (_by_rule if chosen.kind == dead_letters.KIND else _one_by_one)(visit, chosen, changes)
    told = {"replayed": done.replayed, "wrong": done.still_wrong, "left": done.left}
    return pages.redirect(visit, f"/data/rejects/group?{urlencode({**address(chosen), **told})}")


@post("/data/rejects/replay", status_code=200)
async def replay_many(request: AnyRequest) -> Response[bytes]:
    """Take in the rejects that were ticked, as they came: what was wrong may have been put right elsewhere."""
    visit = session.of(request)
    visit.need(Permission.REPAIR)
    replayed = wrong = 0
    for dead_letter_id in (await rejects.chosen_ids(request))[:MOST_TOGETHER]:
        taken = await _taken(visit, dead_letter_id)
        replayed, wrong = replayed + taken, wrong + (not taken)
    return pages.redirect(visit, rejects.PATH + rejects.kept(visit), message=said(visit, replayed, wrong))


def said(visit: Visit, replayed: int, wrong: int) -> str:
    """Return in words what became of some rejects."""
    ngettext = visit.words.ngettext
    taken = ngettext("%(num)s has been taken in.", "%(num)s have been taken in.", replayed)
    still = ngettext("%(num)s is still wrong.", "%(num)s are still wrong.", wrong)
    return f"{taken} {still}" if wrong else taken


def address(chosen: DeadLetterFilter) -> dict[str, str]:
    """Return a filter as the parameters of an address."""
    facts = {"import" if name == "import_id" else name: value for name, value in msgspec.structs.asdict(chosen).items()}
    return {name: str(value) for name, value in facts.items() if value}


def _changes(form: Mapping[str, str]) -> dict[str, Any]:
    """Return the field to be set before the replay; an empty value takes it out. Raises `JSONDecodeError`."""
    field, value = form.get("change", "").strip(), form.get("value", "").strip()
    if not field:
        return {}
    return {field: repairs.parse(value) if value else None}


async def _by_rule(visit: Visit, chosen: DeadLetterFilter, changes: Mapping[str, Any]) -> ReplayedMany:
    async with visit.context() as context:
        done = await dead_letters.replay_matching(
            context, reason=chosen.reason, field=chosen.field, name=chosen.name, source=chosen.source, changes=changes, limit=MOST_BY_RULE
        )
        rule = address(chosen)
        await visit.note(
            context, "rejects.replay", subject=rule.get("reason", ""), rule=rule, changed=sorted(changes), **msgspec.structs.asdict(done)
        )
    return done


async def _one_by_one(visit: Visit, chosen: DeadLetterFilter, changes: Mapping[str, Any]) -> ReplayedMany:
    """Take in each in a transaction of its own, so that one that cannot be does not take the others along."""
    async with visit.context() as context:
        connection = await context.connection()
        page = await imports.list_dead_letters(connection, chosen=chosen, limit=MOST_TOGETHER)
        whole = sum(each.count for each in await imports.dead_letter_groups(connection, chosen=chosen))
        rule = address(chosen)
        await visit.note(context, "rejects.replay", subject=rule.get("reason", ""), rule=rule, changed=sorted(changes), tried=len(page.items))
    replayed = 0
    for letter in page.items:
        replayed += await _taken(visit, letter.dead_letter_id, changes)
    return ReplayedMany(replayed=replayed, still_wrong=len(page.items) - replayed, left=max(0, whole - len(page.items)))


async def _taken(visit: Visit, dead_letter_id: UUID, changes: Mapping[str, Any] | None = None) -> bool:
    """Take in one; return whether that went well."""
    try:
        async with visit.context() as context:
            letter = await rejects.find(await context.connection(), dead_letter_id)
        way = repairs.of(letter.kind)
        draft = way.change(letter, changes) if way and changes else None
        return (await rejects.take_in(visit, dead_letter_id, draft)).replayed
    except (HanseError, json.JSONDecodeError):
        return False


async def _drawer(visit: Visit, given: Mapping[str, str], *, wrong: str = "") -> Response[bytes]:
    chosen = rejects.asked(given)
    async with visit.context() as context:
        connection = await context.connection()
        found = await imports.dead_letter_groups(connection, chosen=chosen, limit=1)
        example = await rejects.find(connection, found[0].example_id) if found else None
        facts: dict[str, Any] = {
            "reject": None,
            "group": chosen,
            "count": found[0].count if found else 0,
            "newest_at": found[0].newest_at if found else None,
            "example": example,
            "shown": rejects.content(visit, example) if example else "",
            "change": given.get("change", await rejects.column(connection, example, example.field) if example else ""),
            "value": given.get("value", ""),
            "wrong": wrong,
            "address": address(chosen),
            "done": _done(given),
            "said": said,
        }
        if visit.wants_drawer:
            return pages.fragment(visit, "reject_group.html", **facts)
        return pages.page(visit, "rejects.html", **await rejects.listing(visit, connection), **facts)


def _done(given: Mapping[str, str]) -> dict[str, int] | None:
    """Return what the last replay came to, where the address tells."""
    told = {name: given.get(name, "") for name in ("replayed", "wrong", "left")}
    return {name: int(value) for name, value in told.items()} if all(value.isdecimal() for value in told.values()) else None
