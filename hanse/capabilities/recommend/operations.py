"""The operations of recommendations: look up what was learned, leave out what is not sold any more, say why."""

from __future__ import annotations

from dataclasses import dataclass

from hanse.base.context import Context
from hanse.base.decision import Arm
from hanse.base.operation import Effect, Purpose, operation
from hanse.capabilities.recommend import reasons, trained
from hanse.capabilities.recommend.errors import NotTrained, UnknownCategory
from hanse.capabilities.recommend.method import Ranked
from hanse.capabilities.recommend.popularity import EVERYTHING, category_keys
from hanse.capabilities.recommend.schemas import AlsoBought, Popular, Ranking, Recommendation, RecommendedPrice
from hanse.capabilities.recommend.trained import Trained
from hanse.data.catalog.errors import UnknownProduct
from hanse.data.catalog.summaries import Summaries, Summary, title

MARGIN = 3
"""Products looked up beyond the limit at first, because some may not be sold any more."""


@dataclass(frozen=True)
class _Wish:
    """What is asked for, whatever it is answered from."""

    context: Context
    limit: int
    language: str
    without: str | None = None
    """The product that the answer shall not have."""


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
    wish = _Wish(context, request.limit, _language(request.language, context))
    found = trained.current(context, trained.POPULAR)
    key = _category_key(request.category, found)
    items = await _best_sellers(wish, found, key)
    template = reasons.BEST_SELLERS_OF if key else reasons.BEST_SELLERS
    return _answer(wish, found, items, template, category=request.category)


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
    wish = _Wish(context, request.limit, _language(request.language, context), request.product_id)
    found = trained.current(context, trained.ALSO_BOUGHT)
    product = await _product(context, request.product_id)
    if context.assignment.arm is Arm.HELD_OUT:
        return await _control(wish)
    items = await _offer(wish, found, product.product_id, reasons.together(wish.language))
    if not items:
        return await _instead(wish, product)
    return _answer(wish, found, items, reasons.GOES_WITH, title=_title(product, wish.language))


async def _control(wish: _Wish) -> Ranking:
    found = trained.current(wish.context, trained.POPULAR)
    return _answer(wish, found, await _best_sellers(wish, found, EVERYTHING), reasons.HELD_OUT)


async def _instead(wish: _Wish, product: Summary) -> Ranking:
    """Answer with what is popular in the narrowest category of the product that has anything to offer."""
    found = trained.current(wish.context, trained.POPULAR)
    name, path = _title(product, wish.language), title(product.category, wish.language)
    for key in category_keys(path):
        if items := await _best_sellers(wish, found, key):
            category = " > ".join(part.strip() for part in path.split(">")[: len(key.split(">"))])
            return _answer(wish, found, items, reasons.NOTHING_TOGETHER_OF, title=name, category=category)
    items = await _best_sellers(wish, found, EVERYTHING)
    return _answer(wish, found, items, reasons.NOTHING_TOGETHER, title=name)


async def _best_sellers(wish: _Wish, found: Trained, key: str) -> list[Recommendation]:
    return await _offer(wish, found, key, reasons.popular(wish.language, found.since, found.until))


async def _offer(wish: _Wish, found: Trained, key: str, explain: reasons.Explain) -> list[Recommendation]:
    """Return the best products of a key that are still sold, looking further down only where some are not."""
    items: list[Recommendation] = []
    step, skip = wish.limit + MARGIN, 0
    while len(items) < wish.limit and (ranked := found.rankings.rank(key, step, skip)):
        known = await wish.context.resource(Summaries).get(wish.context, [each.product_id for each in ranked])
        for each in ranked:
            summary = known.get(each.product_id)
            if summary is not None and summary.state == "active" and each.product_id != wish.without and len(items) < wish.limit:
                items.append(_recommendation(each, summary, wish.language, explain(each)))
        skip += step
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


def _answer(wish: _Wish, found: Trained, items: list[Recommendation], template: str, **facts: object) -> Ranking:
    reason = reasons.say(template, wish.language, **facts)
    return Ranking(items=items, **wish.context.decision(model_version=found.version, reason=reason))


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
