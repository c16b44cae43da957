"""The rules of the search: the list with what contradicts, a form for each kind, a preview before and after, and proposed synonyms.

Addresses are without parts that vary: those of other capabilities are `/capabilities/{name}/…`, and a router that began with `search` does
not come back to them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from functools import partial
from typing import Any
from uuid import UUID

import msgspec
from litestar import Response, get, post

from hanse.base import context as contract
from hanse.base.context import Context
from hanse.base.database import Queries
from hanse.base.errors import HanseError
from hanse.capabilities.search.search_rules import operations, store
from hanse.capabilities.search.search_rules.errors import UnknownSearchRule
from hanse.capabilities.search.search_rules.previewing import PreviewSearch
from hanse.capabilities.search.search_rules.replaying import SearchesReplayed
from hanse.capabilities.search.search_rules.schemas import (
    KINDS,
    STRENGTHS,
    DeleteSearchRule,
    ListSearchRules,
    SaveSearchRule,
    SearchDraft,
    SearchRule,
    SearchRules,
    UndoSearchRule,
)
from hanse.capabilities.search.synonyms import store as proposals
from hanse.data.access.accounts import Permission
from hanse.data.catalog import listing
from hanse.data.catalog.summaries import title
from hanse.serve import jobs as queue
from hanse.serve.console import capabilities, pages, search_rule_forms, search_rule_words, session
from hanse.serve.console.rule_forms import Typed
from hanse.serve.console.session import AnyRequest, Visit
from hanse.serve.console.texts import Words

queries = Queries(__package__, "rules.sql")

PATH = "/capabilities/search/rules"
SCOPES = frozenset({"search_rules"})
SHOWN_CHANGES = 8
MOST_OFFERED = 300
REPLAY, MOST_REPLAYED = "search.replay", 200
STARTS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "pin": {"places": ("1",)},
    "boost": {"strength": ("clearly",)},
    "bury": {"strength": ("clearly",), "p_stock": ("out",), "match": ("any",)},
    "synonyms": {"both_ways": ("true",)},
}
"""What the form of a new rule begins with."""


@get(PATH)
async def show(request: AnyRequest) -> Response[bytes]:
    """Show the rules of the search, and what it keeps to."""
    visit = session.of(request)
    async with visit.context(SCOPES) as context:
        found: SearchRules = await contract.run(operations.list, ListSearchRules(), context)
        waiting, now = await proposals.waiting(await context.connection()), context.clock.now()
        titles = await _titles(visit, context, {each for rule in found.rules for each in rule.product_ids})
    rows = [(each, search_rule_words.state(visit.words, each, now)) for each in found.rules]
    facts: dict[str, Any] = {
        "rows": rows,
        "found": found,
        "titles": titles,
        "changes": found.changes[:SHOWN_CHANGES],
        "waiting": waiting,
        "kinds": KINDS,
    }
    return pages.page(visit, "search_rules.html", **head(visit), **capabilities.kept(visit, "search"), **facts, **names(visit.words))


@get(f"{PATH}/new")
async def show_new(request: AnyRequest) -> Response[bytes]:
    """Show the form of a new rule, or the kinds to choose from."""
    visit = session.of(request)
    visit.need(Permission.EXPERIMENT)
    asked = request.query_params
    if asked.get("kind") not in KINDS:
        return pages.page(visit, "search_rule_kinds.html", **head(visit), kinds=KINDS, query=asked.get("query", "")[:200], **names(visit.words))
    kind, query = asked["kind"], asked.get("query", "")[:200]
    about = {"words": (query,)} if kind == "synonyms" else {"queries": (query,)}
    return await _form(visit, Typed({"kind": (kind,), "on": ("true",), **STARTS.get(kind, {}), **about}, visit.words))


@get(f"{PATH}/edit")
async def show_one(request: AnyRequest) -> Response[bytes]:
    """Show the form of a rule."""
    visit = session.of(request)
    rule = await _rule(visit, _uuid(request.query_params.get("rule_id", "")))
    return await _form(visit, search_rule_forms.write(rule, visit.words), rule)


@get(f"{PATH}/preview")
async def show_preview(request: AnyRequest) -> Response[bytes]:
    """Show what all rules make of a search, before and after."""
    visit = session.of(request)
    typed = Typed({key: (value,) for key, value in request.query_params.items() if isinstance(value, str)}, visit.words)
    facts = await _previewed(visit, typed, None, None) if typed.text("at_query") else {"preview": None, "failed_preview": ""}
    if visit.wants_fragment:
        return pages.fragment(visit, "search_preview.html", **facts, **names(visit.words))
    return pages.page(visit, "search_preview_page.html", **head(visit), typed=typed, **facts, **names(visit.words))


@post(f"{PATH}/save", status_code=200)
async def save(request: AnyRequest) -> Response[bytes]:
    """Save what was typed, or show what it would do."""
    visit = session.of(request)
    visit.need(Permission.EXPERIMENT)
    sent = await request.form()
    typed = Typed({key: [each for each in sent.getall(key) if isinstance(each, str)] for key in sent}, visit.words)
    rule_id, version = _uuid(typed.text("rule_id")), typed.whole("version", 1, 2**31)
    draft = search_rule_forms.read(typed)
    if typed.text("do") == "preview":
        return await _tried(visit, typed, draft, rule_id)
    if draft is None:
        return await _form(visit, typed, await _if_there(visit, rule_id), status=400)
    try:
        async with visit.context(SCOPES) as context:
            saved = await contract.run(operations.save, SaveSearchRule(rule=draft, rule_id=rule_id, version=version), context)
    except HanseError as error:
        return await _form(visit, typed, await _if_there(visit, rule_id), status=error.status, failed=visit.words.error(error))
    message = visit.words.gettext("“%(name)s” is saved and holds from now on.", name=draft.name)
    if not draft.on:
        message = visit.words.gettext("“%(name)s” is saved. It is off.", name=draft.name)
    return pages.redirect(visit, PATH, message=message, undo=undoing(saved.change_id))


@post(f"{PATH}/switch", status_code=200)
async def switch(request: AnyRequest) -> Response[bytes]:
    """Switch a rule on or off."""
    visit = session.of(request)
    visit.need(Permission.EXPERIMENT)
    rule = await _rule(visit, _uuid((await visit.form()).get("rule_id", "")))
    draft = SearchDraft(**{**{each: getattr(rule, each) for each in SearchDraft.__struct_fields__}, "on": not rule.on})
    async with visit.context(SCOPES) as context:
        saved = await contract.run(operations.save, SaveSearchRule(rule=draft, rule_id=rule.rule_id, version=rule.version), context)
    gettext = visit.words.gettext
    message = gettext("“%(name)s” is off.", name=rule.name) if rule.on else gettext("“%(name)s” holds from now on.", name=rule.name)
    return pages.redirect(visit, PATH, message=message, undo=undoing(saved.change_id))


@post(f"{PATH}/delete", status_code=200)
async def delete(request: AnyRequest) -> Response[bytes]:
    """Delete a rule, with a way back."""
    visit = session.of(request)
    visit.need(Permission.EXPERIMENT)
    rule = await _rule(visit, _uuid((await visit.form()).get("rule_id", "")))
    async with visit.context(SCOPES) as context:
        deleted = await contract.run(operations.delete, DeleteSearchRule(rule_id=rule.rule_id), context)
    return pages.redirect(visit, PATH, message=visit.words.gettext("The rule is deleted."), undo=undoing(deleted.change_id))


@post(f"{PATH}/undo", status_code=200)
async def undo(request: AnyRequest) -> Response[bytes]:
    """Take a change back."""
    visit = session.of(request)
    visit.need(Permission.EXPERIMENT)
    change_id = _uuid(request.query_params.get("change_id", "")) or UUID(int=0)
    async with visit.context(SCOPES) as context:
        await contract.run(operations.undo, UndoSearchRule(change_id=change_id), context)
    return pages.redirect(visit, PATH, message=visit.words.gettext("The change is taken back."))


def undoing(change_id: UUID) -> str:
    """Return where a change of the rules is taken back."""
    return f"{PATH}/undo?change_id={change_id}"


@get(f"{PATH}/replay")
async def show_replay(request: AnyRequest) -> Response[bytes]:
    """Show what a replay of the searches of a day found, or how far it is."""
    visit = session.of(request)
    text = request.query_params.get("job_id", "")
    async with visit.context() as context:
        job = await queue.find(await context.connection(), int(text)) if text.isdecimal() and len(text) < 18 else None
        job = job if job and job.name == REPLAY else None
        done = msgspec.convert(job.result, SearchesReplayed) if job and job.result else None
        ids = {each for one in done.top for each in (one.first_before, one.first_after) if each} if done else set()
        titles = await _titles(visit, context, ids)
    return pages.page(visit, "search_replay.html", **head(visit), job=job, done=done, titles=titles, **names(visit.words))


@post(f"{PATH}/replay", status_code=200)
async def replay(request: AnyRequest) -> Response[bytes]:
    """Have the searches of a day answered with rules and without."""
    visit = session.of(request)
    visit.need(Permission.EXPERIMENT)
    day = (await visit.form()).get("day", "")
    try:
        wanted = {"day": date.fromisoformat(day).isoformat()} if day else {}
    except ValueError:
        wanted = {}
    job_id = await visit.queue.put(REPLAY, {**wanted, "most": MOST_REPLAYED})
    if job_id is None:
        return pages.redirect(visit, f"{PATH}/replay", message=visit.words.gettext("The job is waiting already."))
    return pages.redirect(visit, f"{PATH}/replay?job_id={job_id}")


async def _tried(visit: Visit, typed: Typed, draft: SearchDraft | None, rule_id: UUID | None) -> Response[bytes]:
    """Show what a rule would do before it is saved."""
    facts: dict[str, Any] = {"preview": None, "failed_preview": visit.words.gettext("Something in the form needs another look first.")}
    if draft is not None:
        facts = await _previewed(visit, typed, draft, rule_id)
    if visit.wants_fragment:
        wrong = typed.wrong if draft is None else {}
        return pages.fragment(visit, "search_preview.html", wrong=wrong, **facts, **names(visit.words))
    return await _form(visit, typed, await _if_there(visit, rule_id), **facts)


async def _previewed(visit: Visit, typed: Typed, draft: SearchDraft | None, rule_id: UUID | None) -> dict[str, Any]:
    """Return a preview for what was typed, else for the first search that the rule is for; or why there is none."""
    first = (*draft.queries, *(draft.synonyms.words if draft.synonyms else ())) if draft else ()
    query = typed.text("at_query")[:200] or next(iter(first), "")
    if not query:
        return {"preview": None, "failed_preview": visit.words.gettext("Say what to search for first."), "previewed_query": ""}
    wanted = PreviewSearch(query=query, rule=draft, rule_id=rule_id, language=draft.language if draft else None)
    try:
        async with visit.context(SCOPES) as context:
            found = await contract.run(operations.preview, wanted, context)
    except HanseError as error:
        return {"preview": None, "failed_preview": visit.words.error(error), "previewed_query": query}
    return {"preview": found, "failed_preview": "", "previewed_query": query}


async def _form(visit: Visit, typed: Typed, rule: SearchRule | None = None, *, status: int = 200, **facts: Any) -> Response[bytes]:
    async with visit.context() as context:
        offered = await _offered(visit, context, typed)
    usual: dict[str, Any] = {"failed": "", "failed_preview": "", "preview": None}
    facts = {**usual, **facts, "kind": search_rule_forms.chosen(typed.text("kind")), "typed": typed, "rule": rule, "offered": offered}
    pins = [(each, place) for each, place in zip(typed.values.get("products", ()), typed.values.get("places", ()), strict=False) if each]
    lines = {name: "\n".join(search_rule_forms.lines(typed, name)) for name in ("queries", "words", "means", "note")}
    return pages.page(visit, "search_rule.html", status=status, **head(visit), **facts, pins=pins, lines=lines, **names(visit.words))


async def _offered(visit: Visit, context: Context, typed: Typed) -> dict[str, Any]:
    """Return what the catalog has to choose from, and what the chosen products are called."""
    connection, language = await context.connection(), visit.words.language
    best = await listing.page(connection, state="active", limit=100, language=language)
    brands = await (await connection.execute(queries["brands"], {"limit": MOST_OFFERED})).fetchall()
    attributes = await (await connection.execute(queries["attributes"], {"limit": MOST_OFFERED})).fetchall()
    return {
        "products": [(each.product_id, each.title) for each in best.products],
        "titles": await _titles(visit, context, [each for name in ("products", "p_products") for each in typed.many(name)]),
        "categories": [(each.path, each.name, each.depth) for each in (await listing.categories(connection, language))[:MOST_OFFERED]],
        "brands": [row["brand"] for row in brands],
        "attributes": [row["name"] for row in attributes],
        "operations": [],
    }


async def _titles(visit: Visit, context: Context, product_ids: Iterable[str]) -> dict[str, str]:
    rows = await (await context.connection()).execute(queries["titles"], {"product_ids": list(product_ids)})
    return {row["product_id"]: title(row["title"], visit.words.language) or row["product_id"] async for row in rows}


def head(visit: Visit) -> dict[str, Any]:
    """Return what the head and the tabs of the pages on rules need."""
    return capabilities.head(visit, capabilities.find(visit, "search"), "rules")


async def _rule(visit: Visit, rule_id: UUID | None) -> SearchRule:
    found = await _if_there(visit, rule_id)
    if found is None:
        raise UnknownSearchRule(rule_id=rule_id)
    return found


async def _if_there(visit: Visit, rule_id: UUID | None) -> SearchRule | None:
    if rule_id is None:
        return None
    async with visit.context() as context:
        return next((each for each in await store.rules(await context.connection()) if each.rule_id == rule_id), None)


def names(words: Words) -> dict[str, Any]:
    """Return what the templates of rules call things by."""
    return {
        "rules_path": PATH,
        "symbols": search_rule_words.SYMBOLS,
        "strengths": [(each, search_rule_words.strength(words, each)) for each in STRENGTHS],
        "kind_of": partial(search_rule_words.kind_name, words),
        "described": partial(search_rule_words.described, words),
        "searches_of": partial(search_rule_words.searches, words),
        "period_of": partial(search_rule_words.period, words),
        "change_of": partial(search_rule_words.change, words),
    }


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
