"""Prices in time: which one holds when, and what of it may be called a reduced price. Records bring the prices, writers ask here."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hanse.data.catalog.records import RecordPrice

ALWAYS, EVER = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
COMPARED = timedelta(days=30)
"""For how long before a reduction the price beside it must have been the lowest (§ 11 PAngV)."""


@dataclass(frozen=True)
class Step:
    """An amount for a time, from `start` until before `end`."""

    start: datetime
    end: datetime
    amount_minor: int


@dataclass(frozen=True)
class Sale:
    """A reduced price, and when it holds."""

    amount_minor: int
    start: datetime | None = None
    end: datetime | None = None
    """Both null where nobody says when it ends."""


def steps(prices: Iterable[RecordPrice]) -> list[Step]:
    """Return what holds when, of the prices of one quantity in one list: of two for the same time the one that begins later."""
    said = sorted((Step(each.valid_from or ALWAYS, each.valid_until or EVER, each.amount_minor) for each in prices), key=lambda each: each.start)
    if len(said) < 2:
        return said
    bounds = sorted({bound for each in said for bound in (each.start, each.end)})
    found: list[Step] = []
    for start, end in pairwise(bounds):
        holding = [each for each in said if each.start <= start and each.end >= end]
        if not holding:
            continue
        amount = holding[-1].amount_minor
        if found and found[-1].end == start and found[-1].amount_minor == amount:
            start = found.pop().start  # noqa: PLW2901  # the step before goes on
        found.append(Step(start, end, amount))
    return found


def at(found: Sequence[Step], now: datetime) -> Step | None:
    """Return the step that holds at a moment; null where none does."""
    return next((each for each in found if each.start <= now < each.end), None)


def sale(found: Sequence[Step], now: datetime) -> tuple[int, Sale] | None:
    """Return the usual price and the reduced one that holds now or comes next; null where nothing may be called reduced.

    Reduced is what lies between two higher prices, the first of which was the lowest of the 30 days before.
    """
    for before, each, after in zip(found, found[1:], found[2:], strict=False):
        higher = min(before.amount_minor, after.amount_minor) > each.amount_minor
        if each.end <= now or not higher or before.end != each.start or after.start != each.end:
            continue
        if _lowest(found, each.start) < before.amount_minor:
            return None
        return before.amount_minor, Sale(each.amount_minor, each.start, each.end)
    return None


def by_quantity(prices: Iterable[RecordPrice], price_list: str, currency: str | None = None) -> dict[tuple[str, int], list[Step]]:
    """Return what holds when in one list, by currency and least quantity."""
    parted: dict[tuple[str, int], list[RecordPrice]] = defaultdict(list)
    for each in prices:
        if each.price_list == price_list and currency in {None, each.currency}:
            parted[each.currency, each.min_quantity].append(each)
    return {key: steps(parted[key]) for key in sorted(parted)}


def _lowest(found: Sequence[Step], moment: datetime) -> int:
    since = moment - COMPARED if moment > ALWAYS + COMPARED else ALWAYS
    return min(each.amount_minor for each in found if each.start < moment and each.end > since)
