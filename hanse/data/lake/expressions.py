"""Questions that several capabilities ask the lake, as Ibis expressions that mean the same on DuckDB and on Spark.

Each takes a session's tables and gives a table; nothing runs before `to_pyarrow`. `lines` are always `tables.order_lines`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

if TYPE_CHECKING:
    import ibis.expr.types as ir


@ibis.udf.scalar.builtin(signature=(("timestamp('UTC')", "string"), "timestamp"))  # type: ignore[untyped-decorator]  # Ibis has no types
def from_utc_timestamp(moment: ir.TimestampValue, zone: ir.StringValue) -> ir.TimestampValue:
    """Return what clocks in a time zone showed at a moment; Spark has it, and sessions on DuckDB define it."""


@ibis.udf.scalar.builtin(signature=(("string", "string"), "string"))  # type: ignore[untyped-decorator]  # Ibis has no types
def get_json_object(text: ir.StringValue, path: ir.StringValue) -> ir.StringValue:
    """Return what stands at a path in JSON text, as text; Spark has it, and sessions on DuckDB define it."""


def local_time(moment: ir.TimestampValue, time_zone: str) -> ir.TimestampValue:
    """Return what clocks in a time zone (IANA) showed at a moment, to take days and months from."""
    return from_utc_timestamp(moment, time_zone)


def settle(lines: ir.Table) -> ir.Table:
    """Replace the rows that say that a whole order came back by one for each product that was left of it.

    Sessions do this once; what was returned piece by piece before is not returned again, in whatever order it was told.
    """
    pieces = lines.filter(lines.quantity != 0)
    whole = lines.filter(lines.quantity == 0)
    whole = whole.group_by("order_id").agg(
        event_id=whole.event_id.argmin(whole.sequence),
        occurred_at=whole.occurred_at.argmin(whole.sequence),
        received_at=whole.received_at.argmin(whole.sequence),
        sequence=whole.sequence.min(),
    )
    left = pieces.semi_join(whole, "order_id")
    left = left.group_by("order_id", "product_id").agg(
        profile_id=left.profile_id.max(), quantity=left.quantity.sum(), amount_minor=left.amount_minor.sum(), currency=left.currency.max()
    )
    left = left.filter(left.quantity > 0)
    # an engine may divide before it filters
    price = (left.amount_minor // left.quantity.nullif(0)).cast("int64")
    back = left.inner_join(whole, "order_id").mutate(quantity=-left.quantity, price_minor=price, amount_minor=-left.amount_minor)
    return pieces.union(back.select(*lines.columns))


def baskets(lines: ir.Table) -> ir.Table:
    """Tell what was bought together: one row for each order and product of which something was kept.

    Columns: order_id, profile_id, product_id, occurred_at.
    """
    lines = lines.filter(lines.product_id.notnull())
    sold = lines.quantity > 0
    kept = lines.group_by("order_id", "product_id").agg(
        profile_id=lines.profile_id.max(where=sold), occurred_at=lines.occurred_at.min(where=sold), quantity=lines.quantity.sum()
    )
    return kept.filter(kept.quantity > 0).select("order_id", "profile_id", "product_id", "occurred_at")


def product_views(events: ir.Table, merges: ir.Table) -> ir.Table:
    """Tell who looked at which product: one row for each time that one was viewed or put into a cart.

    Columns: profile_id, of the person whoever was merged into them; product_id; occurred_at.
    """
    seen = events.filter(events.name.isin(["Product Viewed", "Product Added"]) & events.profile_id.notnull())
    seen = seen.left_join(merges, "profile_id").select(
        profile_id=ibis.coalesce(merges.canonical_id, seen.profile_id),
        product_id=get_json_object(seen.properties, "$.product_id"),
        occurred_at=seen.occurred_at,
    )
    return seen.filter(seen.product_id.notnull())


def searches(events: ir.Table, merges: ir.Table) -> ir.Table:
    """Tell who searched for what: one row for each search.

    Columns: profile_id, of the person whoever was merged into them; query, as it was typed; occurred_at.
    """
    asked = events.filter((events.name == "Products Searched") & events.profile_id.notnull())
    asked = asked.left_join(merges, "profile_id").select(
        profile_id=ibis.coalesce(merges.canonical_id, asked.profile_id),
        query=get_json_object(asked.properties, "$.query"),
        occurred_at=asked.occurred_at,
    )
    return asked.filter(asked.query.notnull())


def sales_by_product(lines: ir.Table) -> ir.Table:
    """Sum up what sold of each product: one row for each product.

    Columns: product_id; orders; units, as sold; returned_units; revenue_minor, less what came back, of what was sold in `currency`,
    the one that most of its orders are in; last_sold_at.
    """
    lines = lines.filter(lines.product_id.notnull())
    totals = lines.group_by("product_id").agg(**_units(lines), last_sold_at=lines.occurred_at.max(where=lines.quantity > 0))
    by_currency = lines.group_by("product_id", "currency").agg(lines=lines.count(), revenue_minor=lines.amount_minor.sum())
    most = ibis.window(group_by="product_id", order_by=[by_currency.lines.desc(), by_currency.currency])
    money = by_currency.mutate(place=ibis.row_number().over(most))
    money = money.filter(money.place == 0).select("product_id", "currency", revenue_minor=money.revenue_minor.fill_null(0))
    return totals.inner_join(money, "product_id").select(
        "product_id", "orders", "units", "returned_units", "revenue_minor", "currency", "last_sold_at"
    )


def sales_by_month(lines: ir.Table, time_zone: str = "UTC") -> ir.Table:
    """Sum up what sold of each product in each month: one row for each product, month (`2026-10`) and currency.

    Columns: product_id, month, currency, orders, units, returned_units, revenue_minor.
    """
    lines = lines.filter(lines.product_id.notnull())
    lines = lines.mutate(month=local_time(lines.occurred_at, time_zone).strftime("%Y-%m"))
    return lines.group_by("product_id", "month", "currency").agg(**_units(lines), revenue_minor=_revenue(lines))


def events_by_day(events: ir.Table, time_zone: str) -> ir.Table:
    """Count events: one row for each day in a time zone and each name, which is the type for events that have none.

    Columns: day, name, events, profiles.
    """
    events = events.mutate(day=local_time(events.occurred_at, time_zone).date(), name=ibis.coalesce(events.name, events.type))
    return events.group_by("day", "name").agg(events=events.count(), profiles=events.profile_id.nunique())


def orders_by_profile(lines: ir.Table) -> ir.Table:
    """Tell who ordered, when and for how much: one row for each order of somebody known, also where only its amount is known.

    Columns: profile_id; order_id; ordered_at; units, as ordered; returned_units; revenue_minor, less what came back; currency.
    """
    lines = lines.filter(lines.profile_id.notnull())
    sold = lines.quantity > 0
    orders = lines.group_by("profile_id", "order_id").agg(
        ordered_at=lines.occurred_at.min(where=sold),
        units=_sold(lines),
        returned_units=_returned(lines),
        revenue_minor=_revenue(lines),
        currency=lines.currency.max(where=sold),
    )
    return orders.filter(orders.ordered_at.notnull())


def _units(lines: ir.Table) -> dict[str, ir.IntegerScalar]:
    return {"orders": lines.order_id.nunique(where=lines.quantity > 0), "units": _sold(lines), "returned_units": _returned(lines)}


def _sold(lines: ir.Table) -> ir.IntegerScalar:
    return lines.quantity.sum(where=lines.quantity > 0).fill_null(0)


def _returned(lines: ir.Table) -> ir.IntegerScalar:
    return (-lines.quantity.sum(where=lines.quantity < 0)).fill_null(0)


def _revenue(lines: ir.Table) -> ir.IntegerScalar:
    return lines.amount_minor.sum().fill_null(0)
