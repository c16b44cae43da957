"""A catalog as a feed brings it: entry by entry, with what was found on the way. Feeds make these, `proposing` takes them."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

import msgspec

from hanse.data.catalog.schemas import Medium, Product, RelationKind, Texts


class Scope(StrEnum):
    """What a feed speaks of."""

    FULL = "full"
    """The whole catalog of its source: what it does not name is gone."""
    PRODUCTS = "products"
    """Some products: what it does not name stays."""
    PRICES = "prices"
    """Prices of some products, and nothing else of them."""
    TEXTS = "texts"
    """Texts of one product, as somebody edits them; no feed has it."""


class Header(msgspec.Struct, kw_only=True, frozen=True):
    """What a feed says of itself; comes before all else."""

    format: str
    """`bmecat` or `merchant`."""
    version: str = ""
    scope: Scope = Scope.FULL
    supplier: str = ""
    """Who made it, as it says; the source where nobody says another."""
    catalog_id: str = ""
    catalog_version: str = ""
    title: str = ""
    languages: tuple[str, ...] = ()
    currency: str = ""
    generated_at: datetime | None = None


class Mode(StrEnum):
    """What an entry wants."""

    PUT = "put"
    """The product is as it says."""
    DELETE = "delete"
    """The product is no longer sold."""
    PRICES = "prices"
    """Its prices are as it says."""


class EntryPrice(msgspec.Struct, kw_only=True, frozen=True):
    """A net price of one order unit, from a quantity on."""

    price_list: str = "list"
    min_quantity: int = 1
    amount_minor: int
    currency: str
    valid_from: datetime | None = None
    """Null for from now on."""
    valid_until: datetime | None = None
    """The first moment at which it no longer holds; null for ever."""
    line: int = 0


class EntryRelation(msgspec.Struct, kw_only=True, frozen=True):
    """A relation as an entry states it: product_id is <kind> related_id; one of the two is the entry itself."""

    product_id: str
    kind: RelationKind
    related_id: str
    quantity: int | None = None
    type: str = ""
    """How the file calls it, where the kind does not say all: `mandatory`, `select`."""
    line: int = 0


class Entry(msgspec.Struct, kw_only=True, frozen=True):
    """One product as a feed brings it."""

    line: int
    mode: Mode = Mode.PUT
    product: Product
    parent_line: int | None = None
    """Where the feed names the product that this is a variant of; null where it only names a group of variants, which need not be a product."""
    media: tuple[Medium, ...] = ()
    prices: tuple[EntryPrice, ...] = ()
    relations: tuple[EntryRelation, ...] = ()


class Placement(msgspec.Struct, kw_only=True, frozen=True):
    """A product stands in a category; of several the first counts."""

    product_id: str
    category: Texts
    line: int = 0


class Found(msgspec.Struct, kw_only=True, frozen=True):
    """Something wrong or odd in a feed, by its code in `findings.KINDS`."""

    code: str
    line: int | None = None
    product_id: str | None = None
    facts: dict[str, Any] = {}


Item = Header | Entry | Placement | Found
