"""Order events taken apart into lines, one per product. Copying calls this with what it reads from the log."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any, NamedTuple

from hanse.base import money

SALES = frozenset({"Order Completed", "Completed Order"})
"""The second is the name in the first version of the e-commerce specification."""

RETURNS = frozenset({"Order Refunded"})
CANCELLATIONS = frozenset({"Order Cancelled"})
NAMES = SALES | RETURNS | CANCELLATIONS

LIMIT = 10**12
"""Quantities, and amounts in minor units, beyond this are somebody's mistake."""


class Line(NamedTuple):
    """One line; without a product it is an order of which only the amount is known, with no quantity either a whole one that came back."""

    order_id: str
    product_id: str | None
    quantity: int
    price_minor: int | None
    amount_minor: int | None
    currency: str


def lines(name: str, properties: dict[str, Any], *, event_id: str, currency: str) -> Iterator[Line]:
    """Take an order event apart; `currency` is that of amounts that come without one.

    A cancelled order, and one refunded without saying what, came back whole. Where products are said to be none, as in files of
    which only the totals are known, the amount counts.
    """
    order_id = _name(properties.get("order_id")) or event_id
    currency = _currency(properties.get("currency")) or currency
    products = properties.get("products")
    sign = -1 if name in RETURNS else 1
    entries = [entry for entry in products if isinstance(entry, dict)] if isinstance(products, list) else []
    if name in CANCELLATIONS or (name in RETURNS and products is None):
        yield Line(order_id, None, 0, None, None, currency)
    elif entries:
        for entry in entries:
            yield from _line(entry, order_id, currency, sign)
    else:
        yield from _total(properties, order_id, currency, sign)


def _total(properties: dict[str, Any], order_id: str, currency: str, sign: int) -> Iterator[Line]:
    """Make one line of an order that names no products, of the best amount it has: without shipping and tax where it says so."""
    amounts = (_minor(_number(properties.get(key)), currency) for key in ("revenue", "subtotal", "total"))
    amount = next((amount for amount in amounts if amount is not None), None)
    if amount is not None:
        quantity = -1 if sign < 0 or amount < 0 else 1
        yield Line(order_id, None, quantity, abs(amount), quantity * abs(amount), currency)


def _line(entry: dict[str, Any], order_id: str, currency: str, sign: int) -> Iterator[Line]:
    product_id = _name(entry.get("product_id")) or _name(entry.get("sku")) or _name(entry.get("id"))
    quantity = _number(entry.get("quantity", 1))
    if product_id is None or not quantity:
        return
    quantity = -abs(quantity) if sign < 0 else quantity
    currency = _currency(entry.get("currency")) or currency
    price = _number(entry.get("price"))
    yield Line(order_id, product_id, _pieces(quantity), _minor(price, currency), _minor(price and price * quantity, currency), currency)


def _pieces(quantity: Decimal) -> int:
    """Return a quantity as whole pieces: 2.4 m of cable are two, half a metre is one."""
    return round(quantity) or (1 if quantity > 0 else -1)


def _minor(amount: Decimal | None, currency: str) -> int | None:
    if amount is None or abs(amount) > LIMIT:
        return None
    return money.minor(amount, currency) if _digits(currency) != 2 else round(amount * 100)


@lru_cache
def _digits(currency: str) -> int:
    return money.digits(currency)


def _number(value: object) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = Decimal(value if isinstance(value, int) else str(value).strip())
    except InvalidOperation:
        return None
    return number if number.is_finite() and abs(number) <= LIMIT else None


def _name(value: object) -> str | None:
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    return str(value).strip() or None


def _currency(value: object) -> str | None:
    if not isinstance(value, str):
        return None
    code = value.strip().upper()
    return code if len(code) == 3 and code.isascii() and code.isalpha() else None
