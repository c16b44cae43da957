"""The operations of recommendations: what is at hand, and what each place is answered from."""

from __future__ import annotations

from typing import Any

from hanse.base.context import Context
from hanse.base.decision import Arm
from hanse.base.operation import Effect, Purpose, operation
from hanse.capabilities.recommend import answers, arranging, candidates, reasons, trained
from hanse.capabilities.recommend.answers import Place
from hanse.capabilities.recommend.candidates import Asked
from hanse.capabilities.recommend.schemas import (
    AfterSearch,
    AlsoBought,
    AlsoViewed,
    Alternatives,
    Arrange,
    Arranged,
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
from hanse.data.catalog.facts import category_keys
from hanse.data.catalog.summaries import Summaries, title

BEST_SELLERS = {candidates.POPULAR: reasons.BEST_SELLERS, candidates.NEWEST: reasons.NEWEST}
POPULAR_PAGE = Place("home", BEST_SELLERS)
UNKNOWN = {candidates.POPULAR: reasons.NOT_IN_CATALOG, candidates.NEWEST: reasons.NOT_IN_CATALOG_NEWEST}
"""What is answered where a product is asked about that there is not, and the place is not about it alone."""
CATEGORY_PAGE = Place("category_page", {candidates.POPULAR: reasons.BEST_SELLERS_OF})
UNKNOWN_CATEGORY_PAGE = Place("category_page", {candidates.POPULAR: reasons.NOT_A_CATEGORY, candidates.NEWEST: reasons.NOT_A_CATEGORY_NEWEST})
BOUGHT_TOGETHER = Place(
    "product_page",
    {
        candidates.ALSO_BOUGHT: reasons.GOES_WITH,
        candidates.POPULAR_IN_CATEGORY: reasons.NOTHING_TOGETHER_OF,
        candidates.POPULAR: reasons.NOTHING_TOGETHER,
        candidates.NEWEST: reasons.NEWEST,
    },
)
HOME = Place("home", {candidates.FOR_YOU: reasons.FOR_YOU, **BEST_SELLERS})
VIEWED_NEXT = Place("product_page", {candidates.VIEWED: reasons.WHAT_FOLLOWS, candidates.SIMILAR: reasons.WHAT_IS_SIMILAR, **BEST_SELLERS})
LIKE_IT = Place(
    "product_page", {candidates.SIMILAR: reasons.WHAT_IS_SIMILAR, candidates.POPULAR_IN_CATEGORY: reasons.BEST_SELLERS_OF, **BEST_SELLERS}
)
OUT_OF_STOCK = Place("out_of_stock", {candidates.SUCCESSORS: reasons.SUCCESSORS, **LIKE_IT.names})
CART = Place("cart", {candidates.BOUGHT: reasons.WHAT_IS_MISSING, **BEST_SELLERS})
SEARCH = Place(
    "search_page",
    {candidates.AFTER_SEARCH: reasons.WHAT_WAS_SEARCHED, candidates.POPULAR: reasons.NOTHING_SEARCHED, candidates.NEWEST: reasons.NEWEST},
)
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
    public=True,
    tool=True,
    example=Popular(limit=3),
)
async def popular(request: Popular, context: Context) -> Ranking:
    """Products that sell well, in the whole shop or in one category.

    Orders count less the older they are. The answer is the same for everybody, but for the rules of the shop. A category that
    nothing was learned of is answered by the whole shop, and the reason says so.
    """
    wanted = (request.category or "").strip(" >")
    if wanted and not _known(wanted, context):
        return await answers.answer(context, request, UNKNOWN_CATEGORY_PAGE, _asked(request, context), wanted=wanted)
    return await answers.answer(context, request, CATEGORY_PAGE if wanted else POPULAR_PAGE, _asked(request, context, category=wanted))


@operation(
    purpose=Purpose.PERSONALISATION,
    effect=Effect.READ,
    public=True,
    tool=True,
    example=AlsoBought(product_id="85123A", limit=3),
)
async def also_bought(request: AlsoBought, context: Context) -> Ranking:
    """Products that customers bought together with one product.

    Where nothing was bought together with it, the answer is what is popular in its category, and says so. Profiles that
    are held out get what is popular in the whole shop.
    """
    return await _from_product(request, context, BOUGHT_TOGETHER)


@operation(purpose=Purpose.PERSONALISATION, effect=Effect.READ, public=True, example=ForYou(viewed=("85123A",), limit=3))
async def for_you(request: ForYou, context: Context) -> Ranking:
    """Products that may interest somebody, by what they looked at and ordered.

    Somebody unknown is answered by what the touchpoint says was looked at; who is quite new gets what is popular.
    """
    return await answers.answer(context, request, HOME, _asked(request, context, cart=request.cart, viewed=request.viewed))


@operation(
    purpose=Purpose.PERSONALISATION,
    effect=Effect.READ,
    public=True,
    example=AlsoViewed(product_id="85123A", limit=3),
)
async def also_viewed(request: AlsoViewed, context: Context) -> Ranking:
    """Products that are looked at after one product, and after those before it."""
    return await _from_product(request, context, VIEWED_NEXT, viewed=request.viewed)


