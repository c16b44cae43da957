"""Prices are steps: what is said now holds from now on, what was paid before stays known, and between the steps there is no gap."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from hanse.base.database import Connection
from hanse.data import catalog
from hanse.data.catalog import Price, Product
from tests.conftest import NOW

DAY = timedelta(days=1)
Step = tuple[int, datetime | None, datetime | None]


async def say(connection: Connection, amount_minor: int, now: datetime, **facts: Any) -> None:
    await catalog.put_prices(connection, [Price(product_id="saw", amount_minor=amount_minor, **facts)], now=now)


async def steps(connection: Connection, price_list: str = "list") -> list[Step]:
    rows = await connection.execute(
        "SELECT amount_minor, nullif(valid_from, '-infinity') AS since, nullif(valid_until, 'infinity') AS until FROM prices"
        " WHERE price_list = %s ORDER BY valid_from",
        [price_list],
    )
    return [(row["amount_minor"], row["since"], row["until"]) async for row in rows]


@pytest.fixture
async def saw(connection: Connection) -> Connection:
    await catalog.put_products(connection, [Product(product_id="saw")], source="test", now=NOW)
    return connection


async def test_the_first_price_held_always_and_the_next_begins_where_it_ends(saw: Connection) -> None:
    await say(saw, 1_000, NOW)
    await say(saw, 900, NOW + DAY)
    await say(saw, 1_100, NOW + 2 * DAY)
    assert await steps(saw) == [(1_000, None, NOW + DAY), (900, NOW + DAY, NOW + 2 * DAY), (1_100, NOW + 2 * DAY, None)]


async def test_the_same_price_again_begins_nothing(saw: Connection) -> None:
    for day in range(3):
        await say(saw, 1_000, NOW + day * DAY)
    assert await steps(saw) == [(1_000, None, None)]


async def test_two_prices_of_one_moment_leave_the_last_one(saw: Connection) -> None:
    await say(saw, 1_000, NOW - DAY)
    await say(saw, 900, NOW)
    await say(saw, 800, NOW)
    assert await steps(saw) == [(1_000, None, NOW), (800, NOW, None)]
    await catalog.put_prices(saw, [Price(product_id="saw", amount_minor=each) for each in (1, 2, 700)], now=NOW + DAY)
    assert (await steps(saw))[-1] == (700, NOW + DAY, None)


async def test_what_was_to_begin_later_is_gone_and_what_was_to_end_goes_on(saw: Connection) -> None:
    await say(saw, 1_000, NOW - DAY)
    await saw.execute("UPDATE prices SET valid_until = %s", [NOW + DAY])
    await saw.execute("INSERT INTO prices (product_id, amount_minor, currency, valid_from) VALUES ('saw', 1200, 'EUR', %s)", [NOW + DAY])
    await say(saw, 1_000, NOW)
    assert await steps(saw) == [(1_000, None, None)]


async def test_a_price_comes_back_after_a_time_without_one(saw: Connection) -> None:
    await say(saw, 1_000, NOW - 2 * DAY)
    await saw.execute("UPDATE prices SET valid_until = %s", [NOW - DAY])
    await say(saw, 1_000, NOW)
    assert await steps(saw) == [(1_000, None, NOW - DAY), (1_000, NOW, None)]


async def test_lists_quantities_and_currencies_have_steps_of_their_own(saw: Connection) -> None:
    await say(saw, 1_000, NOW)
    await say(saw, 800, NOW + DAY, price_list="dealers")
    await say(saw, 900, NOW + DAY, min_quantity=10)
    await say(saw, 1_100, NOW + DAY, currency="CHF")
    assert sorted(await steps(saw)) == [(900, None, None), (1_000, None, None), (1_100, None, None)]
    assert await steps(saw, "dealers") == [(800, None, None)]
