"""Numbers of GS1: GTIN, EAN and UPC."""

from __future__ import annotations

LENGTHS = frozenset({8, 12, 13, 14})


def has_check_digit(gtin: str) -> bool:
    """Return whether the last digit of a GTIN is right (GS1 General Specifications, 7.9).

    >>> has_check_digit("4006381333931"), has_check_digit("4006381333932")
    (True, False)
    """
    if not (gtin.isascii() and gtin.isdigit() and len(gtin) in LENGTHS):
        return False
    return check_digit(gtin[:-1]) == int(gtin[-1])


def check_digit(digits: str) -> int:
    """Return the check digit that belongs to the digits before it.

    >>> check_digit("400638133393")
    1
    """
    weighted = sum(int(digit) * (3 if index % 2 == 0 else 1) for index, digit in enumerate(reversed(digits)))
    return (10 - weighted % 10) % 10
