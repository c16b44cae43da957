"""What sold of each product, by numbers found by hand."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import pytest

from hanse.base import changes, database
from hanse.base.clock import FixedClock
from hanse.base.config import Settings
from hanse.base.context import Context, Ports, Resources
from hanse.data import events
from hanse.data.catalog import jobs, statistics
from hanse.data.events import Event
from tests.conftest import NOW


@pytest.fixture
async def resources(database_url: str, home: Path, clock: FixedClock) -> AsyncIterator[Resources]:
    """A process; no operation runs here, so it has no ports."""
    async with database.pool(database_url, size=4) as pool:
        yield Resources(Settings(home=home), clock, pool, cast("Ports", None))


def order(order_id: str, at: str, product_id: str, quantity: int, price: float, *, name: str = "Order Completed", currency: str = "EUR") -> Event:
    products = [{"product_id": product_id, "quantity": quantity, "price": price}]
    facts: dict[str, Any] = {"order_id": order_id, "currency": currency, "products": products}
    return Event(message_id=f"{name} {order_id}", name=name, source="shop", occurred_at=datetime.fromisoformat(at), properties=facts)


async def sell(resources: Resources, *orders: Event) -> None:
    async with resources.pool.connection() as connection:
        await events.append(connection, orders, now=NOW)


async def computed(resources: Resources) -> dict[str, dict[str, Any]]:
    async with Context(resources) as context:
        await jobs.refresh_statistics(context)
    async with resources.pool.connection() as connection:
        rows = await (await connection.execute("SELECT * FROM product_statistics")).fetchall()
    return {row["product_id"]: row for row in rows}


async def test_the_numbers_are_those_found_by_hand(resources: Resources) -> None:
    await sell(
        resources,
        order("1", "2024-06-30T21:00:00+00:00", "drill", 7, 80),  # the 25th month back
        order("2", "2024-06-30T22:30:00+00:00", "drill", 1, 90),  # in Berlin it is July already: the first of 24 months
        order("3", "2026-06-01T10:00:00+00:00", "drill", 2, 100.5),
        order("4", "2026-06-02T10:00:00+00:00", "drill", 1, 110, currency="CHF"),
        order("3", "2026-06-03T10:00:00+00:00", "drill", 1, 100.5, name="Order Refunded"),
        order("5", "2026-05-31T22:30:00+00:00", "bit", 10, 0.034),
    )
    found = await computed(resources)
    assert set(found) == {"drill", "bit"}
    assert found["drill"] == {
        "product_id": "drill",
        "orders": 4,
        "units": 11,
        "returned_units": 1,
        "revenue_minor": 56000 + 9000 + 20100 - 10050,
        "currency": "EUR",
        "units_by_month": {"2024-07": 1, "2026-06": 3},
        "last_sold_at": datetime(2026, 6, 2, 10, tzinfo=UTC),
        "computed_at": NOW,
    }
    assert (found["bit"]["revenue_minor"], found["bit"]["units_by_month"]) == (34, {"2026-06": 10})


async def test_statistics_follow_the_log(resources: Resources, clock: FixedClock) -> None:
    await sell(resources, order("1", "2026-06-01T10:00:00+00:00", "drill", 1, 80))
    assert (await computed(resources))["drill"]["orders"] == 1
    clock.advance(hours=1)
    await sell(resources, order("2", "2026-06-02T10:00:00+00:00", "drill", 1, 80))
    assert (await computed(resources))["drill"]["orders"] == 2


async def test_a_product_without_sales_has_no_statistics(resources: Resources) -> None:
    async with resources.pool.connection() as connection:
        await connection.execute(
            "INSERT INTO product_statistics VALUES ('gone', 1, 1, 0, 1, 'EUR', '{}', NULL, %s)", (datetime(2026, 1, 1, tzinfo=UTC),)
        )
    assert await computed(resources) == {}


async def test_others_hear_that_the_catalog_changed(resources: Resources, database_url: str) -> None:
    async with await database.connect(database_url, autocommit=True) as connection:
        await connection.execute(f"LISTEN {changes.CHANNEL}")
        await computed(resources)
        heard = [notice.payload async for notice in connection.notifies(timeout=20, stop_after=1)]
    assert heard == ["catalog:"]


@pytest.mark.parametrize(
    ("now", "month"), [(NOW, "2024-07"), (datetime(2026, 12, 1, tzinfo=UTC), "2025-01"), (datetime(2026, 12, 31, 23, 30, tzinfo=UTC), "2025-02")]
)
def test_the_first_of_24_months_is_counted_in_the_time_zone_of_the_shop(now: datetime, month: str) -> None:
    assert statistics._first_month(now, "Europe/Berlin") == month


def test_the_job_has_a_name_and_a_schedule() -> None:
    assert (jobs.refresh_statistics.name, jobs.refresh_statistics.schedule) == ("catalog.refresh_statistics", "25 * * * *")
