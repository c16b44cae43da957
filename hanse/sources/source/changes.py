"""What a source tells of: one version of one thing in the shop, already in the words of the log, the profiles and the catalog."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from hanse.base.operation import Purpose
from hanse.data.catalog import Price, Product, Relation, Stock
from hanse.data.catalog.schemas import Medium
from hanse.data.events import Event


@dataclass(frozen=True, kw_only=True)
class Customer:
    """Who somebody is to the shop."""

    user_id: str | None = None
    email: str | None = None
    phone: str | None = None
    traits: Mapping[str, Any] = field(default_factory=dict)
    """What is known of them, by Segment's names."""
    authoritative: bool = False
    """Whether this is the shop's record of the customer, which counts; what an order says only fills gaps."""


@dataclass(frozen=True, kw_only=True)
class ConsentGiven:
    """Somebody agreed to a purpose in the shop, or took it back."""

    purpose: Purpose
    granted: bool
    confirmed: bool = False
    """Whether the shop had it confirmed by a double opt-in."""
    channel: str
    evidence: Mapping[str, Any]
    decided_at: datetime


@dataclass(frozen=True, kw_only=True)
class Change:
    """One version of an order, customer or product, whole. Nothing is lost when it is told twice or late."""

    kind: str
    """`order`, `customer`, `product` or `consent`."""
    resource_id: str
    """What the shop calls it for its machines; orders and products may have another number for people."""
    changed_at: datetime
    """Which version it is; an older one never replaces a newer one."""
    events: tuple[Event, ...] = ()
    customer: Customer | None = None
    consents: tuple[ConsentGiven, ...] = ()
    products: tuple[Product, ...] = ()
    prices: tuple[Price, ...] = ()
    stock: tuple[Stock, ...] = ()
    relations: Mapping[str, tuple[Relation, ...]] = field(default_factory=dict)
    """All that a product says of others, by that product; of products that are not named, nothing is said."""
    media: Mapping[str, tuple[Medium, ...]] = field(default_factory=dict)
    """All pictures and documents of a product, by that product; of products that are not named, nothing is said."""
    deleted: bool = False
    """Whether the shop has it no longer."""
    order_id: str | None = None
    """The number of an order."""
    remarks: tuple[str, ...] = ()
    """What is odd but no reason to refuse it."""


@dataclass(frozen=True, kw_only=True)
class PrivacyRequest:
    """Somebody wants to know or to have erased what is kept of them; a person decides and acts."""

    kind: str
    """`access`, `erasure`, `shop_erasure` or `deleted_customer`."""
    request_key: str
    """What the shop calls the request; the same one is kept once."""
    subject: Mapping[str, Any] = field(default_factory=dict)
    """Whom it is about: user_id, email, phone, order_ids."""
