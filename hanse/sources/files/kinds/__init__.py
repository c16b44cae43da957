"""The kinds of import: what their files may hold, and how the checked rows become events, products and profiles."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from hanse.sources.files.kinds.customer_fields import CUSTOMERS
from hanse.sources.files.kinds.declaration import Field, FieldType, Kind, Preset
from hanse.sources.files.kinds.order_fields import ORDERS
from hanse.sources.files.kinds.product_fields import PRODUCTS

KINDS: Mapping[str, Kind] = MappingProxyType({kind.name: kind for kind in (ORDERS, PRODUCTS, CUSTOMERS)})

__all__ = ["KINDS", "Field", "FieldType", "Kind", "Preset"]
