"""What Akeneo's REST API answers, as far as it is read. PHP writes an empty map as an empty list, so each map may be one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypeVar

import msgspec

from hanse.sources.source.texts import utc

ValueT = TypeVar("ValueT")
Nothing = list[Any]
Labels = dict[str, str | None] | Nothing


def mapped(told: dict[str, ValueT] | Nothing) -> Mapping[str, ValueT]:
    """Return a map that may have come as an empty list."""
    return told if isinstance(told, dict) else {}


class Value(msgspec.Struct, kw_only=True):
    """What an attribute says, in a locale and for a channel where it differs by them."""

    locale: str | None = None
    scope: str | None = None
    data: Any = None


Values = Mapping[str, list[Value]]


class Association(msgspec.Struct, kw_only=True):
    """What a product is associated with: uuids in products, identifiers in product models."""

    products: list[str] = []
    product_models: list[str] = []


class Counted(msgspec.Struct, kw_only=True):
    """So many pieces of a product or product model."""

    uuid: str | None = None
    identifier: str | None = None
    quantity: int


class Quantified(msgspec.Struct, kw_only=True):
    """What a product consists of."""

    products: list[Counted] = []
    product_models: list[Counted] = []


class Common(msgspec.Struct, kw_only=True):
    """What products and product models have in common. The values of a variant hold those of its models."""

    family: str | None = None
    parent: str | None = None
    categories: list[str] = []
    values: dict[str, list[Value]] | Nothing = {}
    created: datetime | None = None
    updated: datetime | None = None
    associations: dict[str, Association] | Nothing = {}
    quantified_associations: dict[str, Quantified] | Nothing = {}

    @property
    def changed_at(self) -> datetime | None:
        """Return when it was last changed."""
        moment = self.updated or self.created
        return utc(moment) if moment else None


class Product(Common, kw_only=True):
    """A product, which can be sold."""

    uuid: str
    identifier: str | None = None
    """Told by older versions, beside the values."""
    enabled: bool = True

    @property
    def resource_id(self) -> str:
        """Return its uuid, which stays when its identifier changes."""
        return self.uuid


class Model(Common, kw_only=True):
    """A product model: what variants have in common."""

    code: str
    family_variant: str | None = None

    @property
    def resource_id(self) -> str:
        """Return its code, which no uuid is like."""
        return f"model:{self.code}"


Thing = Product | Model


class Family(msgspec.Struct, kw_only=True):
    """A kind of product."""

    code: str
    attribute_as_label: str | None = None
    attribute_as_image: str | None = None


class AttributeSet(msgspec.Struct, kw_only=True):
    """What is told at one level of variants."""

    level: int
    axes: list[str] = []
    attributes: list[str] = []


class FamilyVariant(msgspec.Struct, kw_only=True):
    """In what the variants of a family differ."""

    code: str
    variant_attribute_sets: list[AttributeSet] = []


class Attribute(msgspec.Struct, kw_only=True):
    """An attribute."""

    code: str
    type: str
    localizable: bool = False
    labels: Labels = {}
    is_main_identifier: bool = False


class Coded(msgspec.Struct, kw_only=True):
    """An option of an attribute."""

    code: str
    labels: Labels = {}


class Category(Coded, kw_only=True):
    """A category, or the root of a tree of them."""

    parent: str | None = None


class Unit(msgspec.Struct, kw_only=True):
    """A unit of measurement."""

    symbol: str | None = None


class MeasurementFamily(msgspec.Struct, kw_only=True):
    """Units that measure the same."""

    units: dict[str, Unit] | Nothing = {}


class Link(msgspec.Struct):
    """An address in an answer."""

    href: str


class Links(msgspec.Struct):
    """Where an answer goes on."""

    next: Link | None = None


class Items(msgspec.Struct):
    """What a page holds."""

    items: list[msgspec.Raw] = []


class Page(msgspec.Struct):
    """A page of a list (HAL)."""

    links: Links = msgspec.field(name="_links")
    embedded: Items = msgspec.field(name="_embedded")


class Token(msgspec.Struct):
    """The key for an hour."""

    access_token: str
