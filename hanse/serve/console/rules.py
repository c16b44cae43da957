"""The rules of recommendations: the list with its order and what contradicts, a form for each kind, and a preview before and after."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath

from hanse.base import context as contract
from hanse.base.context import Context
from hanse.base.database import Queries
from hanse.base.errors import HanseError
from hanse.capabilities.recommend import candidates
from hanse.capabilities.recommend.rules import operations, store
from hanse.capabilities.recommend.rules.errors import UnknownRule
from hanse.capabilities.recommend.rules.previewing import Previewed, PreviewRules
from hanse.capabilities.recommend.rules.schemas import (
    KINDS,
    DeleteRule,
    Diversity,
    Draft,
    Exclude,
    Filter,
    ListRules,
    OrderRules,
    Rule,
    Rules,
    SaveRule,
    UndoChange,
)
from hanse.data.access.accounts import Permission
from hanse.data.catalog import listing
from hanse.data.catalog.summaries import title
from hanse.serve.console import capabilities, pages, rule_forms, rule_words, session
from hanse.serve.console.rule_forms import Typed
from hanse.serve.console.session import AnyRequest, Visit
from hanse.serve.console.texts import Words

queries = Queries(__package__, "rules.sql")

SHAPED = "recommend"
"""The capability that has rules of the shop's own; the others show what they keep to."""
PATH = f"/capabilities/{SHAPED}/rules"
SCOPES = frozenset({"rules"})
SHOWN_CHANGES = 8
MOST_OFFERED = 300
FACTORS = ("5", "2", "1.3", "0.7", "0.4", "0.1")


@get("/capabilities/{name:str}/rules")
async def show(request: AnyRequest, name: FromPath[str]) -> Response[bytes]:
    """Show the rules of a capability, and what it keeps to."""
    visit = session.of(request)
    capability = capabilities.find(visit, name)
    facts = capabilities.head(visit, capability, "rules") | capabilities.kept(visit, name)
    if name != SHAPED:
        return pages.page(visit, "rules.html", **facts)
    async with visit.context(SCOPES) as context:
        found: Rules = await contract.run(operations.list, ListRules(), context)
        now = context.clock.now()
        titles = await _titles(visit, context, {each for rule in found.rules for each in rule_words.product_ids(rule)})
    examples = {key: make(visit.words) for key, make in EXAMPLES.items()}
    rows = [(each, rule_words.state(visit.words, each, now)) for each in found.rules]
    facts |= {"rows": rows, "found": found, "examples": examples, "titles": titles, "changes": found.changes[:SHOWN_CHANGES]}
    return pages.page(visit, "shop_rules.html", **facts, **_names(visit.words))


@get("/capabilities/{name:str}/rules/new")
async def show_new(request: AnyRequest, name: FromPath[str]) -> Response[bytes]:
    """Show the form of a new rule: of a kind, of an example, or the kinds to choose from."""
    visit = session.of(request)
    _shaped(visit, name)
    visit.need(Permission.EXPERIMENT)
    asked = request.query_params
    if example := EXAMPLES.get(asked.get("example", "")):
        return await _form(visit, rule_forms.write(example(visit.words), visit.words))
    if asked.get("kind") in KINDS:
        kind = rule_forms.chosen(asked["kind"])
        return await _form(visit, Typed({"kind": (kind,), "on": ("true",), **STARTS.get(kind, {})}, visit.words))
    return pages.page(visit, "shop_rule_kinds.html", **_head(visit), kinds=KINDS, **_names(visit.words))


@get("/capabilities/{name:str}/rules/preview")
async def show_preview(request: AnyRequest, name: FromPath[str]) -> Response[bytes]:
    """Show what all rules make of an answer, before and after."""
    visit = session.of(request)
    _shaped(visit, name)
    typed = Typed({key: (value,) for key, value in request.query_params.items() if isinstance(value, str)}, visit.words)
    facts = await _previewed(visit, typed, None)
    if visit.wants_fragment:
        return pages.fragment(visit, "shop_rules_preview.html", **facts, **_names(visit.words))
    async with visit.context() as context:
        offered = await _offered(visit, context, typed)
    return pages.page(visit, "shop_rules_preview_page.html", **_head(visit), typed=typed, offered=offered, **facts, **_names(visit.words))


