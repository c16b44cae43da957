"""Amounts are whole minor units of their currency."""

from __future__ import annotations

from decimal import Decimal

import pytest

from hanse.base import money
from hanse.base.money import Money


@pytest.mark.parametrize(
    ("amount", "currency", "minor"),
    [("12.34", "EUR", 1234), ("12.345", "EUR", 1234), ("12.355", "EUR", 1236), ("-0.5", "EUR", -50), ("1234", "JPY", 1234), ("1.2345", "KWD", 1234)],
)
def test_an_amount_becomes_minor_units_rounded_half_to_even(amount: str, currency: str, minor: int) -> None:
    assert money.minor(Decimal(amount), currency) == minor


@pytest.mark.parametrize(
    ("found", "language", "text"),
    [
        (Money(123450, "EUR"), "de", "1.234,50\u00a0€"),
        (Money(123450, "EUR"), "en", "€1,234.50"),
        (Money(1234, "JPY"), "de", "1.234\u00a0¥"),
        (Money(-50, "CHF"), "de", "-0,50\u00a0CHF"),
    ],
)
def test_an_amount_is_written_the_way_its_readers_write_it(found: Money, language: str, text: str) -> None:
    assert found.text(language) == text
