"""Order lines become the events `Order Completed` and `Order Refunded`; products the catalog lacks are made from them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

import msgspec

from hanse.base import database, money
from hanse.base.database import Queries
from hanse.data import catalog, events
from hanse.data.catalog import Price, Product
from hanse.data.events import Event
from hanse.data.events.store import message_key
from hanse.data.profiles import given
from hanse.data.profiles.given import Said
from hanse.data.profiles.identity import Contact
from hanse.sources.files.kinds import known_orders, people
from hanse.sources.files.kinds.loading import Load, ahead, aside

steps = Queries(__package__, "orders.sql")
queries = Queries("hanse.sources.files")
PRODUCT_PAGE = 10_000
WRITTEN_AT_ONCE = 5_000
SMALL_PART, FEW_PARTS, LARGE_PART = 50_000, 16, 500_000
"""Lines grouped at once: few enough for memory, and some parts at least, so that one is grouped while another is written."""

Row = dict[str, Any]


@dataclass
class Writing:
    """What is kept while orders are written."""

    said: list[Said] = field(default_factory=list)
    """What is known of the people by their orders; written at last, as others who say the same wait for it."""
    owners: dict[tuple[str | None, str | None], UUID | None] = field(default_factory=dict)
    """Profile by customer number and e-mail address."""
    changed: list[str] = field(default_factory=list)
    """Orders that were known with other content."""


async def load(load: Load) -> None:
    """Write the checked lines as events."""
    load.made |= dict.fromkeys(("orders", "refunds", "products", "profiles"), 0)
    cancelling = await aside(_settle, load)
    await _make_months(load)
    await _make_products(load)
    await _write_events(load, cancelling=cancelling)


def _settle(load: Load) -> bool:
    """Decide what needs all lines: missing dates, currencies, products; return whether numbers like C536379 are cancellations."""
    run, one = load.workspace.run, load.workspace.one
    if one(steps["undated"])[0]:
        run(steps["date_lines"])
    run(steps["order_currencies"])
    run(steps["refuse_other_currencies"])
    run(steps["make_products"])
    cancelling, positive = one(steps["cancellations"])
    if cancelling:
        load.note("{rows} lines of cancellations (numbers like C536379) have a positive quantity; they were taken as returns.", rows=positive)
    return bool(cancelling)


async def _make_months(load: Load) -> None:
    """Make the log's months in a transaction of their own: a new one locks the whole log until it is committed.

    With them the present and the next one, so that nobody else needs a new one while the orders are written.
    """
    months = [_aware(month) for (month,) in await aside(load.workspace.run, steps["months"])]
    months += [load.now, load.now + timedelta(days=31)]
    async with load.own_transaction() as connection:
        await connection.execute(queries["make_months"], {"months": months})


async def _make_products(load: Load) -> None:
    """Make the products that the catalog lacks; those that it has stay as they are."""
    made = 0
    for page in _pages(load, "products", PRODUCT_PAGE):
        rows = await aside(load.workspace.dicts, steps["page_of_products"], page)
        cursor = await load.connection.execute(queries["known_products"], {"product_ids": [row["product_id"] for row in rows]})
        known = {row["product_id"] async for row in cursor}
        fresh = [row for row in rows if row["product_id"] not in known]
        products = (Product(product_id=row["product_id"], title={load.language: row["name"]} if row["name"] else {}) for row in fresh)
        made += await catalog.put_products(load.connection, products, source=load.source, now=load.now)
        await catalog.put_prices(load.connection, (_price(row) for row in fresh if row["price"]), now=load.now)
    load.count("products", made)


def _price(row: Row) -> Price:
    return Price(product_id=row["product_id"], amount_minor=money.minor(row["price"], row["currency"]), currency=row["currency"])


@dataclass(frozen=True, slots=True)
class Order:
    """One order or refund, with what its event needs of it."""

    row: Row
    message_id: str
    key: UUID
    properties: bytes
    content_hash: str


async def _write_events(load: Load, *, cancelling: bool) -> None:
    """Write part after part; while the database takes one, the next is grouped."""
    lines, count = load.workspace.one(steps["count_orders"])
    parts = max(min(lines // SMALL_PART + 1, FEW_PARTS), lines // LARGE_PART + 1)
    writing, written = Writing(), 0
    async for orders in ahead(partial(_orders, load, cancelling, parts, part) for part in range(parts)):
        for first in range(0, len(orders), WRITTEN_AT_ONCE):
            page = orders[first : first + WRITTEN_AT_ONCE]
            await _write_page(load, writing, page)
            written += len(page)
            await load.progress(0.5 + 0.5 * written / max(count, written), f"writing orders {written:,} of {max(count, written):,}")
    await given.put(load.connection, writing.said)
    changed = writing.changed
    load.note("{rows} orders were known with other content and stay as they are.", rows=len(changed), example=", ".join(changed[:3]))


def _orders(load: Load, cancelling: bool, parts: int, part: int) -> list[Order]:  # noqa: FBT001  # named by partial's caller
    rows = load.workspace.dicts(steps["orders"], cancelling=str(cancelling).lower(), parts=str(parts), part=str(part))
    return [_order(load, row) for row in rows]


def _order(load: Load, row: Row) -> Order:
    message_id = f"{'refund' if row['refund'] else 'order'}:{load.source}:{row['order_id']}"
    properties = row["properties"].encode()
    return Order(row, message_id, message_key(message_id), properties, known_orders.content_hash(properties))


async def _write_page(load: Load, writing: Writing, orders: list[Order]) -> None:
    """Write some orders; note those that were known with other content."""
    rows = [order.row for order in orders]
    await _find_owners(load, writing, rows)
    made = {order.key: _event(load, order, writing) for order in orders}
    known = await known_orders.known(load.connection, list(made))
    if load.suffix:
        made = {key: _with_suffix(event, load.suffix) if key in known else event for key, event in made.items()}
        known = {}
    unknown = [event for key, event in made.items() if key not in known]
    appended = await events.append(load.connection, unknown, now=load.now)
    new = {event.message_id for event, taken in zip(unknown, appended.taken, strict=True) if taken}
    for row, event in zip(rows, made.values(), strict=True):
        if event.message_id in new:
            load.loaded += row["lines"]
            load.count("refunds" if row["refund"] else "orders", 1)
        else:
            load.known += row["lines"]
    repeated = {key: event for key, event in made.items() if event.message_id not in new and not _is_same(event, known.get(key))}
    writing.changed += await known_orders.changed(load.connection, repeated)


def _is_same(event: Event, content_hash: str | None) -> bool:
    """Return whether an order is surely the one that the log has."""
    return isinstance(event.context, dict) and event.context["content_hash"] == content_hash


def _with_suffix(event: Event, suffix: str) -> Event:
    """Return a replayed line of an order that is known already as an event of its own."""
    return msgspec.structs.replace(event, message_id=event.message_id + suffix)


def _event(load: Load, order: Order, writing: Writing) -> Event:
    row = order.row
    return Event(
        message_id=order.message_id,
        name="Order Refunded" if row["refund"] else "Order Completed",
        profile_id=writing.owners[row["customer_id"], row["email"]],
        user_id=row["customer_id"],
        source=load.source,
        occurred_at=_aware(row["ordered_at"]),
        properties=msgspec.Raw(order.properties),
        context={"content_hash": order.content_hash},
    )


async def _find_owners(load: Load, writing: Writing, rows: list[Row]) -> None:
    """Find whose orders they are, and note what these say of people who come for the first time."""
    unknown = {(row["customer_id"], row["email"]): row for row in reversed(rows) if (row["customer_id"], row["email"]) not in writing.owners}
    found = await people.find(load, [_contact(load, row) for row in unknown.values()]) if unknown else []
    for (names, row), each in zip(unknown.items(), found, strict=True):
        writing.owners[names] = each.profile_id if each else None
        if each is not None:
            load.count("profiles", each.fresh)
            writing.said += _said(load, row, each.profile_id)


def _contact(load: Load, row: Row) -> Contact:
    return Contact(user_id=row["customer_id"], email=row["email"], source=load.source, occurred_at=min(_aware(row["ordered_at"]), load.now))


def _said(load: Load, row: Row, profile_id: UUID) -> Iterator[Said]:
    """Go through what an order says of its customer, for as long as nobody says more."""
    traits = {"email": row["email"], "address": {"country": row["country"]} if row["country"] else None}
    for name, value in traits.items():
        if value:
            yield Said(profile_id, name, load.source, database.jsonb(value), min(_aware(row["ordered_at"]), load.now), is_fallback=True)


def _pages(load: Load, table: str, size: int) -> Iterator[dict[str, int]]:
    (count,) = load.workspace.one("SELECT count(*) FROM <table>", table=table)
    return ({"first": first, "last": first + size} for first in range(0, count, size))


def _aware(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC)