@get("/capabilities/{name:str}/rules/{rule_id:uuid}")
async def show_one(request: AnyRequest, name: FromPath[str], rule_id: FromPath[UUID]) -> Response[bytes]:
    """Show the form of a rule."""
    visit = session.of(request)
    _shaped(visit, name)
    async with visit.context() as context:
        rule = await _rule(context, rule_id)
    return await _form(visit, rule_forms.write(rule, visit.words), rule)


@post("/capabilities/{name:str}/rules/save", status_code=200)
async def save(request: AnyRequest, name: FromPath[str]) -> Response[bytes]:
    """Save what was typed, or show what it would do."""
    visit = session.of(request)
    _shaped(visit, name)
    visit.need(Permission.EXPERIMENT)
    sent = await request.form()
    typed = Typed({key: [each for each in sent.getall(key) if isinstance(each, str)] for key in sent}, visit.words)
    rule_id, version = _uuid(typed.text("rule_id")), typed.whole("version", 1, 2**31)
    draft = rule_forms.read(typed)
    if typed.text("do") == "preview":
        return await _tried(visit, typed, draft, rule_id)
    rule = await _if_there(visit, rule_id)
    if draft is None:
        return await _form(visit, typed, rule, status=400)
    try:
        async with visit.context(SCOPES) as context:
            saved = await contract.run(operations.save, SaveRule(rule=draft, rule_id=rule_id, version=version), context)
    except HanseError as error:
        return await _form(visit, typed, rule, status=error.status, failed=visit.words.error(error))
    message = visit.words.gettext("“%(name)s” is saved and holds from now on.", name=draft.name)
    if not draft.on:
        message = visit.words.gettext("“%(name)s” is saved. It is off.", name=draft.name)
    return pages.redirect(visit, PATH, message=message, undo=f"{PATH}/changes/{saved.change_id}/undo")


@post("/capabilities/{name:str}/rules/{rule_id:uuid}/switch", status_code=200)
async def switch(request: AnyRequest, name: FromPath[str], rule_id: FromPath[UUID]) -> Response[bytes]:
    """Switch a rule on or off."""
    visit = session.of(request)
    _shaped(visit, name)
    visit.need(Permission.EXPERIMENT)
    async with visit.context(SCOPES) as context:
        rule = await _rule(context, rule_id)
        draft = Draft(**{**{each: getattr(rule, each) for each in Draft.__struct_fields__}, "on": not rule.on})
        saved = await contract.run(operations.save, SaveRule(rule=draft, rule_id=rule_id, version=rule.version), context)
    gettext = visit.words.gettext
    message = gettext("“%(name)s” is off.", name=rule.name) if rule.on else gettext("“%(name)s” holds from now on.", name=rule.name)
    return pages.redirect(visit, PATH, message=message, undo=f"{PATH}/changes/{saved.change_id}/undo")


@post("/capabilities/{name:str}/rules/{rule_id:uuid}/move", status_code=200)
async def move(request: AnyRequest, name: FromPath[str], rule_id: FromPath[UUID]) -> Response[bytes]:
    """Move a rule one place up or down in the order."""
    visit = session.of(request)
    _shaped(visit, name)
    visit.need(Permission.EXPERIMENT)
    step = -1 if (await visit.form()).get("to") == "up" else 1
    async with visit.context(SCOPES) as context:
        ids = [each.rule_id for each in await store.rules(await context.connection())]
        if rule_id not in ids:
            raise UnknownRule(rule_id=rule_id)
        at = ids.index(rule_id)
        other = min(max(at + step, 0), len(ids) - 1)
        ids[at], ids[other] = ids[other], ids[at]
        await contract.run(operations.order, OrderRules(rule_ids=tuple(ids)), context)
    return pages.redirect(visit, PATH)


