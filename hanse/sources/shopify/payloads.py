"""What Shopify sends and answers, as far as it is read: the resources of its Admin API (REST)."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import msgspec

Id = int | str


class Address(msgspec.Struct):
    """A postal address."""

    first_name: str | None = None
    last_name: str | None = None
    company: str | None = None
    address1: str | None = None
    address2: str | None = None
    city: str | None = None
    zip: str | None = None
    country_code: str | None = None
    phone: str | None = None


class MarketingConsent(msgspec.Struct):
    """Whether somebody agreed to marketing by one channel."""

    state: str | None = None
    opt_in_level: str | None = None
    consent_updated_at: datetime | None = None


class Customer(msgspec.Struct):
    """A customer."""

    id: Id
    email: str | None = None
    phone: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    default_address: Address | None = None
    email_marketing_consent: MarketingConsent | None = None


class EmailConsent(msgspec.Struct):
    """The webhook about consent alone."""

    customer_id: Id
    email_marketing_consent: MarketingConsent
    email_address: str | None = None


class TaxLine(msgspec.Struct):
    """One tax on a line."""

    price: Decimal


class Allocation(msgspec.Struct):
    """The part of a discount that falls on a line."""

    amount: Decimal


class LineItem(msgspec.Struct):
    """A line of an order."""

    quantity: int
    price: Decimal
    id: Id | None = None
    sku: str | None = None
    variant_id: Id | None = None
    title: str | None = None
    variant_title: str | None = None
    vendor: str | None = None
    tax_lines: list[TaxLine] = []
    discount_allocations: list[Allocation] = []


class ShippingLine(msgspec.Struct):
    """What the shipping costs."""

    price: Decimal
    discounted_price: Decimal | None = None
    discount_allocations: list[Allocation] = []
    tax_lines: list[TaxLine] = []
    is_removed: bool = False


class DiscountCode(msgspec.Struct):
    """A coupon."""

    code: str


class RefundLine(msgspec.Struct):
    """A line that came back."""

    quantity: int
    line_item: LineItem
    subtotal: Decimal = Decimal(0)
    total_tax: Decimal | None = None


class Transaction(msgspec.Struct):
    """Money that moved."""

    amount: Decimal
    kind: str = ""
    status: str = ""


class Refund(msgspec.Struct):
    """What came back at one time."""

    id: Id
    created_at: datetime
    processed_at: datetime | None = None
    refund_line_items: list[RefundLine] = []
    transactions: list[Transaction] = []


class ShopMoney(msgspec.Struct):
    """An amount in the currency of the shop."""

    amount: Decimal


class MoneySet(msgspec.Struct):
    """An amount in several currencies."""

    shop_money: ShopMoney


class Order(msgspec.Struct):
    """An order."""

    id: Id
    name: str
    created_at: datetime
    updated_at: datetime
    currency: str
    total_price: Decimal
    line_items: list[LineItem]
    processed_at: datetime | None = None
    cancelled_at: datetime | None = None
    total_tax: Decimal | None = None
    total_discounts: Decimal | None = None
    total_tip_received: Decimal | None = None
    original_total_duties_set: MoneySet | None = None
    original_total_additional_fees_set: MoneySet | None = None
    taxes_included: bool = False
    test: bool = False
    source_name: str | None = None
    shipping_lines: list[ShippingLine] = []
    discount_codes: list[DiscountCode] = []
    refunds: list[Refund] = []
    customer: Customer | None = None
    email: str | None = None
    contact_email: str | None = None
    phone: str | None = None
    billing_address: Address | None = None
    shipping_address: Address | None = None


class Variant(msgspec.Struct):
    """What is sold of a product."""

    id: Id
    sku: str | None = None
    title: str | None = None
    price: Decimal | None = None
    barcode: str | None = None
    option1: str | None = None
    option2: str | None = None
    option3: str | None = None
    inventory_quantity: int | None = None
    inventory_management: str | None = None
    image_id: Id | None = None


class Option(msgspec.Struct):
    """What variants differ in."""

    name: str


class Image(msgspec.Struct):
    """A picture."""

    src: str
    id: Id | None = None


class Product(msgspec.Struct):
    """A product with its variants."""

    id: Id
    title: str
    handle: str
    updated_at: datetime
    variants: list[Variant]
    body_html: str | None = None
    vendor: str | None = None
    product_type: str | None = None
    status: str = "active"
    options: list[Option] = []
    images: list[Image] = []
    image: Image | None = None


class InventoryLevel(msgspec.Struct):
    """How many pieces are at one location."""

    inventory_item_id: Id
    available: int | None = None
    updated_at: datetime | None = None


class InventoryItem(msgspec.Struct):
    """What is counted at locations."""

    id: Id
    sku: str | None = None


class Thing(msgspec.Struct):
    """Something of which only the id is told."""

    id: Id


class RefundOfOrder(msgspec.Struct):
    """The webhook about a refund alone."""

    order_id: Id


class Numbered(msgspec.Struct):
    """Something with an id."""

    id: Id | None = None


class Person(msgspec.Struct):
    """Whom a privacy request is about."""

    id: Id | None = None
    email: str | None = None
    phone: str | None = None


class PrivacyRequest(msgspec.Struct):
    """One of the three webhooks that every app has to take."""

    shop_domain: str = ""
    customer: Person | None = None
    orders_requested: list[Id] = []
    orders_to_redact: list[Id] = []
    data_request: Numbered | None = None
