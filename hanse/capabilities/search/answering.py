"""From a request to an answer: read the query, find, count, and show it as whoever asks may see it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from hanse.base.context import Context
from hanse.base.database import Queries
from hanse.capabilities.search import facets, finding, offers, passages, personal, ranking, reasons, training
from hanse.capabilities.search import query as reading
from hanse.capabilities.search.finding import Ask, Filters, Findings, Fitting
from hanse.capabilities.search.lexicon import Words
from hanse.capabilities.search.meaning import Meaning
from hanse.capabilities.search.offers import Offer
from hanse.capabilities.search.query import Query
from hanse.capabilities.search.schemas import Correction, Found, Hit, Search
from hanse.capabilities.search.search_rules.rulebook import Edition, Rulebook
from hanse.capabilities.search.search_rules.shaping import Shaping
from hanse.data.catalog.summaries import Summaries, Summary, title

queries = Queries(__package__)
INSTEAD = 5


class Page(NamedTuple):
    """A page of what was found, and what it was found by."""

    products: Sequence[Fitting]
    total: int
    query: Query | None
    findings: Findings | None
    reason: str
    version: str | None = None
    """The version of the trees that ordered it."""


class Asked(NamedTuple):
    """A search that was read: what is looked for, among what, and what rules make of it."""

    query: Query
    filters: Filters
    shaping: Shaping


async def answer(context: Context, request: Search) -> Found:
    """Answer a search."""
    language = context.spoken(request.language)
    asked = await read(context, request, await context.resource(Rulebook).get(context))
    query, filters = asked.query, asked.filters
    page = await find(context, request, asked)
    counted = await finding.counted(context, page.query, filters, page.findings) if request.facets and page.total else []
    vector = page.findings.vector if page.findings else None
    is_indexed = bool(len(await context.resource(Words).get(context)))
    return Found(
        items=await _hits(context, page, language),
        total=page.total,
        facets=facets.show(counted, page.total, request.chosen, language),
        passages=await passages.find(context, query, vector, language, request.passages),
        correction=_correction(query),
        instead=[] if page.total else await _instead(context, language),
        redirect_url=asked.shaping.redirect_url,
        **context.decision(model_version=page.version, reason=reasons.say(page.reason if is_indexed else reasons.NO_INDEX, language)),
    )


async def read(context: Context, request: Search, rules: Edition) -> Asked:
    """Read a request, with synonyms and what the rules that hold make of it."""
    language, now = context.spoken(request.language), context.clock.now()
    lexicon = await context.resource(Words).get(context)
    query = reading.read(request.query, language, lexicon, as_typed=request.as_typed, synonyms=rules.same(language, now))
    numbers = await facets.chosen(await context.connection(), request.chosen)
    shaping = rules.shaping(query, language, now)
    lists = await _price_lists(context, request)
    stock, own_range = facets.wants_stock(request.chosen), request.own_range and bool(lists)
    filters = Filters(numbers, stock, request.from_minor, request.to_minor, shaping.hidden, lists, own_range, request.collapse)
    return Asked(query, filters, shaping)


async def _price_lists(context: Context, request: Search) -> tuple[str, ...]:
    """Return the price lists of whom the answer is for, where what is found, or in which order, goes by prices or by their range."""
    by_price = request.sort in {"price_up", "price_down"} or (request.from_minor, request.to_minor) != (None, None)
    if context.subject.profile_id is None or not (by_price or request.own_range):
        return ()
    facts = {"profile_id": context.subject.profile_id}
    rows = await (await (await context.connection()).execute(queries["price_lists"], facts)).fetchall()
    return tuple(row["price_list"] for row in rows)


def _correction(query: Query) -> Correction | None:
    """Return the typing error that was mended, or else what may have been meant."""
    if query.is_mended:
        return Correction(query=query.meant, is_applied=True)
    return Correction(query=query.likelier, is_applied=False) if query.likelier else None


async def find(context: Context, request: Search, asked: Asked) -> Page:
    """Find a page of products."""
    query, filters, shaping = asked
    typed = None if query.is_empty else query
    if query.is_empty and request.query.strip():
        return Page([], 0, None, None, reasons.NOTHING)
    if typed is None or request.sort != "relevance":
        listed = await _listed(context, request, typed, filters)
        if listed.total or typed is None:
            return listed
    begun = context.resource(Meaning).begin(context, query.understood)
    trees, version = training.current(context)
    cares = await personal.of(context)
    ask = Ask(request.offset + request.limit, trees.score if trees else ranking.score, cares, shaping=shaping)
    findings = await finding.find(context, query, filters, begun, ask)
    shown = findings.products[request.offset : request.offset + request.limit]
    return Page(shown, findings.total, typed, findings, _reason(findings, cares), version)


async def _listed(context: Context, request: Search, query: Query | None, filters: Filters) -> Page:
    found, total = await finding.listed(context, query, filters, request.sort, offset=request.offset, limit=max(request.limit, 1))
    return Page(found[: request.limit], total, query, None, reasons.LISTED if query else reasons.EVERYTHING)


def _reason(findings: Findings, cares: personal.Cares) -> str:
    if not findings.products:
        return reasons.NOTHING
    if cares:
        return reasons.PERSONAL
    if not findings.strict:
        return reasons.NEARLY
    return reasons.WORDS_AND_MEANING if findings.vector else reasons.WORDS


async def _hits(context: Context, page: Page, language: str) -> list[Hit]:
    ids = [each.product_id for each in page.products]
    known = await context.resource(Summaries).get(context, ids)
    offered = await offers.of(context, page.products, known)
    best = max((each.score for each in page.products), default=1.0)
    return [_hit(each, known[each.product_id], offered[each.product_id], best, language) for each in page.products if each.product_id in known]


def _hit(found: Fitting, summary: Summary, offer: Offer, best: float, language: str) -> Hit:
    return Hit(
        product_id=found.product_id,
        group_id=found.group_id,
        variants=found.variants,
        title=title(summary.title, language) or found.product_id,
        score=round(math.exp(found.score - best), 4),
        reason=reasons.say(_why(found), language),
        category=title(summary.category, language),
        brand=summary.brand,
        image_url=summary.image_url,
        url=summary.url,
        price=offer.price,
        price_is_from=offer.is_from,
        in_stock=offer.in_stock,
    )


def _why(found: Fitting) -> str:
    if found.is_pinned:
        return reasons.CHOSEN
    if not found.features:
        return reasons.LISTED
    said = dict(zip(ranking.FEATURES, found.features, strict=True))
    if said["is_number"] or said["has_number"]:
        return reasons.NUMBER
    if said["all"]:
        return reasons.NAME if said["in_title"] > ranking.WHOLE else reasons.ALL
    return reasons.SOME if said["anywhere"] else reasons.SIMILAR


async def _instead(context: Context, language: str) -> list[str]:
    facts = {"languages": [language, "und"], "most": INSTEAD}
    rows = await (await (await context.connection()).execute(queries["popular_phrases"], facts)).fetchall()
    return [row["shown"] for row in rows]
