"""Money: whole minor units and a currency, never a float; shown and read the way a locale writes it."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal

import msgspec


class Money(msgspec.Struct, frozen=True):
    """An amount in minor units (cents) of a currency (ISO 4217)."""

    amount_minor: int
    currency: str

    def text(self, language: str) -> str:
        """Return the amount as people write it: `1.234,50 €` in German, `€1,234.50` in English."""
        from babel.numbers import format_currency

        value = Decimal(self.amount_minor).scaleb(-digits(self.currency))
        return format_currency(value, self.currency, locale=language)


def digits(currency: str) -> int:
    """Return how many decimal places a currency has: 2 for EUR, 0 for JPY."""
    from babel.numbers import get_currency_precision

    return get_currency_precision(currency)


def minor(amount: Decimal, currency: str) -> int:
    """Return an amount in whole minor units, rounded half to even."""
    return int(amount.scaleb(digits(currency)).to_integral_value(ROUND_HALF_EVEN))
