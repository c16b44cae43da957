"""What answers brought in money: revenue per profile of one group against another, in one currency, with an interval that bears looking.

Amounts are what the goods came to, less what was refunded. Large orders are left as they are (no winsorising), so the interval is wide
where few orders make most of the money, and nothing is said before enough people have bought.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from hanse.base import money
from hanse.data.decisions import sequential
from hanse.data.decisions.sequential import Mean

MOST_DAYS = 3650
"""An estimate beyond ten years says nothing."""


class Undecided(StrEnum):
    """Why it cannot be told yet whether money was brought."""

    NOBODY = "nobody"
    """One side has no profiles."""
    FEW_BUYERS = "few_buyers"
    """Too few have bought on one side to know how much orders vary."""
    SPREAD = "spread"
    """The amounts vary too much for so few profiles."""


class GroupRevenue(msgspec.Struct, kw_only=True, frozen=True):
    """What one group spent in one currency."""

    profiles: Annotated[int, Meta(description="Profiles of the group, those that bought nothing included.")] = 0
    buyers: Annotated[int, Meta(description="Those of them that ordered in this currency within the window.")] = 0
    orders: Annotated[int, Meta(description="Their orders.")] = 0
    amount_minor: Annotated[int, Meta(description="What the orders came to, less refunds, in minor units.")] = 0
    per_profile_minor: Annotated[float | None, Meta(description="The same per profile; null where there are none.")] = None


class MoneyDifference(msgspec.Struct, kw_only=True, frozen=True):
    """How much more, or less, a profile of one group spent than one of the other."""

    per_profile_minor: Annotated[float, Meta(description="Difference per profile, in minor units of the currency.")]
    lower_per_profile_minor: Annotated[float | None, Meta(description="Lower end of its interval; null where too few bought.")]
    upper_per_profile_minor: Annotated[float | None, Meta(description="Upper end of its interval; null where too few bought.")]
    significant: Annotated[bool, Meta(description="Whether the interval leaves out zero.")]
    undecided: Annotated[Undecided | None, Meta(description="Why it cannot be told yet; null where it can.")] = None
    days_needed: Annotated[int | None, Meta(description="About how many more days it takes; null where that cannot be told.")] = None


class Revenue(msgspec.Struct, kw_only=True, frozen=True):
    """What a capability brought in one currency."""

    currency: str
    treated: GroupRevenue
    held_out: GroupRevenue
    difference: MoneyDifference | None
    """Null where one side has no profiles."""
    brought_minor: int | None = None
    """What the treated spent more than they would have, all together: the difference per profile times their number."""
    lower_minor: int | None = None
    upper_minor: int | None = None


class Sums(msgspec.Struct, kw_only=True, frozen=True):
    """What one group spent in one currency, as the database sums it up, in units of the currency."""

    currency: str
    buyers: int = 0
    orders: int = 0
    total: float = 0.0
    squares: float = 0.0


def read(rows: Iterable[Mapping[str, Any]]) -> dict[str, Sums]:
    """Return the sums of a group by currency."""
    return {each.currency: each for each in msgspec.convert(list(rows), list[Sums], strict=False)}


def currencies(*groups: Mapping[str, Sums]) -> list[str]:
    """Return the currencies of some groups, the one with most orders first."""
    orders: dict[str, int] = {}
    for group in groups:
        for currency, sums in group.items():
            orders[currency] = orders.get(currency, 0) + sums.orders
    return sorted(orders, key=lambda each: (-orders[each], each))


def group(sums: Sums | None, profiles: int, currency: str) -> GroupRevenue:
    """Return what a group spent in a currency."""
    if sums is None:
        return GroupRevenue(profiles=profiles, per_profile_minor=0.0 if profiles else None)
    amount = round(sums.total * _minor(currency))
    return GroupRevenue(
        profiles=profiles, buyers=sums.buyers, orders=sums.orders, amount_minor=amount, per_profile_minor=amount / profiles if profiles else None
    )


def compare(treated: Mapping[str, Sums], held_out: Mapping[str, Sums], profiles: tuple[int, int], observed: timedelta) -> tuple[Revenue, ...]:
    """Return what a capability brought in each currency, the one with most orders first; none where no order has an amount."""
    return tuple(_revenue(each, treated.get(each), held_out.get(each), profiles, observed) for each in currencies(treated, held_out))


def difference(
    currency: str, first: Sums | None, second: Sums | None, profiles: tuple[int, int], observed: timedelta, *, alpha: float = sequential.ALPHA
) -> MoneyDifference | None:
    """Return how much more a profile of the first group spent than one of the second; null where one has none."""
    if not all(profiles):
        return None
    one, other = _mean(first, profiles[0]), _mean(second, profiles[1])
    minor, gap = _minor(currency), one.mean - other.mean
    least = min(first.buyers if first else 0, second.buyers if second else 0)
    if least < sequential.LEAST_BUYERS:
        wait = days(sequential.LEAST_BUYERS / least if least else None, observed)
        return _undecided(gap * minor, Undecided.FEW_BUYERS, wait)
    low, high = sequential.means(one, other, alpha)
    found = _undecided(gap * minor, Undecided.SPREAD, None, (low * minor, high * minor))
    if low > 0 or high < 0:
        return msgspec.structs.replace(found, significant=True, undecided=None)
    times = sequential.times_needed(gap, sequential.error(one, other), sequential.information(*profiles), alpha)
    return msgspec.structs.replace(found, days_needed=days(times, observed))


def days(times: float | None, observed: timedelta) -> int | None:
    """Return how many more days it takes to have so many times as much as in the time observed; null where that says nothing."""
    if times is None:
        return None
    left = (times - 1) * (observed / timedelta(days=1))
    return max(1, math.ceil(left)) if left <= MOST_DAYS else None


def _revenue(currency: str, treated: Sums | None, held_out: Sums | None, profiles: tuple[int, int], observed: timedelta) -> Revenue:
    gap = difference(currency, treated, held_out, profiles, observed)

    def together(per_profile_minor: float | None) -> int | None:
        return None if per_profile_minor is None else round(per_profile_minor * profiles[0])

    return Revenue(
        currency=currency,
        treated=group(treated, profiles[0], currency),
        held_out=group(held_out, profiles[1], currency),
        difference=gap,
        brought_minor=together(gap.per_profile_minor if gap else None),
        lower_minor=together(gap.lower_per_profile_minor if gap else None),
        upper_minor=together(gap.upper_per_profile_minor if gap else None),
    )


def _undecided(gap: float, reason: Undecided, wait: int | None, ends: tuple[float, float] | tuple[None, None] = (None, None)) -> MoneyDifference:
    low, high = ends
    return MoneyDifference(
        per_profile_minor=gap, lower_per_profile_minor=low, upper_per_profile_minor=high, significant=False, undecided=reason, days_needed=wait
    )


def _mean(sums: Sums | None, profiles: int) -> Mean:
    return Mean(profiles, sums.total, sums.squares) if sums else Mean(profiles, 0.0, 0.0)


def _minor(currency: str) -> int:
    return int(10 ** money.digits(currency))
