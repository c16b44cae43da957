"""The operations of recommendations: look up rankings, leave out what is not sold any more, say why."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from hanse.base.context import Context
from hanse.base.decision import Arm
from hanse.base.operation import Effect, Purpose, operation
from hanse.capabilities.recommend import reasons, trained
from hanse.capabilities.recommend.errors import NotTrained, UnknownCategory
from hanse.capabilities.recommend.method import Ranked
from hanse.capabilities.recommend.popularity import EVERYTHING, category_keys
from hanse.capabilities.recommend.schemas import AlsoBought, Popular, Ranking, Recommendation, RecommendedPrice
from hanse.capabilities.recommend.trained import Trained
from hanse.data.catalog import summaries
from hanse.data.catalog.errors import UnknownProduct
from hanse.data.catalog.summaries import Summaries, Summary

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
    key = _category(request.category, found)
    items = await _best_sellers(found, key, request.limit, context, language=language)
    template = reasons.BEST_SELLERS_OF if request.category else reasons.BEST_SELLERS
    reason = reasons.say(template, language, category=request.category)
    return Ranking(items=items, **context.decision(model_version=found.version, reason=reason))


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
    product = await _product(request.product_id, context)
    title = summaries.title(product.title, language)
    if context.assignment.arm is Arm.HELD_OUT:
        return await _held_out(request, context, language)
    ranked = found.rankings.rank(request.product_id, trained.KEPT)
    items = await _recommend(ranked, request.limit, context, language, lambda each: reasons.together(each, language))
    if not items:
        return await _instead(request, context, product, language)
    return Ranking(items=items, **context.decision(model_version=found.version, reason=reasons.say(reasons.GOES_WITH, language, title=title)))
