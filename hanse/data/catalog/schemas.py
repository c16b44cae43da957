"""What the shop sells: products with relations, prices, stock and documents."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

import msgspec
from msgspec import Meta

Texts = dict[str, str]
"""A text by language: `{"de": "Akkuschrauber", "en": "Cordless drill"}`; `und` where the language is not known."""


TextOrigins = dict[str, dict[str, str]]
"""How texts came to be that no source gave, by field and language: `{"description": {"en": "translated"}}`. What is not in it is given."""


class Origin(StrEnum):
    """How a text of a product came to be."""

    GIVEN = "given"
    """A source or a person gave it."""
    GENERATED = "generated"
    """A model wrote it."""
    TRANSLATED = "translated"
    """A model translated it."""


class Product(msgspec.Struct, kw_only=True, frozen=True):
    """One product, or one variant of it."""

    product_id: str
    parent_id: str | None = None
    state: str = "active"
    """`active`, `discontinued` or `draft`."""
    title: Texts = {}
    description: Texts = {}
    category: Texts = {}
    """Path by language: `{"de": "Maschinen > Bohren", "en": "Machines > Drilling"}`."""
    brand: str | None = None
    gtin: str | None = None
    url: str | None = None
    image_url: str | None = None
    attributes: dict[str, Any] = {}
    """`{"voltage": {"value": 18, "unit": "V"}, "colour": {"value": {"de": "rot", "en": "red"}}}`."""
    text_origins: TextOrigins = {}


class RelationKind(StrEnum):
    """How one product belongs to another: product_id is <kind> related_id."""

    SPARE_PART_OF = "spare_part_of"
    ACCESSORY_OF = "accessory_of"
    CONSUMABLE_OF = "consumable_of"
    SUCCESSOR_OF = "successor_of"
    CONSISTS_OF = "consists_of"
    SIMILAR_TO = "similar_to"


class Relation(msgspec.Struct, kw_only=True, frozen=True):
    """A product belongs to another."""

    product_id: str
    kind: RelationKind
    related_id: str
    quantity: int | None = None


class Price(msgspec.Struct, kw_only=True, frozen=True):
    """A net price for one piece, from a quantity on, in a price list (`list` is everybody's)."""

    product_id: str
    price_list: str = "list"
    min_quantity: int = 1
    amount_minor: int
    currency: str = "EUR"


class Stock(msgspec.Struct, kw_only=True, frozen=True):
    """How many pieces are at a place."""

    product_id: str
    location: str = "main"
    quantity: int


class Document(msgspec.Struct, kw_only=True, frozen=True):
    """A text about products, in Markdown."""

    document_id: str
    kind: str
    """`manual`, `repair_guide`, `data_sheet`, `advice`."""
    language: str
    title: str
    body: str
    """Empty where its text stands in pages."""
    product_ids: tuple[str, ...] = ()
    url: str | None = None
    path: str | None = None
    """The file it was, below the folder that was imported."""
    digest: str | None = None
    """What the file was and how it was read."""
    page_count: int | None = None
    attributes: dict[str, Any] = {}


class Medium(msgspec.Struct, kw_only=True, frozen=True, omit_defaults=True):
    """A picture, document or 3D file that belongs to a product."""

    kind: Annotated[str, Meta(description="`image`, `document`, `video`, `model_3d` or `other`.")]
    reference: Annotated[str, Meta(description="Its address (http or https), or the path that its source names.")]
    purpose: Annotated[str, Meta(description="What it is for, such as `data_sheet`.")] = ""
    type: Annotated[str, Meta(description="Its media type, such as `application/pdf`.")] = ""
    title: Annotated[Texts, Meta(description="Its title by language.")] = {}
    language: Annotated[str, Meta(description="The language that is spoken or written in it; empty where nobody says it, or it has none.")] = ""


class CustomerPriceList(msgspec.Struct, kw_only=True, frozen=True):
    """A customer has the prices of a list of its own."""

    profile_id: UUID
    price_list: str


class ProductStatistics(msgspec.Struct, kw_only=True, frozen=True):
    """What sold of one product; money in minor units of `currency`, net."""

    product_id: str
    orders: int
    units: int
    returned_units: int
    revenue_minor: int
    currency: str
    units_by_month: dict[str, int]
    last_sold_at: datetime | None
