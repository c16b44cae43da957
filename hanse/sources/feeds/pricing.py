"""Prices as feeds write them become whole minor units, net; what cannot be one becomes a finding."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal
from functools import cache

from hanse.base import money
from hanse.sources.feeds import values
from hanse.sources.feeds.nodes import Node
from hanse.sources.feeds.values import Notes

MOST_MINOR = 10**15
MOST_ROUNDED = Decimal("0.01")
"""Share of a price by which rounding may change it before it is told."""


def amount(node: Node, notes: Notes) -> Decimal | None:
    """Return the amount an element says; null, with a finding, where it is none."""
    return amount_of(node.text, node.line, notes)


def amount_of(text: str, line: int, notes: Notes) -> Decimal | None:
    """Return the amount a text says; null, with a finding, where it is none. Nothing costs nothing: 0 is a way to say "on request"."""
    found, comma = values.number(text)
    if found is None or found <= 0:
        notes.add("wrong_amount", line, amount=text[:40])
        return None
    if comma:
        notes.add("decimal_comma", line, amount=text[:40])
    return found


def tax(node: Node | None, default: Decimal | None, line: int, notes: Notes) -> Decimal | None:
    """Return the share of tax in a price that includes it; null, with a finding, where nobody says it."""
    if node is None or not node.text:
        if default is None:
            notes.add("no_tax", line)
        return default
    share, _ = values.number(node.text.rstrip("% "))
    if share is None or not 0 <= share < 100:
        notes.add("wrong_tax", node.line, tax=node.text[:40])
        return None
    if share >= 1:
        notes.add("tax_percent", node.line, tax=node.text[:40])
        return share / 100
    return share


def minor(exact: Decimal, currency: str, line: int, notes: Notes) -> int | None:
    """Return a price in minor units; null, with a finding, where it is too small or too large to be one."""
    scaled = exact.scaleb(_digits(currency))
    found = int(scaled.to_integral_value(ROUND_HALF_EVEN)) if scaled < MOST_MINOR else MOST_MINOR
    if found >= MOST_MINOR:
        notes.add("wrong_amount", line, amount=f"{exact:.6g}")
        return None
    if found == 0:
        notes.add("price_too_small", line)
        return None
    if scaled != found and abs(scaled - found) > MOST_ROUNDED * scaled:
        notes.add("price_rounded", line, exact=f"{exact:.6g} {currency}")
    return found


def shown(minor_units: int, currency: str) -> str:
    """Return an amount as a finding shows it: `12.50 EUR`."""
    return f"{Decimal(minor_units).scaleb(-_digits(currency))} {currency}"


@cache
def _digits(currency: str) -> int:
    return money.digits(currency)