@post("/capabilities/{name:str}/rules/{rule_id:uuid}/delete", status_code=200)
async def delete(request: AnyRequest, name: FromPath[str], rule_id: FromPath[UUID]) -> Response[bytes]:
    """Delete a rule, with a way back."""
    visit = session.of(request)
    _shaped(visit, name)
    visit.need(Permission.EXPERIMENT)
    async with visit.context(SCOPES) as context:
        deleted = await contract.run(operations.delete, DeleteRule(rule_id=rule_id), context)
    return pages.redirect(visit, PATH, message=visit.words.gettext("The rule is deleted."), undo=f"{PATH}/changes/{deleted.change_id}/undo")


@post("/capabilities/{name:str}/rules/changes/{change_id:uuid}/undo", status_code=200)
async def undo(request: AnyRequest, name: FromPath[str], change_id: FromPath[UUID]) -> Response[bytes]:
    """Take a change back."""
    visit = session.of(request)
    _shaped(visit, name)
    visit.need(Permission.EXPERIMENT)
    async with visit.context(SCOPES) as context:
        await contract.run(operations.undo, UndoChange(change_id=change_id), context)
    return pages.redirect(visit, PATH, message=visit.words.gettext("The change is taken back."))


async def _tried(visit: Visit, typed: Typed, draft: Draft | None, rule_id: UUID | None) -> Response[bytes]:
    """Show what a rule would do before it is saved."""
    facts: dict[str, Any] = {"preview": None, "failed_preview": visit.words.gettext("Something in the form needs another look first.")}
    if draft is not None:
        facts = await _previewed(visit, typed, draft, rule_id)
    if visit.wants_fragment and draft is not None:
        return pages.fragment(visit, "shop_rules_preview.html", **facts, **_names(visit.words))
    if visit.wants_fragment:
        return pages.fragment(visit, "shop_rules_preview.html", wrong=typed.wrong, **facts, **_names(visit.words))
    return await _form(visit, typed, await _if_there(visit, rule_id), **facts)


async def _previewed(visit: Visit, typed: Typed, draft: Draft | None, rule_id: UUID | None = None) -> dict[str, Any]:
    """Return a preview for who and what was typed, or why there is none."""
    profile_id = _uuid(typed.text("at_profile"))
    if profile_id is not None:
        visit.need(Permission.PERSONAL_DATA)
    wanted = PreviewRules(
        placement=typed.text("at_placement")[:200] or _first_placement(draft),
        product_id=typed.text("at_product")[:200] or None,
        profile_id=profile_id,
        segments=typed.listed("at_segments")[:100],
        device=typed.text("at_device")[:200],
        channel=typed.text("at_channel")[:200],
        rule=draft,
        rule_id=rule_id,
    )
    try:
        async with visit.context(SCOPES) as context:
            found: Previewed = await contract.run(operations.preview, wanted, context)
    except HanseError as error:
        return {"preview": None, "failed_preview": visit.words.error(error)}
    return {"preview": found, "failed_preview": ""}


def _first_placement(draft: Draft | None) -> str:
    return draft.placements[0] if draft is not None and draft.placements else rule_words.PLACEMENTS[0]


async def _form(visit: Visit, typed: Typed, rule: Rule | None = None, *, status: int = 200, **facts: Any) -> Response[bytes]:
    kind = rule_forms.chosen(typed.text("kind"))
    async with visit.context() as context:
        offered = await _offered(visit, context, typed)
    usual: dict[str, Any] = {"failed": "", "failed_preview": "", "preview": None}
    facts = {**usual, **facts, "kind": kind, "typed": typed, "rule": rule, "offered": offered, "factors": _factors(typed)}
    return pages.page(visit, "shop_rule.html", status=status, **_head(visit), **facts, **_names(visit.words))


