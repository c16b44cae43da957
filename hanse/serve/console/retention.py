"""How long events are kept: the rules, what a change would delete before it is made, and how the last deletion went."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from litestar import Response, get, post

from hanse.base.database import Connection
from hanse.base.errors import HanseError
from hanse.data.access.accounts import Permission
from hanse.data.events import retention as keeping
from hanse.data.events.retention import ALL, DEAD_LETTER, Due, Rule
from hanse.data.events.schemas import EventType
from hanse.data.events.store import queries as event_queries
from hanse.serve import jobs as queue
from hanse.serve.console import labels, pages, period, session
from hanse.serve.console.session import AnyRequest, Visit
from hanse.serve.console.texts import Words

PATH = "/data/retention"
JOB = "events.retain"
MOST_DAYS = 36_500
SUGGESTED_DAYS = {ALL: 1_095, DEAD_LETTER: 90}
"""What is proposed where there are no rules: three years for events, three months for what could not be taken in."""
TYPES = (ALL, *(each.value for each in EventType), DEAD_LETTER)
MOST_NAMES = 100


class ImpossibleRule(HanseError):
    """Events can be kept from 1 to 36,500 days. Enter a whole number of days."""

    status = 422
    exit_code = 2


class UnknownEventType(HanseError):
    """There is no type of event {type}. Choose one of the list."""

    status = 422
    exit_code = 2


@dataclass(frozen=True)
class Change:
    """A change that somebody thinks about: a rule that is set, or taken back."""

    type: str
    name: str
    keep_days: int | None


@get("/data/retention")
async def show(request: AnyRequest) -> Response[bytes]:
    """Show the rules; and what a change would delete, where the address asks for one."""
    visit = session.of(request)
    asked = request.query_params
    if "type" not in asked:
        return await _page(visit)
    try:
        return await _page(visit, change=_change(asked))
    except HanseError as error:
        return await _page(visit, status=error.status, wrong=visit.words.error(error), given=dict(asked.items()))


@post("/data/retention", status_code=200)
async def put(request: AnyRequest) -> Response[bytes]:
    """Set how long some events are kept."""
    visit = session.of(request)
    visit.need(Permission.RETENTION)
    change = _change(await visit.form())
    if change.keep_days is None:
        raise ImpossibleRule
    async with visit.context() as context:
        rule = Rule(type=change.type, name=change.name, keep_days=change.keep_days)
        await keeping.put(await context.connection(), rule, by=visit.account.name, now=context.clock.now())
        await visit.note(context, "events.retention", subject=_subject(change), keep_days=change.keep_days)
    return pages.redirect(visit, PATH, message=visit.words.gettext("The rule holds from the next night on."))


@post("/data/retention/remove", status_code=200)
async def remove(request: AnyRequest) -> Response[bytes]:
    """Take a rule back."""
    visit = session.of(request)
    visit.need(Permission.RETENTION)
    change = _change(await visit.form())
    async with visit.context() as context:
        await keeping.remove(await context.connection(), change.type, change.name)
        await visit.note(context, "events.retention_removed", subject=_subject(change))
    return pages.redirect(visit, PATH, message=visit.words.gettext("The rule is taken back."))


def about(words: Words, rule_type: str, name: str) -> str:
    """Return in words which events a rule is about."""
    if name != ALL:
        return labels.event(words, name)
    return _type(words, rule_type)


def _type(words: Words, name: str) -> str:
    gettext = words.gettext
    return {
        ALL: gettext("All events"),
        "track": gettext("Everything that happened (track)"),
        "identify": gettext("Who signed in (identify)"),
        "page": gettext("Pages (page)"),
        "screen": gettext("App screens (screen)"),
        "group": gettext("Companies (group)"),
        "alias": gettext("Linked ids (alias)"),
        DEAD_LETTER: gettext("Events that could not be taken in"),
    }.get(name, name)


async def _page(
    visit: Visit, *, status: int = 200, change: Change | None = None, wrong: str = "", given: dict[str, str] | None = None
) -> Response[bytes]:
    async with visit.context() as context:
        connection, now = await context.connection(), context.clock.now()
        rules = await keeping.rules(connection)
        facts: dict[str, Any] = {
            "rules": rules,
            "change": change,
            "due": await _due(connection, rules, change, visit),
            "names": await _names(visit, connection),
            "last": next(iter(await queue.page(connection, name=JOB, limit=1)), None),
            "types": [(each, _type(visit.words, each)) for each in TYPES],
            "job": visit.runtime.registry.jobs[JOB],
            "before": next((each for each in rules if change and (each.type, each.name) == (change.type, change.name)), None),
            "least": min((each.keep_days for each in rules), default=None),
            "today": now,
        }
    fields = given or ({"type": change.type, "name": change.name, "keep_days": str(change.keep_days or "")} if change else {})
    usual = {"about": about, "wrong": wrong, "given": fields, "suggested": SUGGESTED_DAYS, "everything": ALL}
    return pages.page(visit, "retention.html", status=status, **usual, **facts)


async def _due(connection: Connection, rules: Sequence[Rule], change: Change | None, visit: Visit) -> tuple[Due, Due] | None:
    """Return what the rules would delete as they are, and with a change."""
    if change is None:
        return None
    now = visit.runtime.resources.clock.now()
    after = keeping.changed(rules, change.type, change.name, change.keep_days)
    return await keeping.preview(connection, rules, now), await keeping.preview(connection, after, now)


async def _names(visit: Visit, connection: Connection) -> list[str]:
    """Return names of events that came lately, to be chosen from."""
    span = period.of(visit)
    rows = await (await connection.execute(event_queries["count_by_name"], {"since": span.since, "until": span.until})).fetchall()
    types = {each.value for each in EventType}
    return [row["name"] for row in rows if row["name"] not in types][:MOST_NAMES]


def _change(facts: Any) -> Change:
    """Return the change that a form or an address asks for; raises `ImpossibleRule` and `UnknownEventType`."""
    rule_type, name = facts.get("type", ALL) or ALL, facts.get("name", "").strip()[:200] or ALL
    if rule_type not in TYPES:
        raise UnknownEventType(type=rule_type)
    days = facts.get("keep_days", "").strip()
    if not days:
        return Change(rule_type, ALL if rule_type == DEAD_LETTER else name, None)
    if not (days.isascii() and days.isdecimal() and 1 <= int(days[:7]) <= MOST_DAYS):
        raise ImpossibleRule
    return Change(rule_type, ALL if rule_type == DEAD_LETTER else name, int(days))


def _subject(change: Change) -> str:
    return change.type if change.name == ALL else f"{change.type}: {change.name}"
