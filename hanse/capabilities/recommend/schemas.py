"""Requests and answers of the recommendations."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from hanse.base.decision import Decision, Personal, ShortText

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

    cart: Annotated[Annotated[tuple[ShortText, ...], Meta(min_length=1, max_length=200)], Meta(description="What is in the cart.")]


class DueAgain(Placed, kw_only=True, forbid_unknown_fields=True):
    """Asks for what a customer or company is likely to order again now."""


class Forgotten(Placed, kw_only=True, forbid_unknown_fields=True):
    """Asks for what somebody looked at and did not order."""

    viewed: Annotated[ProductIds, Meta(description="What was looked at on this device lately, the oldest first.")] = ()
    cart: Annotated[ProductIds, Meta(description="What is in the cart; it is not recommended.")] = ()


class Popular(Placed, kw_only=True, forbid_unknown_fields=True):
    """Asks for what sells well."""

    category: Annotated[
        Path | None, Meta(description="Only products of this category, as the catalog spells it; parts of a path are parted by ' > '.")
    ] = None


class AlsoBought(Placed, kw_only=True, forbid_unknown_fields=True):
    """Asks for what goes with a product."""

    product_id: ProductId


class RecommendedPrice(msgspec.Struct, kw_only=True, frozen=True):
    """What a recommended product costs."""

    amount_minor: Annotated[int, Meta(description="The net price of one piece in the price list of everybody, in minor units: cents for EUR.")]
    currency: Annotated[str, Meta(description="The currency (ISO 4217) of the amount.")]


class Recommendation(msgspec.Struct, kw_only=True, frozen=True):
    """One recommended product."""

    product_id: Annotated[str, Meta(description="The id of the product in the catalog.")]
    title: Annotated[str, Meta(description="The name of the product.")]
    score: Annotated[float, Meta(description="How strongly it is recommended, 0 to 1; comparable within one answer only.")]
    reason: Annotated[str, Meta(description="Why this product is recommended, in words a person can read.")]
    image_url: Annotated[str | None, Meta(description="The address of the product's image.")]
    price: Annotated[RecommendedPrice | None, Meta(description="What one piece costs; null where no price is known.")]


class Ranking(Decision, kw_only=True, frozen=True):
    """Recommended products, the best first."""

    items: Annotated[list[Recommendation], Meta(description="The recommended products, the best first.")]
