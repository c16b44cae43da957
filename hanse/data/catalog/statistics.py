"""What sold: the statistics of each product, computed from the lake. A job calls this; pages and rankings read the table."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from hanse.base import changes, database
from hanse.base.config import Settings
from hanse.base.context import Context
from hanse.base.database import Queries
from hanse.data import lake
from hanse.data.catalog.schemas import ProductStatistics

if TYPE_CHECKING:
    import ibis.expr.types as ir

queries = Queries(__package__, "statistics.sql")

MONTHS = 24
COLUMNS = (
    "product_id",
    "orders",
    "units",
    "returned_units",
    "revenue_minor",
    "currency",
    "units_by_month",
    "last_sold_at",
    "computed_at",
)


async def refresh(context: Context) -> int:
    """Bring the lake and then the statistics up to date; return of how many products."""
    await lake.refresh(context)
    now = context.clock.now()
    computed = await asyncio.to_thread(compute, context.settings, now)
    connection = await context.connection()
    rows = (_row(each, now) for each in computed)
    count = await database.upsert(connection, "product_statistics", COLUMNS, ("product_id",), rows)
    await connection.execute(queries["remove_older"], {"now": now})
    await changes.announce(connection, "catalog")
    return count


def compute(settings: Settings, now: datetime) -> list[ProductStatistics]:
    """Compute what sold of each product; months are those of the shop's time zone."""
    from hanse.data.lake import expressions

    with lake.session(settings) as session:
        lines = session.tables.order_lines
        months = expressions.sales_by_month(lines, settings.time_zone)
        recent = months.filter(months.month >= _first_month(now, settings.time_zone), months.units > 0)
        by_month = recent.group_by("product_id", "month").agg(units=recent.units.sum()).order_by("product_id", "month")
        units: dict[str, dict[str, int]] = defaultdict(dict)
        for row in _rows(by_month):
            units[row["product_id"]][row["month"]] = row["units"]
        totals = expressions.sales_by_product(lines)
        return [ProductStatistics(**row, units_by_month=units.get(row["product_id"], {})) for row in _rows(totals)]


def _rows(expression: ir.Table) -> Iterator[dict[str, Any]]:
    """Collect an expression and give its rows one by one, so that not all of them are Python objects at once."""
    for batch in expression.to_pyarrow().to_batches(10_000):
        yield from batch.to_pylist()


def _first_month(now: datetime, time_zone: str) -> str:
    """Return the first of the last 24 months, the present one among them, as `2024-11`."""
    here = now.astimezone(ZoneInfo(time_zone))
    year, month = divmod(here.year * 12 + here.month - MONTHS, 12)
    return f"{year:04}-{month + 1:02}"


def _row(each: ProductStatistics, now: datetime) -> tuple[object, ...]:
    totals = (each.product_id, each.orders, each.units, each.returned_units, each.revenue_minor, each.currency)
    return (*totals, database.jsonb(each.units_by_month), each.last_sold_at, now)
