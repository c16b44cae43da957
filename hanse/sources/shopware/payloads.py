"""What Shopware sends and answers, as far as it is read: entities of its data layer, and the envelopes of webhooks.

PHP writes an empty map as an empty list, hence the unions; associations that were not loaded are null.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec

Map = dict[str, Any] | list[Any]
"""A map, or the empty list that PHP makes of an empty one."""


class Entity(msgspec.Struct, rename="camel"):
    """Something of the data layer."""


class Origin(Entity):
    """Which shop sent a webhook."""

    shop_id: str = ""
    event_id: str | None = None


class EventData(Entity):
    """What happened."""

    event: str
    payload: msgspec.Raw = msgspec.Raw(b"null")


class Webhook(Entity):
    """A webhook."""

    data: EventData
    source: Origin = msgspec.field(default_factory=Origin)
    timestamp: int | None = None


class Write(Entity):
    """One change of one entity, without the entity itself."""

    entity: str
    operation: str
    primary_key: str | dict[str, str]


class Registration(Entity):
    """The request that ends the handshake."""

    api_key: str
    secret_key: str
    shop_id: str
    shop_url: str


class Tax(Entity):
    """One tax on an amount."""

    tax: Decimal


class CalculatedPrice(Entity):
    """What a line or the shipping costs."""

    total_price: Decimal
    calculated_taxes: list[Tax] = []


class CartPrice(Entity):
    """What an order costs."""

    total_price: Decimal
    calculated_taxes: list[Tax] = []
    tax_status: str = "gross"


class State(Entity):
    """A state of a state machine."""

    technical_name: str = ""


class Currency(Entity):
    """A currency."""

    iso_code: str
    id: str = ""


class Country(Entity):
    """A country."""

    iso: str | None = None


class Address(Entity):
    """A postal address."""

    first_name: str | None = None
    last_name: str | None = None
    company: str | None = None
    street: str | None = None
    zipcode: str | None = None
    city: str | None = None
    phone_number: str | None = None
    country: Country | None = None


class Translated(Entity):
    """Something with a name in the language that was asked for."""

    name: str | None = None
    translated: Map = {}


class Customer(Entity):
    """A customer."""

    id: str
    customer_number: str | None = None
    email: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    company: str | None = None
    guest: bool = False
    birthday: datetime | None = None
    vat_ids: list[str] | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    default_billing_address: Address | None = None
    group: Translated | None = None


class OrderCustomer(Entity):
    """Who placed an order, as it was then."""

    email: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    company: str | None = None
    customer_number: str | None = None
    customer: Customer | None = None


class OrderLine(Entity):
    """A line of an order."""

    id: str
    label: str | None = None
    quantity: int = 1
    type: str | None = None
    parent_id: str | None = None
    total_price: Decimal = Decimal(0)
    price: CalculatedPrice | None = None
    payload: Any = None


class Transaction(Entity):
    """One attempt to pay an order."""

    created_at: datetime | None = None
    updated_at: datetime | None = None
    state_machine_state: State | None = None


class Order(Entity):
    """An order."""

    id: str
    order_number: str
    order_date_time: datetime
    price: CartPrice
    created_at: datetime | None = None
    updated_at: datetime | None = None
    auto_increment: int | None = None
    shipping_costs: CalculatedPrice | None = None
    currency: Currency | None = None
    order_customer: OrderCustomer | None = None
    line_items: list[OrderLine] | None = None
    transactions: list[Transaction] | None = None
    state_machine_state: State | None = None
    billing_address: Address | None = None
    sales_channel: Translated | None = None


class Recipient(Entity):
    """Somebody on the list of the newsletter."""

    id: str
    email: str
    first_name: str | None = None
    last_name: str | None = None
    status: str | None = None
    created_at: datetime | None = None
    confirmed_at: datetime | None = None


class OrderEvent(Entity):
    """The payload of events about orders."""

    order: Order


class CustomerEvent(Entity):
    """The payload of events about customers."""

    customer: Customer


class NewsletterEvent(Entity):
    """The payload of events about the newsletter."""

    newsletter_recipient: Recipient


class Amount(Entity):
    """What a product costs in one currency."""

    currency_id: str
    net: Decimal


class Translation(Entity):
    """The texts of a product in one language."""

    language_id: str
    name: str | None = None
    description: str | None = None


class Choice(Entity):
    """A property, such as red, and its group, such as colour."""

    name: str | None = None
    translated: Map = {}
    group: Translated | None = None


class Category(Entity):
    """A category with its path."""

    breadcrumb: Map = []
    translated: Map = {}


class Media(Entity):
    """A picture."""

    url: str | None = None


class Cover(Entity):
    """The first picture."""

    media: Media | None = None


class Product(Entity):
    """A product, or one variant of it."""

    id: str
    product_number: str
    parent_id: str | None = None
    active: bool | None = None
    ean: str | None = None
    available_stock: int | None = None
    stock: int | None = None
    price: list[Amount] | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    auto_increment: int | None = None
    name: str | None = None
    description: str | None = None
    translated: Map = {}
    translations: list[Translation] | None = None
    manufacturer: Translated | None = None
    options: list[Choice] | None = None
    properties: list[Choice] | None = None
    categories: list[Category] | None = None
    cover: Cover | None = None


class Locale(Entity):
    """A locale."""

    code: str


class Language(Entity):
    """A language of the shop."""

    id: str
    locale: Locale | None = None


class Named(Entity):
    """The number of a product."""

    id: str
    product_number: str


class Token(msgspec.Struct):
    """What the shop gives for the keys."""

    access_token: str
    expires_in: int = 600


def text(of: Translated | Choice | Product, name: str) -> str | None:
    """Return a text in the language that was asked for, with what is inherited from it."""
    found = of.translated.get(name) if isinstance(of.translated, dict) else None
    return found or getattr(of, name, None)
