"""Variants of a product share a place: which of them stands for all, how many there are, and where each has a place of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from hanse.base import context as contexts
from hanse.base.clock import FixedClock
from hanse.base.postgres import EmbeddedPostgres
from hanse.capabilities.search import operations
from hanse.capabilities.search.search_rules import operations as rules
from hanse.capabilities.search.search_rules.store import TOPIC
from hanse.data.catalog import Price, Product, Stock
from hanse.data.catalog.summaries import UnitPrice
from tests.capabilities.search.conftest import Shop, copied, tool
from tests.conftest import NOW
from tests.databases import Kept

in_one_loop = pytest.mark.asyncio(loop_scope="module")


def shirt(size: str, colour: str) -> Product:
    said = {"size": {"value": size}, "colour": {"value": {"de": colour}}}
    return tool(f"AH-{size}-{colour[0].upper()}", f"Arbeitshemd Flanell {size} {colour}", parent_id="AH", attributes=said, brand="Deich")


SHIRTS = tuple(shirt(size, colour) for size in ("S", "M", "L") for colour in ("blau", "rot"))
JACKET = tool("AJ-1", "Arbeitsjacke Flanell", brand="Deich")
PRICES = [Price(product_id=each.product_id, amount_minor=3_000 + 100 * at) for at, each in enumerate(SHIRTS)]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shirts(kept: Kept, postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Shop]:
    """The tools and a shirt in six variants, of which one is not in stock, for all tests that only ask."""
    async with copied(kept, postgres, tmp_path_factory.mktemp("shirts") / "home", FixedClock(NOW)) as made:
        await made.sell(
            *SHIRTS, JACKET, prices=[*PRICES, Price(product_id="AJ-1", amount_minor=3_150)], stock=[Stock(product_id="AH-L-R", quantity=0)]
        )
        await made.index()
        yield made


@in_one_loop
async def test_variants_share_a_place_and_say_how_many_they_are(shirts: Shop) -> None:
    found = await shirts.search("flanell")
    assert {(each.group_id, each.variants) for each in found.items} == {("AH", 6), ("AJ-1", 0)}
    assert found.total == len(found.items) == 2


@in_one_loop
async def test_each_variant_has_a_place_where_that_is_asked_for(shirts: Shop) -> None:
    found = await shirts.search("flanell", collapse=False)
    assert found.total == len(found.items) == 7
    assert {each.product_id for each in found.items} == {"AJ-1", *(each.product_id for each in SHIRTS)}


@in_one_loop
@pytest.mark.parametrize(
    ("query", "stands"),
    [("flanell m rot", "AH-M-R"), ("arbeitshemd l blau", "AH-L-B"), ("AH-L-R", "AH-L-R"), ("ahsb", "AH-S-B")],
)
async def test_the_variant_that_is_meant_stands_for_all(shirts: Shop, query: str, stands: str) -> None:
    assert (await shirts.ids(query))[0] == stands


@in_one_loop
async def test_what_is_in_stock_stands_for_what_is_not(shirts: Shop) -> None:
    assert "AH-L-R" not in await shirts.ids("arbeitshemd rot")
    assert (await shirts.ids("arbeitshemd l rot"))[0] == "AH-L-R"


@in_one_loop
async def test_filters_choose_among_variants_and_counts_are_of_products(shirts: Shop) -> None:
    found = await shirts.search("flanell")
    counts = {each.name: {value.title: value.count for value in each.values} for each in found.facets}
    assert list(counts["attribute:size"].items()) == [("S", 1), ("M", 1), ("L", 1)], "in the order of sizes"
    assert counts["attribute:colour"] == {"blau": 1, "rot": 1}
    red = await shirts.search("flanell", chosen=[{"facet": "attribute:colour", "values": ["rot"]}, {"facet": "attribute:size", "values": ["m"]}])
    assert [each.product_id for each in red.items] == ["AH-M-R"]
    assert red.total == 1
    each_one = await shirts.search("flanell", collapse=False)
    [brands] = [each for each in each_one.facets if each.name == "attribute:size"]
    assert {value.count for value in brands.values} == {2}


@in_one_loop
@pytest.mark.parametrize(("sort", "order"), [("price_up", ["AH-S-B", "AJ-1"]), ("price_down", ["AH-L-R", "AJ-1"])])
async def test_the_cheapest_or_dearest_stands_for_all_where_prices_give_the_order(shirts: Shop, sort: str, order: list[str]) -> None:
    found = await shirts.search("flanell", sort=sort)
    assert [each.product_id for each in found.items] == order
    assert found.total == 2


@in_one_loop
async def test_pages_of_groups_follow_each_other_without_gaps(shirts: Shop) -> None:
    whole = await shirts.ids("", sort="price_down")
    pages = [await shirts.ids("", sort="price_down", limit=2, offset=offset) for offset in range(0, len(whole), 2)]
    assert [each for page in pages for each in page] == whole
    assert sum(each.startswith("AH-") for each in whole) == 1


@in_one_loop
async def test_what_only_means_the_query_shares_a_place_too(shirts: Shop) -> None:
    found = await shirts.search("flanell ungebügelt")
    assert [each.group_id for each in found.items].count("AH") == 1
    assert found.total == len(found.items)


@in_one_loop
async def test_a_product_is_suggested_once(shirts: Shop) -> None:
    async with shirts.context() as context:
        found = await contexts.run(operations.suggest, contexts.parse(operations.suggest, {"query": "flan"}), context)
    assert sorted(each.product_id[:2] for each in found.products) == ["AH", "AJ"]


async def test_a_variant_on_a_place_stands_for_all(shop: Shop) -> None:
    await shop.sell(*SHIRTS, JACKET)
    await shop.index()
    await _save(shop, pin={"places": [{"product_id": "AH-L-R", "place": 1}]}, queries=["flanell"])
    found = await shop.search("flanell")
    assert [each.product_id for each in found.items] == ["AH-L-R", "AJ-1"]
    assert found.total == 2
    brought = await shop.search("sds")
    await _save(shop, pin={"places": [{"product_id": "AH-M-B", "place": 1}]}, queries=["sds"])
    assert (await shop.search("sds")).total == brought.total + 1


async def test_a_group_whose_variants_are_gone_is_a_product_like_others(shop: Shop) -> None:
    await shop.sell(*SHIRTS[:2])
    await shop.index()
    await shop.sell(tool(SHIRTS[1].product_id, "Arbeitshemd", parent_id="AH", state="discontinued"))
    await shop.index()
    [hit] = (await shop.search("flanell")).items
    assert (hit.product_id, hit.variants) == ("AH-S-B", 0)


async def _save(shop: Shop, **draft: Any) -> None:
    async with shop.context() as context:
        await contexts.run(rules.save, contexts.parse(rules.save, {"rule": {"name": "Regel", **draft}}), context)
    await shop.hanse.changes.tell(TOPIC, "")


async def test_what_is_sold_in_variants_alone_costs_what_the_cheapest_does(shop: Shop) -> None:
    overalls = [tool(f"LH-{size}", f"Latzhose robust {size}", parent_id="LH") for size in ("M", "L")]
    prices = [Price(product_id="LH-M", amount_minor=5_990), Price(product_id="LH-L", amount_minor=6_490)]
    await shop.sell(tool("LH", "Latzhose robust für Bau und Garten"), *overalls, prices=prices, stock=[Stock(product_id="LH-L", quantity=2)])
    await shop.index()
    [hit] = (await shop.search("latzhose")).items
    assert (hit.product_id, hit.price, hit.price_is_from, hit.in_stock) == ("LH", UnitPrice(amount_minor=5_990, currency="EUR"), True, True)
    assert hit.variants == 2
    large = (await shop.search("latzhose L")).items[0]
    assert (large.product_id, large.price, large.price_is_from) == ("LH-L", UnitPrice(amount_minor=6_490, currency="EUR"), False)
