"""Requests and answers of the preview of placements."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from hanse.base.decision import Basis, ShortText
from hanse.capabilities.recommend.schemas import Path, Placed, ProductIds, Recommendation

Kind = Literal[
    "for_you",
    "popular",
    "also_bought",
    "also_viewed",
    "similar",
    "alternatives",
    "accessories",
    "consumables",
    "spare_parts",
    "successors",
    "complete_cart",
    "after_search",
    "reorder",
    "reminder",
]


class PreviewPlacement(Placed, kw_only=True, forbid_unknown_fields=True):
    """Asks what a placement would show now."""

    kind: Annotated[Kind, Meta(description="What is recommended there, in the words of the storefront elements.")]
    product_id: Annotated[ShortText | None, Meta(description="The product whose page it is.")] = None
    viewed: Annotated[ProductIds, Meta(description="What was looked at on the device, the oldest first.")] = ()
    cart: Annotated[ProductIds, Meta(description="What is in the cart.")] = ()
    query: Annotated[ShortText | None, Meta(description="What was searched for.")] = None
    category: Annotated[Path | None, Meta(description="Only products of this category, where it is asked for what is popular.")] = None


class PlacementPreview(msgspec.Struct, kw_only=True, frozen=True):
    """What a placement would show now."""

    items: Annotated[list[Recommendation], Meta(description="The products, the best first.")]
    source: Annotated[str, Meta(description="What it is answered from, such as `recommend.also_bought`.")]
    reason: Annotated[str, Meta(description="Why these products, in words a person can read.")]
    basis: Annotated[Basis, Meta(description="The legal basis on which personal data was used, or that none was.")]
    model_version: Annotated[str | None, Meta(description="The version of the model that answered; null when no model was needed.")]
