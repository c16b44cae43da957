"""What rules do to a list, before and after, with what happened to each product and by which rule."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from hanse.base import translation
from hanse.base.context import Context
from hanse.base.decision import Basis, Personal, ShortText
from hanse.base.operation import Purpose
from hanse.capabilities.recommend import candidates as sources
from hanse.capabilities.recommend import trained
from hanse.capabilities.recommend.candidates import Asked
from hanse.capabilities.recommend.errors import NotTrained
from hanse.capabilities.recommend.rules import answering, findings, store
from hanse.capabilities.recommend.rules.answering import Candidates, Shaped, Wish
from hanse.capabilities.recommend.rules.engine import Candidate, Happening
from hanse.capabilities.recommend.rules.plan import NOBODY, Asker, Plan, holds
from hanse.capabilities.recommend.rules.rulebook import ready
from hanse.capabilities.recommend.rules.schemas import Draft, Finding, Rule
from hanse.data.catalog.summaries import Summary, title

WORDS = {
    "excluded": "excluded",
    "bought": "bought lately",
    "returned": "returned lately",
    "filtered": "filtered out",
    "out_of_range": "not in the company's range",
    "rested": "rests: shown often, never clicked",
    "raised": "pushed up",
    "lowered": "pushed down",
    "pinned": "pinned",
    "mixed": "moved back, so that kinds mix",
    "unsold": "not sold any more",
    "too_few": "too few for an answer",
    "at_hand": "is the product at hand",
}
"""What can happen to a product, in words."""
NOT_KNOWN = "The catalog does not know {fact} of {count} of {total} products. “{one}” {so}."
STAYS, GOES = "lets them stay", "takes them out"
FACTS = {"stock": "the stock", "margin": "the margin", "price": "the price"}
PIN_BEATS_FILTER = "“{other}” would take {product} out, but “{one}” pins it. The pin wins: it is shown."
NOT_SOLD = "“{one}” pins {product}, which is not in the catalog or not sold any more. The place goes to the next one."
NOTHING_LEFT = "“{one}” leaves nothing of the {total} products."
NOTHING_LEFT_BY = "“{one}” and “{other}” together leave nothing of the {total} products."
NO_CONSENT = "This person did not agree to personalisation, so rules on what they bought or were shown do not hold for them."
UNSAVED = UUID(int=0)
"""The id of a rule that is tried before it is saved."""


class PreviewCandidate(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """A product that may be shown."""

    product_id: Annotated[str, Meta(description="The product.", min_length=1, max_length=200)]
    score: Annotated[float, Meta(description="How strongly it is recommended; only the order counts, and what boosts make of it.")] = 1.0


class PreviewRules(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """What to try the rules with."""

    placement: Annotated[ShortText, Meta(description="The placement, such as product_page.")]
    product_id: Annotated[ShortText | None, Meta(description="The product at hand, such as the one whose page it is.")] = None
    profile_id: Annotated[UUID | None, Meta(description="Whom the answer is for; null for somebody unknown.")] = None
    segments: Annotated[Annotated[tuple[ShortText, ...], Meta(max_length=100)], Meta(description="The segments of who asks.")] = ()
    device: Annotated[ShortText, Meta(description="The device of who asks.")] = ""
    channel: Annotated[ShortText, Meta(description="The channel, such as mail.")] = ""
    limit: Annotated[int, Meta(description="How many products to show at most.", ge=1, le=100)] = 10
    source: Annotated[ShortText | None, Meta(description="What to answer from; null for what fits the product at hand.")] = None
    candidates: Annotated[
        Annotated[list[PreviewCandidate], Meta(max_length=500)] | None,
        Meta(description="The products to start from, the best first; null for those that are recommended."),
    ] = None
    rule: Annotated[Draft | None, Meta(description="A rule to try before it is saved.")] = None
    rule_id: Annotated[UUID | None, Meta(description="The rule in whose place `rule` is tried; null tries it after all others.")] = None


class Happened(msgspec.Struct, kw_only=True, frozen=True):
    """Something that a rule did to a product."""

    what: Annotated[str, Meta(description="What it was, for programs.")]
    text: Annotated[str, Meta(description="What it was, in words.")]
    rule_id: Annotated[UUID | None, Meta(description="The rule that did it; null where no rule did.")]
    rule_name: Annotated[str, Meta(description="What the rule is called.")]


class PreviewRule(msgspec.Struct, kw_only=True, frozen=True):
    """A rule that holds where a preview looks."""

    rule_id: Annotated[UUID, Meta(description="The rule; all zeros for one that is not saved.")]
    name: Annotated[str, Meta(description="What it is called.")]


class PreviewProduct(msgspec.Struct, kw_only=True, frozen=True):
    """A product before or after the rules."""

    product_id: Annotated[str, Meta(description="The product.")]
    title: Annotated[str, Meta(description="Its name.")]
    image_url: Annotated[str | None, Meta(description="Address of its picture.")]
    amount_minor: Annotated[int | None, Meta(description="Net price of one piece in minor units of `currency`.")]
    currency: Annotated[str | None, Meta(description="Currency (ISO 4217) of the price.")]
    place_before: Annotated[int | None, Meta(description="Its place before the rules, from 1 on; null where a pin brought it in.")]
    place_after: Annotated[int | None, Meta(description="Its place after the rules; null where it is not shown.")]
    happened: Annotated[list[Happened], Meta(description="What the rules did to it.")]


class Previewed(msgspec.Struct, kw_only=True, frozen=True):
    """A list before and after the rules."""

    before: Annotated[list[PreviewProduct], Meta(description="What would be shown without rules, the best first.")]
    after: Annotated[list[PreviewProduct], Meta(description="What is shown with them.")]
    source: Annotated[str, Meta(description="What the answer comes from.")]
    reason: Annotated[str, Meta(description="Why the answer is empty or comes from the fallback; empty where it does not.")]
    rules: Annotated[list[PreviewRule], Meta(description="The rules that hold here, in their order.")]
    findings: Annotated[list[Finding], Meta(description="What is probably not meant.")]


async def preview(context: Context, request: PreviewRules, candidates: Candidates | None = None) -> Previewed:
    """Return what the rules make of candidates: of those given, of those asked for, or of what was learned.

    Raises `NotTrained` where nothing was learned that it could be shown on.
    """
    rules = [each for each in await _rules(context, request) if holds(each, request.placement, _asker(request), context.clock.now())]
    plan, basis = ready(context, rules), await _take_person(context, request)
    wish = _wish(context, request)
    source = candidates or (_given(request) if request.candidates is not None else Asked(context, wish.language, request.product_id).candidates)
    plain = await answering.shape(context, ready(context, ()), wish, source)
    shaped = await answering.shape(context, plan, wish, source, traced=True)
    first = [each.product_id for each in await source(wish.first, max(answering.LEAST_REACH, answering.REACH * wish.limit))]
    if not first and not plain.items and request.candidates is None and not trained.there(context, trained.POPULAR):
        raise NotTrained
    shown = _Shown(plan, shaped, plain, {each: place for place, each in enumerate(_sold(first, shaped, wish), 1)}, wish.language)
    found = findings.of(rules, wish.language) + list(shown.findings(len(first)))
    if basis is Basis.NONE and plan.needs_person:
        found.append(findings.finding("no_consent", NO_CONSENT, wish.language, [rules[each] for each in _personal(plan)]))
    before = [shown.product(each.product_id) for each in plain.items]
    after = [shown.product(each.product_id) for each in shaped.items]
    named = [PreviewRule(rule_id=each.rule_id, name=each.name) for each in rules]
    return Previewed(before=before, after=after, source=shaped.source, reason=shaped.reason, rules=named, findings=found)


class _Shown:
    """What a preview says of each product."""

    def __init__(self, plan: Plan, shaped: Shaped, plain: Shaped, places: dict[str, int], language: str) -> None:
        self._plan, self._language = plan, language
        self._known = plain.known | shaped.known
        self._trace = list(dict.fromkeys(shaped.trace or ()))
        self._before = places
        self._after = {each.product_id: place for place, each in enumerate(shaped.items, 1)}
        self._empty = not shaped.items

    def product(self, product_id: str) -> PreviewProduct:
        summary = self._known[product_id]
        return PreviewProduct(
            product_id=product_id,
            title=title(summary.title, self._language) or product_id,
            image_url=summary.image_url,
            amount_minor=summary.amount_minor,
            currency=summary.currency,
            place_before=self._before.get(product_id),
            place_after=self._after.get(product_id),
            happened=[self._happened(each) for each in self._trace if each.product_id == product_id and each.what in WORDS],
        )

    def findings(self, total: int) -> list[Finding]:
        found = self._unknown(total)
        for each in self._trace:
            if each.what == "pinned":
                found.extend(self._against_filter(each))
            elif each.what == "unsold" and each.fact:
                rule = self._plan.rules[int(each.fact.partition(":")[2])]
                found.append(findings.finding("not_sold", NOT_SOLD, self._language, [rule], product=each.product_id))
        return found + (self._nothing_left(total) if self._empty and total else [])

    def _happened(self, each: Happening) -> Happened:
        rule = self._plan.rules[each.rule] if each.rule != NOBODY else None
        text = translation.say(__package__, WORDS[each.what], self._language)
        return Happened(what=each.what, text=text, rule_id=rule.rule_id if rule else None, rule_name=rule.name if rule else "")

    def _unknown(self, total: int) -> list[Finding]:
        counts: dict[tuple[int, str], int] = {}
        for each in self._trace:
            if each.what == "unknown" and each.fact in FACTS:
                counts[each.rule, each.fact] = counts.get((each.rule, each.fact), 0) + 1
        found = []
        for (place, fact), count in counts.items():
            rule = self._plan.rules[place]
            named = {"fact": self._say(FACTS[fact]), "so": self._say(STAYS if rule.filter and rule.filter.keep_unknown else GOES)}
            found.append(findings.finding("not_known", NOT_KNOWN, self._language, [rule], count=count, total=total, **named))
        return found

    def _against_filter(self, each: Happening) -> list[Finding]:
        verdict = self._plan.verdicts.get(each.product_id)
        if verdict is None or verdict.dropped_by == NOBODY:
            return []
        both = [self._plan.rules[each.rule], self._plan.rules[verdict.dropped_by]]
        return [findings.finding("pin_beats_filter", PIN_BEATS_FILTER, self._language, both, product=each.product_id)]

    def _nothing_left(self, total: int) -> list[Finding]:
        """Name the two rules that took most away, where rules left nothing."""
        counts: dict[int, int] = {}
        for each in self._trace:
            if each.rule != NOBODY and each.what in {"filtered", "excluded", "out_of_range", "rested", "bought", "returned"}:
                counts[each.rule] = counts.get(each.rule, 0) + 1
        rules = [self._plan.rules[place] for place in sorted(counts, key=lambda place: -counts[place])][:2]
        if not rules:
            return []
        template = NOTHING_LEFT_BY if len(rules) == 2 else NOTHING_LEFT
        return [findings.finding("nothing_left", template, self._language, rules, total=total)]

    def _say(self, text: str) -> str:
        return translation.say(__package__, text, self._language)


async def _rules(context: Context, request: PreviewRules) -> list[Rule]:
    """Return all rules, with the one that is tried in its place."""
    rules = await store.rules(await context.connection())
    if request.rule is None or len(request.rule.given) != 1:
        return rules
    tried = {name: getattr(request.rule, name) for name in Draft.__struct_fields__}
    old = next((each for each in rules if each.rule_id == request.rule_id), None)
    last = max((each.position for each in rules), default=0) + 1
    rule = Rule(
        **tried,
        rule_id=old.rule_id if old else UNSAVED,
        position=old.position if old else last,
        version=old.version if old else 1,
        changed_by=context.caller.name,
        changed_at=context.clock.now(),
    )
    return [rule if each is old else each for each in rules] if old else [*rules, rule]


async def _take_person(context: Context, request: PreviewRules) -> Basis:
    """Treat the person of a preview as an answer to them would: only where there is a basis for it."""
    if request.profile_id is not None:
        context.subject = await context.resources.ports.subject(Personal(profile_id=request.profile_id), Purpose.PERSONALISATION, context)
    return context.subject.basis


def _wish(context: Context, request: PreviewRules) -> Wish:
    language = context.language or context.settings.language
    source = request.source or (sources.ALSO_BOUGHT if request.product_id else sources.POPULAR)
    return Wish(request.placement, source, request.limit, request.product_id, _asker(request), language if language in {"de", "en"} else "en")


def _asker(request: PreviewRules) -> Asker:
    return Asker(frozenset(request.segments), request.device, request.channel)


def _given(request: PreviewRules) -> Candidates:
    """Return what answers with the products of the request, whatever the name, and not again as a fallback."""
    given = [Candidate(each.product_id, each.score) for each in request.candidates or ()]
    first = request.source or (sources.ALSO_BOUGHT if request.product_id else sources.POPULAR)

    async def candidates(name: str, limit: int) -> Sequence[Candidate]:
        del limit
        return given if name == first else []

    return candidates


def _sold(product_ids: Sequence[str], shaped: Shaped, wish: Wish) -> list[str]:
    known: dict[str, Summary] = shaped.known
    found = [each for each in dict.fromkeys(product_ids) if each in known and known[each].state == "active"]
    return [each for each in found if each != wish.at_hand]


def _personal(plan: Plan) -> list[int]:
    return sorted({*(place for place, _ in plan.bought), *(place for place, _ in plan.returned), *(place for place, *_ in plan.rests), *plan.ranges})
