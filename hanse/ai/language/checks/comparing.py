"""An answer against the facts: what stands in the one and not in the other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from hanse.ai.language.checks import dates, reading
from hanse.ai.language.checks.facts import Facts, Known, known
from hanse.ai.language.checks.fault import Fault, Kind
from hanse.ai.language.checks.reading import GONE, Mention, Sort
from hanse.data.catalog import measures

_KINDS = {
    Sort.PRICE: Kind.PRICE,
    Sort.PERCENTAGE: Kind.PERCENTAGE,
    Sort.MEASURE: Kind.NUMBER,
    Sort.NUMBER: Kind.NUMBER,
    Sort.CODE: Kind.CODE,
    Sort.DATE: Kind.DATE,
    Sort.LINK: Kind.LINK,
    Sort.EMAIL: Kind.EMAIL,
    Sort.PHONE: Kind.PHONE,
}


def compare(text: str, facts: Facts, language: str) -> Iterator[Fault]:
    """Go through what an answer in a language says that is not among the facts."""
    may = known(facts)
    allowed = list(may.allowed.all(text))
    yield from _products(text, facts, allowed)
    for mention in reading.read(_without_names(text, allowed), language):
        if kind := _wrong(mention, may, text[mention.start : mention.end]):
            yield Fault(kind, mention.start, mention.end, text[mention.start : mention.end])


def _products(text: str, facts: Facts, allowed: list[tuple[int, int, int]]) -> Iterator[Fault]:
    """Go through the products that are named and may not be; one whose name is part of a longer one that may be is not meant."""
    for start, end in facts.known.find(text):
        if not any(first <= start and end <= last for first, last, _ in allowed):
            yield Fault(Kind.PRODUCT, start, end, text[start:end])


def _without_names(text: str, allowed: list[tuple[int, int, int]]) -> str:
    """Return an answer in which the names that may be named are covered: the numbers in them say nothing more."""
    parts, place = [], 0
    for start, end, _ in allowed:
        parts += [text[place:start], GONE * (end - start)]
        place = end
    return "".join([*parts, text[place:]])


def _wrong(mention: Mention, may: Known, said: str) -> Kind | None:
    """Return what is wrong with something said; null where nothing is."""
    given = may.readings[mention.sort]
    if mention.readings & given:
        return None
    if mention.sort is Sort.PRICE:
        return _wrong_price(mention.readings, given)
    if mention.sort is Sort.DATE:
        return None if _is_dated(mention, may, said) else Kind.DATE
    if mention.sort is Sort.NUMBER:
        return None if mention.readings & may.numbers else Kind.NUMBER
    if mention.sort is Sort.MEASURE:
        return _wrong_measure(mention, may, said)
    return _KINDS[mention.sort]


def _wrong_price(said: frozenset[Any], given: set[Any]) -> Kind:
    """Return what is wrong with a price: when it was asked, its currency, or the amount."""
    if {reading[:2] for reading in said} & {reading[:2] for reading in given}:
        return Kind.OLD_PRICE
    return Kind.CURRENCY if {reading[1] for reading in said} & {reading[1] for reading in given} else Kind.PRICE


def _wrong_measure(mention: Mention, may: Known, said: str) -> Kind | None:
    """Return what is wrong with a measure; `8"` may be no inches but the end of a quotation."""
    is_known = bool(mention.written & may.numbers)
    if is_known and said[-1] in '"”“″':
        return None
    return Kind.UNIT if is_known else Kind.NUMBER


def _is_dated(mention: Mention, may: Known, said: str) -> bool:
    if any(dates.agree(mine, theirs) for mine in mention.readings for theirs in may.readings[Sort.DATE]):
        return True
    number = measures.number(said.rstrip("."), "en") if said.endswith(".") else None
    return number is not None and number.normalize() in may.numbers
