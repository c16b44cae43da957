"""The operations of recommendations: what is at hand, and what each place is answered from."""

from __future__ import annotations

from typing import Any

from hanse.base.context import Context
from hanse.base.operation import Effect, Purpose, operation
from hanse.capabilities.recommend import answers, candidates, reasons, trained
from hanse.capabilities.recommend.answers import Place
from hanse.capabilities.recommend.candidates import Asked
from hanse.capabilities.recommend.errors import NotTrained, UnknownCategory
from hanse.capabilities.recommend.popularity import EVERYTHING
from hanse.capabilities.recommend.schemas import (
    AlsoBought,
    AlsoViewed,
    Alternatives,
    Belonging,
    CompleteCart,
    DueAgain,
    Forgotten,
    ForYou,
    Placed,
    Popular,
    Ranking,
    Similar,
)
from hanse.data.catalog.errors import UnknownProduct
from hanse.data.catalog.facts import category_keys
from hanse.data.catalog.summaries import Summaries, title

BEST_SELLERS = {candidates.POPULAR: reasons.BEST_SELLERS}
POPULAR_PAGE = Place("home", BEST_SELLERS)
CATEGORY_PAGE = Place("category_page", {candidates.POPULAR: reasons.BEST_SELLERS_OF})
BOUGHT_TOGETHER = Place(
    "product_page",
    {
        candidates.ALSO_BOUGHT: reasons.GOES_WITH,
        candidates.POPULAR_IN_CATEGORY: reasons.NOTHING_TOGETHER_OF,
        candidates.POPULAR: reasons.NOTHING_TOGETHER,
    },
)
HOME = Place("home", {candidates.FOR_YOU: reasons.FOR_YOU, **BEST_SELLERS})
VIEWED_NEXT = Place("product_page", {candidates.VIEWED: reasons.WHAT_FOLLOWS, candidates.SIMILAR: reasons.WHAT_IS_SIMILAR, **BEST_SELLERS})
LIKE_IT = Place(
    "product_page", {candidates.SIMILAR: reasons.WHAT_IS_SIMILAR, candidates.POPULAR_IN_CATEGORY: reasons.BEST_SELLERS_OF, **BEST_SELLERS}
)
OUT_OF_STOCK = Place("out_of_stock", {candidates.SUCCESSORS: reasons.SUCCESSORS, **LIKE_IT.names})
CART = Place("cart", {candidates.BOUGHT: reasons.WHAT_IS_MISSING, **BEST_SELLERS})
REORDER = Place("reorder", {candidates.DUE_AGAIN: reasons.WHAT_IS_DUE})
REMINDER = Place("reminder", {candidates.FORGOTTEN: reasons.WHAT_WAS_FORGOTTEN})
BELONGING = {
    kind: Place("product_page", {name: reasons.WHAT_BELONGS})
    for kind, name in (
        ("accessory", candidates.ACCESSORIES),
        ("consumable", candidates.CONSUMABLES),
        ("spare_part", candidates.PARTS),
        ("successor", candidates.SUCCESSORS),
    )
}


@operation(
    purpose=Purpose.PERSONALISATION,
    effect=Effect.READ,
    tool=True,
    errors=(NotTrained, UnknownCategory),
    example=Popular(limit=3),
)
async def popular(request: Popular, context: Context) -> Ranking:
    """Products that sell well, in the whole shop or in one category.

    Orders count less the older they are. The answer is the same for everybody, but for the rules of the shop.
    """
    category = _category(request.category, context)
    return await answers.answer(context, request, CATEGORY_PAGE if category else POPULAR_PAGE, _asked(request, context, category=category))


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
    trained.current(context, trained.ALSO_BOUGHT)
    return await _from_product(request, context, BOUGHT_TOGETHER)


@operation(purpose=Purpose.PERSONALISATION, effect=Effect.READ, errors=(NotTrained,), example=ForYou(viewed=("85123A",), limit=3))
async def for_you(request: ForYou, context: Context) -> Ranking:
    """Products that may interest somebody, by what they looked at and ordered.

    Somebody unknown is answered by what the touchpoint says was looked at; who is quite new gets what is popular.
    """
    return await answers.answer(context, request, HOME, _asked(request, context, cart=request.cart, viewed=request.viewed))


