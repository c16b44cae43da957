"""Values of attributes in canonical units: numbers, texts with numbers in them, ranges, lists and texts by language.

What cannot be read whole is left alone: a value is never half converted.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from hanse.data.catalog import measures, units

Number = int | float
Value = Number | str | list["Value"] | dict[str, "Value"]

LONGEST = 40
"""Characters of a text that can be no more than a number with its unit."""
_AMOUNT = r"[+-]?\d[\d.,' /]*"
_RANGE = re.compile(rf"({_AMOUNT}?)\s*(?:\.{{2,3}}|…|-|\bbis\b|\bto\b)\s*({_AMOUNT})")
_NUMERIC = "0123456789.,'/+- "
_DASHES = str.maketrans("–−", "--")


class Quantity(NamedTuple):
    """A value in a canonical unit."""

    value: Value
    unit: str


def read(value: object, unit: object) -> Quantity | None:
    """Return a value with what stands in the field of its unit as a quantity; without such a field, a text that is number and unit.

    >>> read("8,0 - 10", "cm"), read({"de": "0,5", "en": "0.5"}, "LTR"), read("10 x 20", "mm")
    (Quantity(value='80–100', unit='mm'), Quantity(value=0.5, unit='l'), None)
    """
    if not unit:
        return _whole(value)
    known = units.read(unit) if isinstance(unit, str) else None
    converted = _converted(value, known[1], "") if known else None
    return None if known is None or converted is None else Quantity(converted, known[0])


def _whole(value: object) -> Quantity | None:
    if isinstance(value, str):
        return _measure(value, "de") if len(value) <= LONGEST else None
    if not isinstance(value, Mapping):
        return None
    found = {_measure(text, str(language)) if isinstance(text, str) and len(text) <= LONGEST else None for language, text in value.items()}
    return found.pop() if len(found) == 1 else None


@lru_cache(maxsize=50_000)
def _measure(text: str, language: str) -> Quantity | None:
    """Return the one measure that a text is; null where there is anything besides."""
    unit = text.strip().lstrip(_NUMERIC)
    if unit == text.strip() or unit in units.AMBIGUOUS:
        return None
    found, rest = measures.apart(text, language)
    return Quantity(_short(Decimal(str(found[0].value))), found[0].unit) if len(found) == 1 and not rest.strip() else None


def _converted(value: object, factor: Decimal, language: str) -> Value | None:
    """Return a value times a factor; null where any part of it is no number."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        amount = Decimal(str(value))
        return _short(amount * factor) if amount.is_finite() else None
    if isinstance(value, str):
        return _text(value, factor, language)
    if isinstance(value, list | tuple):
        found = [_converted(each, factor, language) for each in value]
        return [each for each in found if each is not None] if found and None not in found else None
    if isinstance(value, Mapping):
        return _spoken({str(code): _converted(each, factor, str(code)) for code, each in value.items()})
    return None


def _spoken(said: Mapping[str, Value | None]) -> Value | None:
    """Return what all languages say alike, else each by itself."""
    known = {code: each for code, each in said.items() if each is not None}
    if not said or len(known) < len(said):
        return None
    first = next(iter(known.values()))
    return first if all(each == first for each in known.values()) else known


def _text(text: str, factor: Decimal, language: str) -> Value | None:
    plain = text.translate(_DASHES).strip()
    if (amount := _amount(plain, language)) is not None:
        return _short(amount * factor)
    ends = [_amount(each, language) for each in found.groups()] if (found := _RANGE.fullmatch(plain)) else []
    said = [_written(_short(each * factor)) for each in ends if each is not None]
    return "–".join(said) if len(said) == 2 else None


def _amount(text: str, language: str) -> Decimal | None:
    """Return the number that a text is. Where nobody says its language, a comma is decimal, and so is a point that stands alone."""
    sign, digits = (-1, text[1:]) if text.startswith("-") else (1, text.removeprefix("+"))
    found = measures.number(digits.strip(), language or ("de" if "," in text else "en"))
    return None if found is None else sign * found


def _short(amount: Decimal) -> Number:
    return int(amount) if amount == amount.to_integral_value() and abs(amount) < Decimal(10) ** 15 else float(f"{amount:.12g}")


def _written(number: Number) -> str:
    return str(number) if isinstance(number, int) else f"{number:.12g}"
