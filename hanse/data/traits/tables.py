"""What expressions of computed traits read: the lake with every profile as the one that stands for it, and what several of them ask.

Days are those of the shop's time zone. Whoever may not be looked at for a purpose is not in it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import ibis

from hanse.base.config import Settings
from hanse.data.lake import expressions
from hanse.data.lake.sessions import Tables

if TYPE_CHECKING:
    import ibis.expr.types as ir

EPOCH = date(1970, 1, 1)
SECONDS_A_DAY = 86_400

Keep = Callable[[str, Any], Any]
"""Takes a name and a table, and may keep its rows for those who ask again."""


@dataclass(frozen=True)
class People:
    """Whose data may be looked at: only those in `allowed`, where that is given, and nobody in `barred`; tables with a `profile_id`."""

    allowed: ir.Table | None = None
    barred: ir.Table | None = None

    def among(self, table: ir.Table) -> ir.Table:
        """Return the rows of those who may be looked at."""
        if self.allowed is not None:
            table = table.semi_join(self.allowed, "profile_id")
        return table if self.barred is None else table.anti_join(self.barred, "profile_id")


@dataclass(frozen=True)
class Lake:
    """The lake as traits see it; `events`, `lines` and `orders` have the `profile_id` that stands for the person, and nobody unknown."""

    tables: Tables
    settings: Settings
    now: datetime
    people: People = People()
    keep: Keep = lambda _, table: table

    @cached_property
    def events(self) -> ir.Table:
        """Return the log: `datasets.EVENTS`."""
        return self._canonical(self.tables.events)

    @cached_property
    def habits(self) -> ir.Table:
        """Return how often somebody came with which device and language: profile_id, device, language, events and last_seen_at."""
        events = self.events
        sums = events.group_by("profile_id", "device", "language").agg(events=events.count(), last_seen_at=events.occurred_at.max())
        return self.keep("habits", sums)

    @cached_property
    def lines(self) -> ir.Table:
        """Return the lines of orders, returns among them with negative quantities: `datasets.ORDER_LINES`."""
        return self._canonical(self.tables.order_lines)

    @cached_property
    def orders(self) -> ir.Table:
        """Return one row for each order: profile_id, order_id, ordered_at, units, returned_units, revenue_minor, currency and `day`."""
        orders = expressions.orders_by_profile(self.lines)
        return self.keep("orders", orders.mutate(day=self.day(orders.ordered_at)))

    @property
    def kept_orders(self) -> ir.Table:
        """Return the orders of which something did not come back."""
        return self.orders.filter(self.orders.units > self.orders.returned_units)

    @cached_property
    def purchases(self) -> ir.Table:
        """Return what was sold: profile_id, product_id, quantity, price_minor, currency, with category and brand of the product."""
        lines = self.lines
        sold = lines.filter(lines.quantity > 0, lines.product_id.notnull())
        products = self.tables.products
        names = (products.category_de, products.category_en)
        category = ibis.coalesce(*(names if self.settings.language == "de" else names[::-1]))
        known = products.select("product_id", "brand", category=category)
        columns = ("profile_id", "product_id", "quantity", "price_minor", "currency", "brand", "category")
        return self.keep("purchases", sold.left_join(known, "product_id").select(*columns))

    @property
    def today(self) -> int:
        """Return the number of the present day, as `day` counts."""
        return (self.now.astimezone(ZoneInfo(self.settings.time_zone)).date() - EPOCH).days

    def day(self, moment: ir.TimestampValue) -> ir.IntegerValue:
        """Return the number of the day in the shop's time zone on which something happened: 0 is 1 January 1970."""
        local = expressions.local_time(moment, self.settings.time_zone)
        return (local.epoch_seconds().cast("int64") // SECONDS_A_DAY).cast("int64")

    def most(self, table: ir.Table, column: str, weight: ir.IntegerValue | None = None) -> ir.Table:
        """Return for each profile the value of a column that most rows, or most of the weight, have; of equals the first by alphabet."""
        table = table.mutate(value=table[column], weight=1 if weight is None else weight)
        table = table.filter(table.value.notnull())
        sums = table.group_by("profile_id", "value").agg(weight=table.weight.sum())
        order = ibis.window(group_by="profile_id", order_by=[sums.weight.desc(), sums.value])
        ranked = sums.mutate(place=ibis.row_number().over(order))
        return ranked.filter(ranked.place == 0).select("profile_id", "value")

    def gaps(self, table: ir.Table, column: str) -> ir.Table:
        """Return the rows with `gap`: how much larger the whole number in a column is than in the profile's row before; null in the first."""
        before = table[column].lag().over(ibis.window(group_by="profile_id", order_by=table[column]))
        return table.mutate(gap=table[column] - before)

    def _canonical(self, table: ir.Table) -> ir.Table:
        """Return the rows of known people, each with the profile that stands for them."""
        merges = self.tables.merges
        known = table.filter(table.profile_id.notnull())
        joined = known.left_join(merges, known.profile_id == merges.profile_id)
        stands = joined.mutate(profile_id=ibis.coalesce(joined.canonical_id, joined.profile_id)).select(*table.columns)
        return self.people.among(stands)
