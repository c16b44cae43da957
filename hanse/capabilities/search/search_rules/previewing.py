"""A preview: what a search finds without rules and with them, also with one that is not saved, and what happened to each product by which rule."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from msgspec import Meta

from hanse.base import translation
from hanse.base.context import Context
from hanse.capabilities.search import answering
from hanse.capabilities.search.answering import Asked, Page
from hanse.capabilities.search.finding import Fitting
from hanse.capabilities.search.schemas import Language, Search
from hanse.capabilities.search.search_rules import findings, forms, rulebook, store
from hanse.capabilities.search.search_rules.rulebook import NO_RULES, Edition
from hanse.capabilities.search.search_rules.schemas import RuleFinding, SearchDraft, SearchRule
from hanse.capabilities.search.search_rules.shaping import IN_STOCK, Act
from hanse.data.catalog.summaries import Summaries, Summary, title

WORDS = {"boost": "moved up", "bury": "moved down", "hide": "hidden", "pin": "pinned"}
"""What can happen to a product by a rule, in words."""
BY_SYNONYM = "found by a synonym"
REACH = 100
"""How far down a preview knows the places of products."""


class PreviewSearch(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """What to try the rules with."""

    query: Annotated[str, Meta(description="What somebody types.", max_length=200)]
    language: Language = None
    limit: Annotated[int, Meta(description="How many products to show at most.", ge=1, le=50)] = 10
    rule: Annotated[SearchDraft | None, Meta(description="A rule to try before it is saved.")] = None
    rule_id: Annotated[UUID | None, Meta(description="The rule in whose place `rule` is tried; null tries it beside all others.")] = None


class HappenedToProduct(msgspec.Struct, kw_only=True, frozen=True):
    """Something that a rule did to a product."""

    what: Annotated[str, Meta(description="What it was, for programs.")]
    text: Annotated[str, Meta(description="What it was, in words.")]
    rule_id: Annotated[UUID | None, Meta(description="The rule that did it; all zeros for one that is not saved, null where it was not one alone.")]
    rule_name: Annotated[str, Meta(description="What the rule is called.")]


class PreviewHit(msgspec.Struct, kw_only=True, frozen=True):
    """A product before or after the rules."""

    product_id: Annotated[str, Meta(description="The product.")]
    title: Annotated[str, Meta(description="Its name.")]
    image_url: Annotated[str | None, Meta(description="Address of its picture.")]
    place_before: Annotated[int | None, Meta(description="Its place without rules, from 1 on; null where it is not among the best 100.")]
    place_after: Annotated[int | None, Meta(description="Its place with rules; null where it is not among the best 100.")]
    happened: Annotated[list[HappenedToProduct], Meta(description="What rules did to it.")]


class HoldingRule(msgspec.Struct, kw_only=True, frozen=True):
    """A rule that holds for the query."""

    rule_id: Annotated[UUID, Meta(description="The rule; all zeros for one that is not saved.")]
    name: Annotated[str, Meta(description="What it is called.")]


class SearchPreviewed(msgspec.Struct, kw_only=True, frozen=True):
    """What a search finds, before and after the rules."""

    before: Annotated[list[PreviewHit], Meta(description="What is found without rules, the best first.")]
    after: Annotated[list[PreviewHit], Meta(description="What is found with them.")]
    total_before: Annotated[int, Meta(description="How many products are found without rules.")]
    total_after: Annotated[int, Meta(description="How many are found with them.")]
    redirect_url: Annotated[str | None, Meta(description="Where a rule sends whoever searches for this.")]
    understood: Annotated[str, Meta(description="The query as it is understood by its synonyms; as it was typed where there are none.")]
    rules: Annotated[list[HoldingRule], Meta(description="The rules that hold for the query, in their order.")]
    findings: Annotated[list[RuleFinding], Meta(description="What is probably not meant.")]


async def preview(context: Context, request: PreviewSearch) -> SearchPreviewed:
    """Return what a query finds without rules and with those that are saved and the one that is tried.

    Raises `UnclearSearchRule`, `SearchRuleWithoutQuery`.
    """
    connection, language, now = await context.connection(), context.spoken(request.language), context.clock.now()
    rules = await with_tried(context, await store.rules(connection), request.rule, request.rule_id)
    edition = await rulebook.edition(connection, rules)
    (plain, before), (asked, after) = await _found(context, request, NO_RULES), await _found(context, request, edition)
    ids = [each.product_id for page in (before, after) for each in page.products]
    shown = _Shown(asked, before, after, await context.resource(Summaries).get(context, list(dict.fromkeys(ids))), language)
    synonyms = _synonyms(plain, asked, edition, now, language)
    holding = [edition.rules[place] for place in edition.holding(asked.query, language, now)]
    said = [each.rule_id for each in (*holding, *synonyms)]
    return SearchPreviewed(
        before=[shown.product(each) for each in before.products[: request.limit]],
        after=[shown.product(each) for each in after.products[: request.limit]],
        total_before=before.total,
        total_after=after.total,
        redirect_url=asked.shaping.redirect_url,
        understood=asked.query.understood,
        rules=[HoldingRule(rule_id=each.rule_id, name=each.name) for each in (*holding, *synonyms)],
        findings=[each for each in await findings.of(connection, rules, language) if not set(each.rule_ids).isdisjoint(said)],
    )


async def with_tried(context: Context, rules: Sequence[SearchRule], draft: SearchDraft | None, rule_id: UUID | None) -> list[SearchRule]:
    """Return rules with one that is tried, which holds even if it is off; raises `UnclearSearchRule`, `SearchRuleWithoutQuery`."""
    if draft is None:
        return list(rules)
    store.check(draft)
    old = next((each for each in rules if each.rule_id == rule_id), None)
    written: dict[str, Any] = {name: getattr(draft, name) for name in SearchDraft.__struct_fields__} | {"on": True}
    known: dict[str, Any] = {"rule_id": old.rule_id if old else store.UNSAVED, "version": old.version if old else 1}
    tried = SearchRule(**written, **known, changed_by=context.caller.name, changed_at=context.clock.now())
    return rulebook.unsaved(rules, tried, tried.rule_id)


async def _found(context: Context, request: PreviewSearch, rules: Edition) -> tuple[Asked, Page]:
    search = Search(query=request.query, language=request.language, limit=REACH, facets=False, passages=0)
    asked = await answering.read(context, search, rules)
    return asked, await answering.find(context, search, asked)


def _synonyms(plain: Asked, asked: Asked, edition: Edition, now: datetime, language: str) -> list[SearchRule]:
    """Return the rules on synonyms by which a query was read otherwise."""
    if plain.query == asked.query:
        return []
    found = [each.rule for form in forms.spans(plain.query.text, language) for each in edition.synonyms.get(form, ())]
    return [each for each in dict.fromkeys(found) if rulebook.holds(each, language, now)]


class _Shown:
    """What a preview says of each product."""

    def __init__(self, asked: Asked, before: Page, after: Page, known: Mapping[str, Summary], language: str) -> None:
        self._acts = (*asked.shaping.hides, *asked.shaping.moves)
        self._pins = {each.product_id: each for each in asked.shaping.pins}
        self._known, self._language = known, language
        self._before, self._after = ({each.product_id: place for place, each in enumerate(page.products, 1)} for page in (before, after))
        self._has_synonyms = asked.query.understood != asked.query.text or before.query != after.query

    def product(self, found: Fitting) -> PreviewHit:
        product_id = found.product_id
        summary = self._known.get(product_id)
        return PreviewHit(
            product_id=product_id,
            title=(title(summary.title, self._language) if summary else "") or product_id,
            image_url=summary.image_url if summary else None,
            place_before=self._before.get(product_id),
            place_after=self._after.get(product_id),
            happened=[*self._happened(found)],
        )

    def _happened(self, found: Fitting) -> list[HappenedToProduct]:
        in_stock = not found.features or bool(found.features[IN_STOCK])
        told = [self._told(each) for each in self._acts if each.target.means(found.product_id, found.facets, in_stock=in_stock)]
        if (pin := self._pins.get(found.product_id)) and found.product_id in self._after:
            told.append(self._say("pin", WORDS["pin"], pin.rule_id, pin.rule_name))
        if not told and self._has_synonyms and found.product_id not in self._before:
            told.append(self._say("synonyms", BY_SYNONYM, None, ""))
        return told

    def _told(self, act: Act) -> HappenedToProduct:
        return self._say(act.kind, WORDS[act.kind], act.rule_id, act.rule_name)

    def _say(self, what: str, text: str, rule_id: UUID | None, rule_name: str) -> HappenedToProduct:
        return HappenedToProduct(what=what, text=translation.say(__package__, text, self._language), rule_id=rule_id, rule_name=rule_name)
