"""Which fields of a product a PIM says, by name: what it says shops leave to it, and what it no longer says goes."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import msgspec

from hanse.data.catalog import Product
from hanse.sources.source import Change

TEXTS = ("title", "description", "category", "attributes")
"""Fields that are merged by language or name, so that another system may keep its part of them."""
PLAIN = ("parent_id", "brand", "gtin", "url", "image_url")
MEDIA = "media"


def said(product: Product, change: Change) -> set[str]:
    """Return the fields that a record says: `title.de`, `attributes.voltage`, `brand`, `media.` and an address."""
    plain = {name for name in PLAIN if getattr(product, name) is not None}
    parts = {f"{name}.{part}" for name in TEXTS for part in getattr(product, name)}
    return plain | parts | {f"{MEDIA}.{each.reference}" for each in change.media.get(product.product_id, ())}


def without(product: Product, names: Collection[str]) -> Product:
    """Return a product without some fields, as if nobody had said them."""
    left: dict[str, Any] = {name: None for name in PLAIN if name in names}
    left |= {name: {part: each for part, each in getattr(product, name).items() if f"{name}.{part}" not in names} for name in TEXTS}
    return msgspec.structs.replace(product, **left)


def without_attributes(product: Product, names: Collection[str]) -> Product:
    """Return a product without the attributes that are among some fields."""
    left = {key: fact for key, fact in product.attributes.items() if f"attributes.{key}" not in names}
    return msgspec.structs.replace(product, attributes=left)