@operation(purpose=Purpose.PERSONALISATION, effect=Effect.READ, errors=(UnknownProduct, NotTrained), example=AlsoViewed(product_id="85123A", limit=3))
async def also_viewed(request: AlsoViewed, context: Context) -> Ranking:
    """Products that are looked at after one product, and after those before it."""
    return await _from_product(request, context, VIEWED_NEXT, viewed=request.viewed)


@operation(purpose=Purpose.PERSONALISATION, effect=Effect.READ, errors=(UnknownProduct, NotTrained), example=Similar(product_id="85123A", limit=3))
async def similar(request: Similar, context: Context) -> Ranking:
    """Products that the catalog describes like one product; new products are found as soon as they are trained."""
    return await _from_product(request, context, LIKE_IT)


@operation(
    purpose=Purpose.PERSONALISATION, effect=Effect.READ, errors=(UnknownProduct, NotTrained), example=Alternatives(product_id="85123A", limit=3)
)
async def alternatives(request: Alternatives, context: Context) -> Ranking:
    """Products to buy instead of one that is out of stock: its successors, or what is like it."""
    return await _from_product(request, context, OUT_OF_STOCK)


@operation(purpose=Purpose.PERSONALISATION, effect=Effect.READ, errors=(UnknownProduct, NotTrained), example=Belonging(product_id="85123A", limit=3))
async def belonging(request: Belonging, context: Context) -> Ranking:
    """Accessories, consumables, spare parts or successors of a product, as the catalog says."""
    return await _from_product(request, context, BELONGING[request.kind])


@operation(purpose=Purpose.PERSONALISATION, effect=Effect.READ, errors=(NotTrained,), example=CompleteCart(cart=("85123A",), limit=3))
async def complete_cart(request: CompleteCart, context: Context) -> Ranking:
    """Products that are missing in a cart: what is ordered with what is in it."""
    return await answers.answer(context, request, CART, _asked(request, context, cart=request.cart))


@operation(purpose=Purpose.PERSONALISATION, effect=Effect.READ, errors=(NotTrained,), example=DueAgain(limit=3))
async def due_again(request: DueAgain, context: Context) -> Ranking:
    """Products that a customer or company ordered before and is likely to need again now.

    Where nobody is known, or nothing was ordered yet, the answer is empty.
    """
    return await answers.answer(context, request, REORDER, _asked(request, context))


@operation(purpose=Purpose.PERSONALISATION, effect=Effect.READ, errors=(NotTrained,), example=Forgotten(viewed=("85123A",), limit=3))
async def forgotten(request: Forgotten, context: Context) -> Ranking:
    """Products that somebody looked at lately, the ones most often seen first, and did not order."""
    return await answers.answer(context, request, REMINDER, _asked(request, context, cart=request.cart, viewed=request.viewed))


async def _from_product(
    request: AlsoBought | AlsoViewed | Similar | Alternatives | Belonging, context: Context, place: Place, **told: Any
) -> Ranking:
    """Answer for a product at hand. Raises `UnknownProduct`."""
    known = await context.resource(Summaries).get(context, [request.product_id])
    if request.product_id not in known:
        raise UnknownProduct(product_id=request.product_id)
    asked = _asked(request, context, at_hand=request.product_id, **told)
    name = title(known[request.product_id].title, asked.language) or request.product_id
    return await answers.answer(context, request, place, asked, title=name)


def _asked(request: Placed, context: Context, **told: Any) -> Asked:
    return Asked(context, answers.language(request.language, context), **told)


def _category(category: str | None, context: Context) -> str:
    """Return a category that is known, empty for the whole shop. Raises `UnknownCategory`."""
    found = trained.current(context, trained.POPULAR)
    if category is None:
        return ""
    key = next(iter(category_keys(category)), EVERYTHING)
    if key == EVERYTHING or key not in found.rankings.places:
        raise UnknownCategory(category=category)
    return category
