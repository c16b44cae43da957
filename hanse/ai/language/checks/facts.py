"""The facts that a model was given, as plain values, and what of them may be said in an answer: numbers, prices, links and the like, as sets."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from hanse.ai.language.checks import links, reading
from hanse.ai.language.checks.names import Names
from hanse.ai.language.checks.reading import Mention, Sort
from hanse.base import money

Value = int | float | Decimal
_IN_PARTS = re.compile(r"(?<!\w)([^\W\d_]{1,20})[ -](\d\w{0,20})(?: ([^\W\d_]{1,3})(?!\w))?")
"""Names of types that are written in parts: `DHP 453 Z` is `DHP453Z`."""


@dataclass(frozen=True)
class Price:
    """A price in minor units of a currency (ISO 4217), as it is to be shown: with or without tax as the answer says it."""

    amount_minor: int
    currency: str
    is_old: bool = False
    """Whether it is a former price, or one that somebody recommends, and not what is paid."""


@dataclass(frozen=True, kw_only=True)
class Facts:
    """All that an answer may say. Whatever numbers, prices, dates, links and names of types stand in `texts` are facts too."""

    texts: tuple[str, ...] = ()
    """What the model was given in words; the question as well, where the answer may come back to what stands in it."""
    prices: tuple[Price, ...] = ()
    numbers: tuple[tuple[Value, str], ...] = ()
    """Numbers with their units as people write them: `(8, "mm")`; `(4.5, "")` has none."""
    percentages: tuple[Value, ...] = ()
    names: tuple[str, ...] = ()
    """Names and ids of the products that may be named."""
    known: Names = field(default_factory=Names)
    """Names of all products of the shop; those that are not among `names` may not be named."""
    links: tuple[str, ...] = ()
    contacts: tuple[str, ...] = ()
    """E-mail addresses and phone numbers."""
    dates: tuple[date, ...] = ()
    language: str = "de"
    """Language of the texts (ISO 639-1), for what `1.000` means in them."""


@dataclass(frozen=True)
class Known:
    """What may be said, by the sort of mention; each as the readings that `reading` gives."""

    readings: dict[Sort, set[Any]]
    allowed: Names
    """Products that may be named."""
    numbers: set[Decimal]
    """All numbers as they are written, whatever they count: the 8 of `8 mm` too."""

    def add(self, mention: Mention) -> None:
        """Take in what a text of the facts says."""
        self.readings[mention.sort] |= mention.readings
        self.numbers.update(mention.written)


def known(facts: Facts) -> Known:
    """Return what may be said."""
    found = Known({sort: set() for sort in Sort}, Names((*facts.names, *_named(facts))), set())
    for text in (*facts.texts, *facts.names, *facts.links):
        for mention in reading.read(text, facts.language):
            found.add(mention)
        found.readings[Sort.CODE] |= {reading.code(each) for match in _IN_PARTS.finditer(text) for each in (match[0], match[1] + match[2])}
    _add_values(found, facts)
    found.readings[Sort.LINK] |= {links.usual(each) for each in facts.links}
    for contact in facts.contacts:
        sort, usual = (Sort.EMAIL, contact.strip().lower()) if "@" in contact else (Sort.PHONE, links.phone(contact))
        found.readings[sort].add(usual)
    return found


def _named(facts: Facts) -> Iterable[str]:
    """Return the products that the texts themselves name."""
    return (text[start:end] for text in facts.texts for start, end in facts.known.find(text))


def _add_values(found: Known, facts: Facts) -> None:
    for price in facts.prices:
        amount = Decimal(price.amount_minor).scaleb(-money.digits(price.currency))
        found.readings[Sort.PRICE].add((price.currency, amount.normalize(), price.is_old))
        found.numbers.add(amount.normalize())
    for value, name in facts.numbers:
        exact = Decimal(str(value)).normalize()
        found.numbers.add(exact)
        if name and (unit := reading.unit(name)):
            found.readings[Sort.MEASURE].add((unit[0], reading.rounded(exact * unit[1])))
    for value in facts.percentages:
        exact = Decimal(str(value)).normalize()
        found.readings[Sort.PERCENTAGE].add(exact)
        found.numbers.add(exact)
    for day in facts.dates:
        found.readings[Sort.DATE].add(("day", day.year, day.month, day.day))
        found.numbers.add(Decimal(day.year))
