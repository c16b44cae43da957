"""The operations of recommendations: look up what was learned, leave out what is not sold any more, say why."""

from __future__ import annotations

from collections.abc import Callable

from hanse.base.context import Context
from hanse.base.decision import Arm
from hanse.base.operation import Effect, Purpose, operation
from hanse.capabilities.recommend import reasons, trained
from hanse.capabilities.recommend.errors import NotTrained, UnknownCategory
from hanse.capabilities.recommend.method import KEPT, Ranked
from hanse.capabilities.recommend.popularity import EVERYTHING, category_keys
from hanse.capabilities.recommend.schemas import AlsoBought, Popular, Ranking, Recommendation, RecommendedPrice
from hanse.capabilities.recommend.trained import Trained
from hanse.data.catalog.errors import UnknownProduct
from hanse.data.catalog.summaries import Summaries, Summary, title

MARGIN = 5
"""Products looked up beyond the limit at first, because some may not be sold any more."""

Explain = Callable[[Ranked], str]


@operation(
    purpose=Purpose.PERSONALISATION,
    effect=Effect.READ,
    tool=True,
    errors=(NotTrained, UnknownCategory),
    example=Popular(limit=3),
)
async def popular(request: Popular, context: Context) -> Ranking:
    """Products that sell well, in the whole shop or in one category.

    Orders count less the older they are. The answer is the same for everybody.
    """
    language = _language(request.language, context)
    found = trained.current(context, trained.POPULAR)
    key = _category_key(request.category, found)
    items = await _best_sellers(context, found, key, request.limit, language)
    template = reasons.BEST_SELLERS_OF if key else reasons.BEST_SELLERS
    return _answer(context, found, items, reasons.say(template, language, category=request.category))


@operation(
    purpose=Purpose.PERSONALISATION,
    effect=Effect.READ,
    tool=True,
    errors=(UnknownProduct, NotTrained),
    example=AlsoBought(product_id="85123A", limit=3),
)
async def also_bought(request: AlsoBought, context: Context) -> Ranking:
    """Products that customers bought together with one product.

    Where nothing was bought together with it, the answer is what is popular in its category, and says so. Profiles that
    are held out get what is popular in the whole shop.
    """
    language = _language(request.language, context)
    found = trained.current(context, trained.ALSO_BOUGHT)
    product = await _product(context, request.product_id)
    if context.assignment.arm is Arm.HELD_OUT:
        return await _control(request, context, language)
    ranked = found.rankings.rank(product.product_id, KEPT)
    items = await _offer(context, ranked, request.limit, language, lambda each: reasons.together(each, language))
    if not items:
        return await _instead(request, context, product, language)
    return _answer(context, found, items, reasons.say(reasons.GOES_WITH, language, title=_title(product, language)))


async def _control(request: AlsoBought, context: Context, language: str) -> Ranking:
    found = trained.current(context, trained.POPULAR)
    items = await _best_sellers(context, found, EVERYTHING, request.limit, language, without=request.product_id)
    return _answer(context, found, items, reasons.say(reasons.HELD_OUT, language))


async def _instead(request: AlsoBought, context: Context, product: Summary, language: str) -> Ranking:
    """Answer with what is popular in the narrowest category of the product that has anything to offer."""
    found = trained.current(context, trained.POPULAR)
    path = title(product.category, language)
    for depth, key in enumerate(category_keys(path)):
        items = await _best_sellers(context, found, key, request.limit, language, without=request.product_id)
        if items:
            category = " > ".join(part.strip() for part in path.split(">")[: len(category_keys(path)) - depth])
            reason = reasons.say(reasons.NOTHING_TOGETHER_OF, language, title=_title(product, language), category=category)
            return _answer(context, found, items, reason)
    items = await _best_sellers(context, found, EVERYTHING, request.limit, language, without=request.product_id)
    return _answer(context, found, items, reasons.say(reasons.NOTHING_TOGETHER, language, title=_title(product, language)))


async def _best_sellers(context: Context, found: Trained, key: str, limit: int, language: str, *, without: str | None = None) -> list[Recommendation]:
    ranked = [each for each in found.rankings.rank(key, KEPT) if each.product_id != without]
    return await _offer(context, ranked, limit, language, lambda each: reasons.popular(each, language, found.since, found.until))


async def _offer(context: Context, ranked: list[Ranked], limit: int, language: str, explain: Explain) -> list[Recommendation]:
    """Return the best products that are still sold."""
    items: list[Recommendation] = []
    step = limit + MARGIN
    for first in range(0, len(ranked), step):
        known = await context.resource(Summaries).get(context, [each.product_id for each in ranked[first : first + step]])
        for each in ranked[first : first + step]:
            summary = known.get(each.product_id)
            if summary is not None and summary.state == "active" and len(items) < limit:
                items.append(_recommendation(each, summary, language, explain(each)))
        if len(items) == limit:
            break
    return items


def _recommendation(ranked: Ranked, summary: Summary, language: str, reason: str) -> Recommendation:
    price = None
    if summary.amount_minor is not None and summary.currency is not None:
        price = RecommendedPrice(amount_minor=summary.amount_minor, currency=summary.currency)
    return Recommendation(
        product_id=ranked.product_id,
        title=_title(summary, language),
        score=ranked.score,
        reason=reason,
        image_url=summary.image_url,
        price=price,
    )


def _answer(context: Context, found: Trained, items: list[Recommendation], reason: str) -> Ranking:
    return Ranking(items=items, **context.decision(model_version=found.version, reason=reason))


async def _product(context: Context, product_id: str) -> Summary:
    known = await context.resource(Summaries).get(context, [product_id])
    if product_id not in known:
        raise UnknownProduct(product_id=product_id)
    return known[product_id]


def _category_key(category: str | None, found: Trained) -> str:
    if category is None:
        return EVERYTHING
    key = next(iter(category_keys(category)), EVERYTHING)
    if key == EVERYTHING or key not in found.rankings.places:
        raise UnknownCategory(category=category)
    return key


def _title(summary: Summary, language: str) -> str:
    return title(summary.title, language) or summary.product_id


def _language(wanted: str | None, context: Context) -> str:
    language = wanted or context.language or context.settings.language
    return language if language in {"de", "en"} else context.settings.language