@operation(
    purpose=Purpose.PERSONALISATION,
    effect=Effect.READ,
    public=True,
    example=Similar(product_id="85123A", limit=3),
)
async def similar(request: Similar, context: Context) -> Ranking:
    """Products that the catalog describes like one product; new products are found as soon as they are trained."""
    return await _from_product(request, context, LIKE_IT)


@operation(
    purpose=Purpose.PERSONALISATION,
    effect=Effect.READ,
    public=True,
    example=Alternatives(product_id="85123A", limit=3),
)
async def alternatives(request: Alternatives, context: Context) -> Ranking:
    """Products to buy instead of one that is out of stock: its successors, or what is like it."""
    return await _from_product(request, context, OUT_OF_STOCK)


@operation(
    purpose=Purpose.PERSONALISATION,
    effect=Effect.READ,
    public=True,
    example=Belonging(product_id="85123A", limit=3),
)
async def belonging(request: Belonging, context: Context) -> Ranking:
    """Accessories, consumables, spare parts or successors of a product, as the catalog says."""
    return await _from_product(request, context, BELONGING[request.kind])


@operation(purpose=Purpose.PERSONALISATION, effect=Effect.READ, public=True, example=CompleteCart(cart=("85123A",), limit=3))
async def complete_cart(request: CompleteCart, context: Context) -> Ranking:
    """Products that are missing in a cart: what is ordered with what is in it."""
    return await answers.answer(context, request, CART, _asked(request, context, cart=request.cart))


@operation(purpose=Purpose.PERSONALISATION, effect=Effect.READ, public=True, example=AfterSearch(query="cup", limit=3))
async def after_search(request: AfterSearch, context: Context) -> Ranking:
    """Products that others looked at after the same search, or after searches with the same words.

    Queries that fewer than three people typed are not learned, as they may name somebody.
    """
    return await answers.answer(context, request, SEARCH, _asked(request, context, query=request.query))


@operation(purpose=Purpose.PERSONALISATION, effect=Effect.READ, public=True, example=DueAgain(limit=3))
async def due_again(request: DueAgain, context: Context) -> Ranking:
    """Products that a customer or company ordered before and is likely to need again now.

    Where nobody is known, or nothing was ordered yet, the answer is empty.
    """
    return await answers.answer(context, request, REORDER, _asked(request, context))


@operation(purpose=Purpose.PERSONALISATION, effect=Effect.READ, public=True, example=Forgotten(viewed=("85123A",), limit=3))
async def forgotten(request: Forgotten, context: Context) -> Ranking:
    """Products that somebody looked at lately, the ones most often seen first, and did not order."""
    return await answers.answer(context, request, REMINDER, _asked(request, context, cart=request.cart, viewed=request.viewed))


@operation(
    purpose=Purpose.PERSONALISATION,
    effect=Effect.READ,
    public=True,
    example=Arrange(page="home", blocks=("for_you", "popular", "forgotten"), device="mobile"),
)
async def arrange(request: Arrange, context: Context) -> Arranged:
    """Put the blocks of a page in the order that is clicked most, by device, time of day and whether somebody is known.

    It learns from the clicks on what it has answered, and tries every order now and then; the probabilities are logged. Profiles that are
    held out get the usual order.
    """
    arranging.check(request.blocks)
    moment, chosen = arranging.features(request, context), context.spoken(request.language)
    if context.assignment.arm is Arm.HELD_OUT:
        stamp = context.decision(model_version=None, reason=reasons.say(reasons.USUAL_ORDER, chosen))
        return Arranged(blocks=list(request.blocks), probabilities=[1.0] * len(request.blocks), features=list(moment), **stamp)
    ranking, version = arranging.arrange(request, context, moment)
    stamp = context.decision(model_version=version, reason=reasons.say(reasons.ARRANGED if version else reasons.DRAWN, chosen))
    return Arranged(blocks=list(ranking.arms), probabilities=list(ranking.probabilities), features=list(moment), **stamp)


async def _from_product(
    request: AlsoBought | AlsoViewed | Similar | Alternatives | Belonging, context: Context, place: Place, **told: Any
) -> Ranking:
    """Answer for a product at hand, or, where there is no such product, for whoever looks at nothing."""
    known = await context.resource(Summaries).get(context, [request.product_id])
    if request.product_id not in known:
        return await answers.answer(context, request, _about_unknown(place), _asked(request, context, **told), product_id=request.product_id)
    asked = _asked(request, context, at_hand=request.product_id, **told)
    name = title(known[request.product_id].title, asked.language) or request.product_id
    return await answers.answer(context, request, place, asked, title=name)


def _about_unknown(place: Place) -> Place:
    """Return what is answered in a place for a product that there is not: what everybody gets, or nothing where that would mislead."""
    everybody = {name: template for name, template in UNKNOWN.items() if name in place.names}
    return Place(place.name, everybody or dict.fromkeys(place.names, reasons.NOTHING_FOR_UNKNOWN))


def _asked(request: Placed, context: Context, **told: Any) -> Asked:
    return Asked(context, context.spoken(request.language), **told)


def _known(category: str, context: Context) -> bool:
    """Tell whether something was learned of a category."""
    key = next(iter(category_keys(category)), "")
    return trained.there(context, trained.POPULAR) and key in trained.current(context, trained.POPULAR).rankings.places
