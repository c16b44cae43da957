"""Traits from orders: how many, for how much, how recent and how regular.

An order that came back whole counts as none. Money is in minor units, apart for each currency, and less what came back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hanse.base.operation import Purpose
from hanse.data.traits.declaration import Expression, trait

if TYPE_CHECKING:
    from hanse.data.traits.tables import Lake

LEAST_GAPS = 2
"""Intervals between orders from which on one can speak of a usual one."""


@trait(purpose=Purpose.OPERATION, unit="orders")
def order_count(lake: Lake) -> Expression:
    """How many orders somebody kept at least a part of."""
    kept = lake.kept_orders
    return kept.group_by("profile_id").agg(value=kept.count())


@trait(purpose=Purpose.OPERATION, unit="minor units by currency")
def revenue_minor(lake: Lake) -> Expression:
    """How much somebody bought for, less what came back."""
    kept = lake.kept_orders
    return kept.group_by("profile_id", key=kept.currency).agg(value=kept.revenue_minor.sum())


@trait(purpose=Purpose.OPERATION, unit="minor units by currency")
def average_basket_minor(lake: Lake) -> Expression:
    """How much an order of somebody comes to on average, less what came back."""
    kept = lake.kept_orders
    sums = kept.group_by("profile_id", key=kept.currency).agg(total=kept.revenue_minor.sum(), orders=kept.count())
    return sums.select("profile_id", "key", value=((2 * sums.total + sums.orders) // (2 * sums.orders)).cast("int64"))  # rounded, in whole numbers


@trait(purpose=Purpose.OPERATION)
def first_order_at(lake: Lake) -> Expression:
    """When somebody ordered first."""
    kept = lake.kept_orders
    return kept.group_by("profile_id").agg(value=kept.ordered_at.min())


@trait(purpose=Purpose.OPERATION)
def last_order_at(lake: Lake) -> Expression:
    """When somebody ordered last."""
    kept = lake.kept_orders
    return kept.group_by("profile_id").agg(value=kept.ordered_at.max())


@trait(purpose=Purpose.OPERATION, unit="days")
def recency_days(lake: Lake) -> Expression:
    """How many days ago somebody ordered last."""
    kept = lake.kept_orders
    last = kept.group_by("profile_id").agg(day=kept.day.max())
    return last.select("profile_id", value=(lake.today - last.day).cast("int64"))


@trait(purpose=Purpose.PERSONALISATION, unit="days")
def usual_interval_days(lake: Lake) -> Expression:
    """How many days usually lie between two orders of somebody: the median, from three days with orders on."""
    days = lake.kept_orders.select("profile_id", "day").distinct()
    gaps = lake.gaps(days, "day")
    usual = gaps.filter(gaps.gap.notnull()).group_by("profile_id").agg(value=gaps.gap.median().cast("float64"), gaps=gaps.gap.count())
    return usual.filter(usual.gaps >= LEAST_GAPS).select("profile_id", "value")


@trait(purpose=Purpose.OPERATION, unit="share from 0 to 1")
def returned_score(lake: Lake) -> Expression:
    """Which share of the pieces that somebody ordered came back."""
    orders = lake.orders
    sums = orders.group_by("profile_id").agg(units=orders.units.sum(), returned=orders.returned_units.sum())
    sums = sums.filter(sums.units > 0)
    return sums.select("profile_id", value=(sums.returned / sums.units).cast("float64").clip(upper=1.0))