async def _offered(visit: Visit, context: Context, typed: Typed) -> dict[str, Any]:
    """Return what the catalog has to choose from, and what the chosen products are called."""
    connection, language = await context.connection(), visit.words.language
    best = await listing.page(connection, state="active", limit=100, language=language)
    chosen = [each for name in ("products", "p_products", "h_products") for each in typed.many(name)]
    brands = await (await connection.execute(queries["brands"], {"limit": MOST_OFFERED})).fetchall()
    attributes = await (await connection.execute(queries["attributes"], {"limit": MOST_OFFERED})).fetchall()
    named = {place for rule in await store.rules(connection) for place in rule.placements}
    return {
        "products": [(each.product_id, each.title) for each in best.products],
        "titles": await _titles(visit, context, chosen),
        "categories": [(each.path, each.name, each.depth) for each in (await listing.categories(connection, language))[:MOST_OFFERED]],
        "brands": [row["brand"] for row in brands],
        "attributes": [row["name"] for row in attributes],
        "placements": list(dict.fromkeys((*rule_words.PLACEMENTS, *sorted(named)))),
        "operations": _unnamed(visit),
        "sources": candidates.NAMES,
    }


async def _titles(visit: Visit, context: Context, product_ids: Iterable[str]) -> dict[str, str]:
    rows = await (await context.connection()).execute(queries["titles"], {"product_ids": list(product_ids)})
    return {row["product_id"]: title(row["title"], visit.words.language) or row["product_id"] async for row in rows}


def _unnamed(visit: Visit) -> list[str]:
    """Return the placements of answers that name none: their operations."""
    return [each.name.partition(".")[2] for each in visit.runtime.registry.operations.values() if each.capability == SHAPED and each.decides]


def _factors(typed: Typed) -> list[str]:
    """Return the factors to choose from, with the one that was saved."""
    said = typed.text("factor").replace(",", ".")
    return [*FACTORS, said] if said and said not in FACTORS else list(FACTORS)


def _shaped(visit: Visit, name: str) -> None:
    """Refuse capabilities that have no rules of the shop's own; raises `UnknownCapability`."""
    if name != SHAPED:
        raise capabilities.UnknownCapability(capability=name)
    capabilities.find(visit, name)


def _head(visit: Visit) -> dict[str, Any]:
    return capabilities.head(visit, capabilities.find(visit, SHAPED), "rules")


async def _rule(context: Context, rule_id: UUID) -> Rule:
    for each in await store.rules(await context.connection()):
        if each.rule_id == rule_id:
            return each
    raise UnknownRule(rule_id=rule_id)


async def _if_there(visit: Visit, rule_id: UUID | None) -> Rule | None:
    if rule_id is None:
        return None
    async with visit.context() as context:
        return next((each for each in await store.rules(await context.connection()) if each.rule_id == rule_id), None)


def _names(words: Words) -> dict[str, Any]:
    """Return what the templates of rules call things by."""
    return {
        "rules_path": PATH,
        "kind_of": partial(rule_words.kind_name, words),
        "described": partial(rule_words.described, words),
        "audience": partial(rule_words.audience, words),
        "period_of": partial(rule_words.period, words),
        "placement_of": partial(rule_words.placement, words),
        "source_of": partial(rule_words.source, words),
        "change_of": partial(rule_words.change, words),
    }


def _in_stock(words: Words) -> Draft:
    return Draft(name=words.gettext("Only what is in stock"), filter=Filter(in_stock=True))


def _mixed(words: Words) -> Draft:
    return Draft(name=words.gettext("Not more than two of a category"), diversity=Diversity(by="category", most=2, among=8))


def _not_again(words: Words) -> Draft:
    return Draft(name=words.gettext("Not what was just bought"), exclude=Exclude(bought_days=90, returned_days=365))


EXAMPLES = {"in-stock": _in_stock, "mixed": _mixed, "not-again": _not_again}
"""Rules that nearly every shop begins with."""
STARTS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "boost": {"factor": ("2",), "p_new_days": ("30",)},
    "pin": {"place": ("1",)},
    "diversity": {"by": ("category",), "most": ("2",), "among": ("8",)},
    "frequency": {"times": ("5",), "days": ("7",)},
    "fallback": {"names": ("recommend.popular_in_category", "recommend.popular")},
    "least": {"least": ("3",)},
}
"""What the form of a new rule begins with."""


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
