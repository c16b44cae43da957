"""Amounts of money as shops send them: exact decimals, checked, never floats."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import ROUND_HALF_EVEN, Decimal

from hanse.base import money
from hanse.sources.source.errors import Unmappable

LARGEST = Decimal(10) ** 12
"""Amounts beyond this are somebody's mistake."""
PRICE_DIGITS = 6
"""Decimal places of a price that is the share of one piece in an amount."""


def checked(value: Decimal, field: str) -> Decimal:
    """Return an amount; raises `Unmappable` where it is no number that money can be."""
    if not value.is_finite() or abs(value) > LARGEST or (value and value.adjusted() < -20):
        raise Unmappable(field=field, reason="this is not an amount of money")
    return value


def rounded(value: Decimal, currency: str) -> Decimal:
    """Return an amount in whole minor units of its currency."""
    return value.quantize(Decimal(1).scaleb(-money.digits(currency)), ROUND_HALF_EVEN)


def total(values: Iterable[Decimal]) -> Decimal:
    """Return the sum, exact."""
    return sum(values, Decimal(0))


def share(amount: Decimal, quantity: Decimal, currency: str) -> Decimal:
    """Return the price of one piece, exact to a fraction that gives the amount again when multiplied.

    >>> share(Decimal("10.00"), Decimal(4), "EUR"), share(Decimal("10.00"), Decimal(3), "EUR")
    (Decimal('2.50'), Decimal('3.333333'))
    """
    exact = amount / quantity
    short = rounded(exact, currency)
    return short if short * quantity == amount else exact.quantize(Decimal(1).scaleb(-PRICE_DIGITS), ROUND_HALF_EVEN)


def currency(code: str | None, default: str, field: str) -> str:
    """Return a currency (ISO 4217) in capitals; raises `Unmappable` for what is none."""
    from babel.numbers import list_currencies

    found = (code or default).strip().upper()
    if found not in list_currencies():
        raise Unmappable(field=field, reason="this is not a currency (ISO 4217)")
    return found


def spread(amount: Decimal, weights: Sequence[Decimal], currency: str) -> list[Decimal]:
    """Return an amount in parts by weight, each in whole minor units, which together are the amount again.

    >>> spread(Decimal("-1.00"), [Decimal(10), Decimal(10), Decimal(10)], "EUR")
    [Decimal('-0.33'), Decimal('-0.34'), Decimal('-0.33')]
    """
    whole, told, weighed, parts = total(weights), Decimal(0), Decimal(0), []
    for number, weight in enumerate(weights, start=1):
        weighed += weight
        share_until_here = amount if number == len(weights) else rounded(amount * weighed / whole, currency)
        parts.append(share_until_here - told)
        told = share_until_here
    return parts
