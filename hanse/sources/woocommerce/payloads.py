"""What WooCommerce sends and answers, as far as it is read: resources of its REST API, version 3."""

from __future__ import annotations

from decimal import Decimal

import msgspec

Moment = str | None
"""A moment in UTC that does not say so; empty where there is none."""
Number = str | int | float | None
"""An amount, empty where there is none."""


class Billing(msgspec.Struct):
    """Who pays, and where they live."""

    first_name: str | None = None
    last_name: str | None = None
    company: str | None = None
    address_1: str | None = None
    address_2: str | None = None
    city: str | None = None
    postcode: str | None = None
    country: str | None = None
    email: str | None = None
    phone: str | None = None


class LineItem(msgspec.Struct):
    """A line of an order or refund; amounts are without tax and after discounts."""

    quantity: Decimal
    total: Decimal
    name: str | None = None
    parent_name: str | None = None
    sku: str | None = None
    product_id: int = 0
    variation_id: int = 0


class FeeLine(msgspec.Struct):
    """A fee, such as for cash on delivery; without tax."""

    total: Decimal


class CouponLine(msgspec.Struct):
    """A coupon."""

    code: str


class RefundSummary(msgspec.Struct):
    """What an order says of a refund."""

    id: int
    total: Decimal


class Order(msgspec.Struct):
    """An order."""

    id: int
    status: str
    currency: str
    total: Decimal
    line_items: list[LineItem]
    number: str | int | None = None
    date_created_gmt: Moment = None
    date_modified_gmt: Moment = None
    date_paid_gmt: Moment = None
    total_tax: Decimal = Decimal(0)
    shipping_total: Decimal = Decimal(0)
    discount_total: Decimal = Decimal(0)
    created_via: str | None = None
    customer_id: int = 0
    billing: Billing | None = None
    fee_lines: list[FeeLine] = []
    coupon_lines: list[CouponLine] = []
    refunds: list[RefundSummary] = []


class Refund(msgspec.Struct):
    """What came back at one time."""

    id: int
    amount: Decimal
    date_created_gmt: Moment = None
    line_items: list[LineItem] = []


class Customer(msgspec.Struct):
    """A customer with an account."""

    id: int
    email: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    date_created_gmt: Moment = None
    date_modified_gmt: Moment = None
    billing: Billing | None = None


class Term(msgspec.Struct):
    """A category or a brand."""

    name: str


class Image(msgspec.Struct):
    """A picture."""

    src: str | None = None


class Attribute(msgspec.Struct):
    """What a product is like; a variant has one option of it."""

    name: str
    options: list[str] = []
    option: str | None = None
    variation: bool = False


class Product(msgspec.Struct):
    """A product, or a variation of one."""

    id: int
    status: str
    name: str = ""
    type: str = "simple"
    permalink: str | None = None
    description: str | None = None
    short_description: str | None = None
    sku: str | None = None
    global_unique_id: str | None = None
    price: Number = None
    manage_stock: bool | str = False
    stock_quantity: Decimal | None = None
    parent_id: int = 0
    categories: list[Term] = []
    brands: list[Term] = []
    images: list[Image] = []
    image: Image | None = None
    attributes: list[Attribute] = []
    variations: list[int] = []
    date_created_gmt: Moment = None
    date_modified_gmt: Moment = None
    lang: str | None = None


class Deleted(msgspec.Struct):
    """Something that is there no longer."""

    id: int


class Listed(msgspec.Struct):
    """A product and its variations, by their ids alone."""

    id: int
    variations: list[int] = []


class Stamp(msgspec.Struct):
    """What everything has."""

    id: int | str = ""
    date_created_gmt: Moment = None
    date_modified_gmt: Moment = None
