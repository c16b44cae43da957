"""Requests and answers of the recommendations."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from hanse.base.decision import Decision, Personal

Limit = Annotated[int, Meta(description="How many products to answer with at most.", ge=1, le=100)]
Path = Annotated[str, Meta(max_length=500)]
Language = Annotated[Literal["de", "en"] | None, Meta(description="The language of titles and reasons; left out, it is the language of the call.")]


class Popular(Personal, kw_only=True, forbid_unknown_fields=True):
    """Asks for what sells well."""

    category: Annotated[
        Path | None, Meta(description="Only products of this category, as the catalog spells it; parts of a path are parted by ' > '.")
    ] = None
    limit: Limit = 10
    language: Language = None


class AlsoBought(Personal, kw_only=True, forbid_unknown_fields=True):
    """Asks for what goes with a product."""

    product_id: Annotated[str, Meta(description="The product to start from, by its id in the catalog.", min_length=1, max_length=200)]
    limit: Limit = 10
    language: Language = None


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
