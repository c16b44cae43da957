"""Things of Tryton as its `search_read` tells them; of related things the fields that are asked for."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import TypeVar

import msgspec

from hanse.sources.source.api import clean, not_as_expected
from hanse.sources.tryton import rpc

ThingT = TypeVar("ThingT")


class Coded(msgspec.Struct):
    """A country, language or currency."""

    code: str | None = None


class Written(msgspec.Struct, kw_only=True):
    """Anything that says when it was changed."""

    id: int
    create_date: datetime | None = None
    write_date: datetime | None = None


class Address(Written, kw_only=True):
    """An address of a party."""

    street: str | None = None
    postal_code: str | None = None
    city: str | None = None
    country: Coded | None = msgspec.field(default=None, name="country.")


class Mechanism(Written, kw_only=True):
    """An e-mail address, a telephone number or another way to reach somebody."""

    type: str
    value: str | None = None


class Identifier(Written, kw_only=True):
    """A number that somebody else gave: of the tax office, of GS1."""

    type: str | None = None
    code: str | None = None


class Party(Written, kw_only=True):
    """A person or a company."""

    code: str | None = None
    name: str | None = None
    active: bool = True
    language: Coded | None = msgspec.field(default=None, name="lang.")
    addresses: list[Address] = msgspec.field(default_factory=list, name="addresses.")
    mechanisms: list[Mechanism] = msgspec.field(default_factory=list, name="contact_mechanisms.")
    identifiers: list[Identifier] = msgspec.field(default_factory=list, name="identifiers.")


class Template(Written, kw_only=True):
    """What variants have in common."""

    list_prices: list[Written] = msgspec.field(default_factory=list, name="list_prices.")


class Product(Written, kw_only=True):
    """A variant, which can be sold."""

    code: str | None = None
    name: str | None = None
    description: str | None = None
    active: bool = True
    salable: bool = True
    list_price_used: Decimal | None = None
    template: Template | None = msgspec.field(default=None, name="template.")
    list_prices: list[Written] = msgspec.field(default_factory=list, name="list_prices.")
    identifiers: list[Identifier] = msgspec.field(default_factory=list, name="identifiers.")


class Sold(msgspec.Struct, kw_only=True):
    """The product of a line."""

    id: int
    code: str | None = None
    name: str | None = None


class Line(Written, kw_only=True):
    """A line of a sale."""

    type: str = "line"
    quantity: Decimal | None = None
    amount: Decimal | None = None
    description: str | None = None
    product: Sold | None = msgspec.field(default=None, name="product.")


class Place(msgspec.Struct, kw_only=True):
    """Where it goes."""

    country: Coded | None = msgspec.field(default=None, name="country.")


class Buyer(msgspec.Struct, kw_only=True):
    """Who buys."""

    id: int
    code: str | None = None


class Sale(Written, kw_only=True):
    """A sale, from the draft on."""

    number: str | None = None
    state: str
    sale_date: date | None = None
    untaxed_amount: Decimal | None = None
    tax_amount: Decimal | None = None
    total_amount: Decimal | None = None
    party: Buyer | None = msgspec.field(default=None, name="party.")
    currency: Coded | None = msgspec.field(default=None, name="currency.")
    shipment_address: Place | None = msgspec.field(default=None, name="shipment_address.")
    lines: list[Line] = msgspec.field(default_factory=list, name="lines.")


def decode(body: bytes, kind: type[ThingT]) -> ThingT:
    """Return a thing; raises `Unmappable` naming the field."""
    try:
        return msgspec.convert(rpc.untagged(msgspec.json.decode(clean(body))), kind, strict=False)
    except (msgspec.DecodeError, UnicodeDecodeError, KeyError, ArithmeticError, ValueError) as error:
        raise not_as_expected(error) from error


def changed_at(*things: Written | None) -> datetime | None:
    """Return when the newest of some things was changed."""
    return max((at for each in things if each for at in (each.create_date, each.write_date) if at), default=None)
