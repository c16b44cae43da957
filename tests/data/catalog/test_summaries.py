"""A process remembers what it showed of products, and forgets it as soon as it may be wrong."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import psycopg
import pytest

from hanse.base import database
from hanse.base.clock import FixedClock
from hanse.base.context import Context
from hanse.base.database import Connection
from hanse.data import catalog
from hanse.data.catalog import Price, Product
from hanse.data.catalog.summaries import Summaries, Summary, title
from tests.conftest import NOW


async def renamed(connection: Connection, product_id: str = "D1") -> None:
    await catalog.put_products(connection, [Product(product_id=product_id, title={"de": "Neu"})], source="pim", now=NOW)


async def without_database(context: Context) -> Context:
    connection = await context.connection()
    gone = await database.connect(connection.info.dsn)
    await gone.close()
    return Context(context.resources, fixed_connection=gone)


async def test_summaries_come_in_the_order_asked_without_unknown_ones(shop: Connection, context: Context) -> None:
    found = await Summaries().get(context, ["P7", "?", "D1", "P7", "\x00"])
    assert list(found) == ["P7", "D1"]
    assert found["D1"] == Summary(
        product_id="D1",
        title={"de": "Akkuschrauber", "en": "Cordless drill"},
        category={"de": "Maschinen > Bohren", "en": "Machines > Drilling"},
        state="active",
        image_url=None,
        amount_minor=17_900,
        currency="EUR",
        brand="Ebbe",
        categories=("maschinen > bohren", "maschinen", "machines > drilling", "machines"),
        stock=7.0,
        created_at=NOW,
    )


async def test_what_has_no_price_has_none(shop: Connection, context: Context) -> None:
    found = (await Summaries().get(context, ["O2"]))["O2"]
    assert (found.amount_minor, found.currency) == (None, None)


async def test_remembered_products_need_no_database(shop: Connection, context: Context) -> None:
    summaries = Summaries()
    before = await summaries.get(context, ["D1", "P7", "?"])
    closed = await without_database(context)
    assert await summaries.get(closed, ["P7", "?", "D1"]) == before
    with pytest.raises(psycopg.OperationalError):
        await summaries.get(closed, ["O2"])


async def test_news_of_the_catalog_is_heeded(shop: Connection, context: Context) -> None:
    summaries = Summaries()
    await summaries.get(context, ["D1", "X"])
    await renamed(shop)
    await renamed(shop, "X")
    stale = await summaries.get(context, ["D1", "X"])
    await summaries.forget("")
    fresh = await summaries.get(context, ["D1", "X"])
    assert (stale["D1"].title["de"], "X" in stale) == ("Akkuschrauber", False)
    assert (fresh["D1"].title["de"], "X" in fresh) == ("Neu", True)


async def test_what_was_read_while_news_came_is_not_remembered(shop: Connection, context: Context) -> None:
    summaries = Summaries()
    reading = asyncio.create_task(summaries.get(context, ["D1"]))
    await asyncio.sleep(0)  # now it waits for the database
    await summaries.forget("")
    assert "D1" in await reading
    await renamed(shop)
    assert (await summaries.get(context, ["D1"]))["D1"].title["de"] == "Neu"


async def test_the_ones_not_used_for_longest_are_forgotten_first(shop: Connection, context: Context) -> None:
    summaries = Summaries(capacity=2)
    await summaries.get(context, ["D1", "P7"])
    await summaries.get(context, ["D1"])
    await summaries.get(context, ["O2"])
    closed = await without_database(context)
    assert set(await summaries.get(closed, ["D1", "O2"])) == {"D1", "O2"}
    with pytest.raises(psycopg.OperationalError):
        await summaries.get(closed, ["P7"])


async def test_more_products_than_it_can_remember_are_still_answered(shop: Connection, context: Context) -> None:
    summaries = Summaries(capacity=1)
    for _ in range(2):
        assert set(await summaries.get(context, ["D1", "P7", "O2"])) == {"D1", "P7", "O2"}


async def test_a_price_is_forgotten_when_it_ends(shop: Connection, context: Context, clock: FixedClock) -> None:
    columns = ("product_id", "price_list", "min_quantity", "valid_from", "valid_until", "amount_minor", "currency")
    begins, ends = NOW + timedelta(days=1), NOW + timedelta(days=2)
    await database.copy(shop, "prices", columns, [("D1", "list", 1, begins, ends, 9_900, "EUR")])
    summaries, shown = Summaries(), []
    for _ in range(6):
        shown.append((await summaries.get(context, ["D1"]))["D1"].amount_minor)
        clock.advance(hours=12)
    assert shown == [17_900, 17_900, 9_900, 9_900, 17_900, 17_900]


@pytest.mark.parametrize(
    ("texts", "language", "expected"),
    [
        ({"de": "Bohrer", "en": "Drill bit"}, "en", "Drill bit"),
        ({"de": "Bohrer", "en": "Drill bit"}, "fr", "Bohrer"),
        ({"en": "Drill bit", "und": "Drill"}, "de", "Drill bit"),
        ({"und": "Drill"}, "de", "Drill"),
        ({"fr": "Foret"}, "de", "Foret"),
        ({"de": ""}, "de", ""),
        ({}, "de", ""),
    ],
)
def test_a_title_falls_back_from_language_to_language(texts: dict[str, str], language: str, expected: str) -> None:
    assert title(texts, language) == expected


async def test_what_nobody_counts_or_says_is_not_known(shop: Connection, context: Context) -> None:
    found = (await Summaries().get(context, ["P7"]))["P7"]
    assert (found.stock, found.margin_score, found.brand, found.attributes) == (None, None, None, {})


async def test_the_margin_comes_from_what_attributes_say(shop: Connection, context: Context) -> None:
    said: list[dict[str, Any]] = [
        {"margin": {"value": 0.4}},
        {"margin": {"value": 40, "unit": "%"}},
        {"cost": {"value": 2.7, "unit": "EUR"}},
        {"cost": {"value": "cheap"}},
        {},
    ]
    await catalog.put_products(shop, [Product(product_id=f"M{number}", attributes=each) for number, each in enumerate(said)], source="pim", now=NOW)
    await catalog.put_prices(shop, [Price(product_id="M2", amount_minor=450), Price(product_id="M3", amount_minor=450)], now=NOW)
    found = await Summaries().get(context, [f"M{number}" for number in range(len(said))])
    assert [each.margin_score for each in found.values()] == [0.4, 0.4, 0.4, None, None]


async def test_attributes_are_known_once_somebody_mentions_them(shop: Connection, context: Context) -> None:
    summaries = Summaries()
    plain = (await summaries.get(context, ["D1"]))["D1"]
    summaries.mention(["voltage", "colour"])
    mentioned = (await summaries.get(context, ["D1"]))["D1"]
    summaries.mention(["colour"])
    assert (plain.attributes, mentioned.attributes) == ({}, {"voltage": ("18", "18 v")})
    assert (await summaries.get(context, ["D1"]))["D1"] is mentioned


async def test_what_has_changed_in_between_is_read_without_what_was_not_mentioned_yet(shop: Connection, context: Context) -> None:
    summaries = Summaries()
    reading = asyncio.create_task(summaries.get(context, ["D1"]))
    await asyncio.sleep(0)  # now it waits for the database
    summaries.mention(["voltage"])
    await reading
    assert (await summaries.get(context, ["D1"]))["D1"].attributes == {"voltage": ("18", "18 v")}
