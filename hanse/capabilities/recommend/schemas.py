"""Requests and answers of the recommendations."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from hanse.base.decision import Decision, Personal, ShortText
from hanse.data.catalog.summaries import UnitPrice

Limit = Annotated[int, Meta(description="How many products to answer with at most.", ge=1, le=100)]
Path = Annotated[str, Meta(max_length=500)]
Language = Annotated[Literal["de", "en"] | None, Meta(description="The language of titles and reasons; left out, it is the language of the call.")]


class Placed(Personal, kw_only=True):
    """Mixin of requests of a place where products are shown; the rules of the shop hold by what it tells."""

    placement: Annotated[
        ShortText, Meta(description="Where the products are shown, as the rules call it; left out, it is the usual one of the operation.")
    ] = ""
    device: Annotated[ShortText, Meta(description="The device of who asks, such as mobile.")] = ""
    channel: Annotated[ShortText, Meta(description="The channel, such as web, app, mail or store.")] = ""
    segments: Annotated[Annotated[tuple[ShortText, ...], Meta(max_length=100)], Meta(description="The segments of who asks.")] = ()
    limit: Limit = 10
    answer_from: Annotated[
        Annotated[tuple[ShortText, ...], Meta(max_length=20)],
        Meta(description="What to answer from before what is usual there, such as `recommend.popular`; experiments compare such orders."),
    ] = ()
    details: Annotated[bool, Meta(description="Whether each product comes with the address of its page, as a storefront needs it.")] = False
    language: Language = None


ProductId = Annotated[str, Meta(description="The product at hand, by its id in the catalog.", min_length=1, max_length=200)]
ProductIds = Annotated[tuple[ShortText, ...], Meta(max_length=200)]


class ForYou(Placed, kw_only=True, forbid_unknown_fields=True):
    """Asks for what may interest somebody."""

    viewed: Annotated[
        ProductIds, Meta(description="What was looked at on this device lately, the oldest first; with it nobody has to be known.")
    ] = ()
    cart: Annotated[ProductIds, Meta(description="What is in the cart; it is not recommended.")] = ()


class AlsoViewed(Placed, kw_only=True, forbid_unknown_fields=True):
    """Asks for what is looked at after a product."""

    product_id: ProductId
    viewed: Annotated[ProductIds, Meta(description="What was looked at before it, the oldest first.")] = ()


class Similar(Placed, kw_only=True, forbid_unknown_fields=True):
    """Asks for products like one."""

    product_id: ProductId


class Alternatives(Placed, kw_only=True, forbid_unknown_fields=True):
    """Asks for what may be bought instead of a product that is out of stock."""

    product_id: ProductId


class Belonging(Placed, kw_only=True, forbid_unknown_fields=True):
    """Asks for what the catalog says belongs to a product."""

    product_id: ProductId
    kind: Annotated[Literal["accessory", "consumable", "spare_part", "successor"], Meta(description="In which way it belongs to the product.")] = (
        "accessory"
    )


class CompleteCart(Placed, kw_only=True, forbid_unknown_fields=True):
    """Asks for what is missing in a cart."""

    cart: Annotated[ProductIds, Meta(description="What is in the cart; where that is nothing, the answer is what is popular.")]


class DueAgain(Placed, kw_only=True, forbid_unknown_fields=True):
    """Asks for what a customer or company is likely to order again now."""


class Forgotten(Placed, kw_only=True, forbid_unknown_fields=True):
    """Asks for what somebody looked at and did not order."""

    viewed: Annotated[ProductIds, Meta(description="What was looked at on this device lately, the oldest first.")] = ()
    cart: Annotated[ProductIds, Meta(description="What is in the cart; it is not recommended.")] = ()


class AfterSearch(Placed, kw_only=True, forbid_unknown_fields=True):
    """Asks for what others found after a search."""

    query: Annotated[str, Meta(description="What was searched for, as it was typed.", min_length=1, max_length=200)]


class Popular(Placed, kw_only=True, forbid_unknown_fields=True):
    """Asks for what sells well."""

    category: Annotated[
        Path | None, Meta(description="Only products of this category, as the catalog spells it; parts of a path are parted by ' > '.")
    ] = None


class AlsoBought(Placed, kw_only=True, forbid_unknown_fields=True):
    """Asks for what goes with a product."""

    product_id: ProductId


class Arrange(Personal, kw_only=True, forbid_unknown_fields=True):
    """Asks in which order the blocks of a page shall stand."""

    page: Annotated[str, Meta(description="The page, such as home.", max_length=60, pattern="^[a-z0-9_-]{1,60}$")]
    blocks: Annotated[
        Annotated[tuple[Annotated[str, Meta(min_length=1, max_length=60)], ...], Meta(min_length=2, max_length=20)],
        Meta(description="What the blocks are called, in the usual order; different names."),
    ]
    visit: Annotated[
        ShortText, Meta(description="What tells visits of unknown people apart, such as a random number; a visit keeps its order for an hour.")
    ] = ""
    device: Annotated[ShortText, Meta(description="The device of who asks, such as mobile.")] = ""
    language: Language = None


class Arranged(Decision, kw_only=True, frozen=True):
    """The blocks of a page in an order. A click on one is told as `Promotion Clicked` with the decision id and the block as `promotion_id`."""

    blocks: Annotated[list[str], Meta(description="The blocks, the first at the top.")]
    probabilities: Annotated[
        list[float], Meta(description="How likely each block was to stand where it does, 0 to 1, given those above it; for estimates from the log.")
    ]
    features: Annotated[list[float], Meta(description="What was known of the moment: a mobile device, a known person, the evening; 0 or 1 each.")]


class Recommendation(msgspec.Struct, kw_only=True, frozen=True):
    """One recommended product."""

    product_id: Annotated[str, Meta(description="The id of the product in the catalog.")]
    title: Annotated[str, Meta(description="The name of the product.")]
    score: Annotated[float, Meta(description="How strongly it is recommended, 0 to 1; comparable within one answer only.")]
    reason: Annotated[str, Meta(description="Why this product is recommended, in words a person can read.")]
    image_url: Annotated[str | None, Meta(description="The address of the product's image.")]
    price: Annotated[UnitPrice | None, Meta(description="What one piece costs; null where no price is known.")]
    url: Annotated[
        str | None, Meta(description="The address of the product's page; null where the catalog has none, or `details` was not asked for.")
    ] = None


class Ranking(Decision, kw_only=True, frozen=True):
    """Recommended products, the best first."""

    items: Annotated[list[Recommendation], Meta(description="The recommended products, the best first.")]
    source: Annotated[str, Meta(description="What it was answered from, such as `recommend.also_bought`.")] = ""
