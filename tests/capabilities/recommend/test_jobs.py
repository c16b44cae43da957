"""Training learns from the log, measures on what it has not seen, and puts the result into use."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import timedelta

import msgspec
import pytest

from hanse.ai import models
from hanse.ai.models import Models
from hanse.base.config import Settings
from hanse.base.context import Context
from hanse.capabilities.recommend import blends, evaluation, jobs, operations, orders, trained
from hanse.capabilities.recommend.baskets import Baskets
from hanse.capabilities.recommend.choice import Choice, Tell
from hanse.capabilities.recommend.errors import NotEnoughOrders
from hanse.capabilities.recommend.histories import Histories
from hanse.capabilities.recommend.learning import Learned
from hanse.capabilities.recommend.methods.transitions import Transitions
from hanse.capabilities.recommend.questions import Kind
from hanse.capabilities.recommend.reading import Catalog, Log
from hanse.capabilities.recommend.spark import training
from hanse.data import events
from hanse.data.catalog import Product
from hanse.data.events import Event
from hanse.serve import registry
from hanse.serve.console import phrases, texts
from tests.capabilities.recommend.conftest import Shop
from tests.conftest import NOW

PRODUCTS = 12


def order(number: int, products: Iterable[int], *, name: str = "Order Completed", days_ago: float | None = None) -> Event:
    return Event(
        message_id=f"{name}-{number}",
        name=name,
        user_id=f"customer-{number % 10}",
        source="shop",
        occurred_at=NOW - timedelta(days=80 - number if days_ago is None else days_ago),
        properties={"order_id": str(number), "products": [{"product_id": f"p{each:02}", "quantity": 2, "price": 3} for each in products]},
    )


def checkerboard(count: int = 80) -> list[Event]:
    """Even orders have even products, odd ones odd products; each leaves out another one."""
    return [order(number, (each for each in range(number % 2, PRODUCTS, 2) if each // 2 != (number // 2) % 6)) for number in range(count)]


async def prepared(shop: Shop, happened: list[Event]) -> None:
    await shop.sell(
        [Product(product_id=f"p{each:02}", category={"und": "Colours > Even" if each % 2 == 0 else "Colours > Odd"}) for each in range(PRODUCTS)]
    )
    async with shop.resources.pool.connection() as connection:
        await events.append(connection, happened, now=NOW)


async def run_training(shop: Shop) -> dict[str, dict[str, str]]:
    async with shop.context() as context:
        result = await jobs.train(context)
    await shop.resources.get(Models).refresh()
    assert result is not None
    return result


async def test_what_was_trained_answers(shop: Shop) -> None:
    await prepared(shop, checkerboard())
    result = await run_training(shop)
    answer = await shop.call(operations.also_bought, {"product_id": "p03", "limit": 5})
    assert sorted(item.product_id for item in answer.items) == ["p01", "p05", "p07", "p09", "p11"]
    assert answer.model_version == result["versions"][trained.ALSO_BOUGHT]
    odd = await shop.call(operations.popular, {"category": "colours > odd"})
    assert {item.product_id for item in odd.items} == {"p01", "p03", "p05", "p07", "p09", "p11"}
    assert odd.model_version == result["versions"][trained.POPULAR]


async def test_the_card_says_what_was_learned_from_and_how_good_it_is(shop: Shop) -> None:
    await prepared(shop, checkerboard())
    result = await run_training(shop)
    async with shop.resources.pool.connection() as connection:
        card = await models.card(connection, result["versions"][trained.ALSO_BOUGHT])
        entries = {entry.name: entry.state for entry in await models.listing(connection)}
    assert entries == dict.fromkeys((trained.ALSO_BOUGHT, trained.POPULAR, blends.BOUGHT, blends.SIMILAR), "current")
    assert (card.data_since, card.data_until) == (NOW - timedelta(days=80), NOW - timedelta(days=1))
    assert card.sizes == {"orders": 80, "orders of two or more products": 80, "products": 12, "customers": 10, "test orders": 16}
    assert (card.measures["hit rate@10"], card.measures["coverage"]) == (1.0, 1.0)
    assert card.measures["NDCG@10"] > card.baseline["NDCG@10"]
    assert card.intervals["NDCG@10"][0] <= card.measures["NDCG@10"] <= card.intervals["NDCG@10"][1]
    assert "16 orders" in card.notes[0]


async def test_the_notes_of_every_card_are_german_for_germans(shop: Shop) -> None:
    await prepared(shop, checkerboard())
    result = await run_training(shop)
    async with shop.resources.pool.connection() as connection:
        cards = [await models.card(connection, version) for version in result["versions"].values()]
    german, notes = texts.load(registry.load(), "Europe/Berlin").words("de"), {each for card in cards for each in card.notes}
    assert len(notes) > 2
    assert not {each for each in notes if phrases.note(german, each) == each}


async def test_what_was_returned_is_not_learned_from(shop: Shop) -> None:
    returned = [order(number, [0, 1], days_ago=40) for number in range(200, 240)]
    back = [order(number, [1], name="Order Refunded", days_ago=30) for number in range(200, 240)]
    await prepared(shop, [*checkerboard(), *returned, *back])
    await run_training(shop)
    answer = await shop.call(operations.also_bought, {"product_id": "p00"})
    assert "p01" not in {item.product_id for item in answer.items}


async def test_too_few_orders_of_two_products_are_said_and_the_rest_is_learned(shop: Shop) -> None:
    await prepared(shop, [*checkerboard(19), *[order(number, [3]) for number in range(100, 140)]])
    result = await run_training(shop)
    assert re.search(r"at least 20 orders .* there are 19", str(result["left_out"]))
    assert {blends.SIMILAR, trained.POPULAR} <= result["versions"].keys()
    assert trained.ALSO_BOUGHT not in result["versions"]
    assert (await shop.call(operations.popular, {})).items[0].product_id == "p03"


async def test_too_few_orders_of_any_kind_say_nothing_of_what_is_popular(shop: Shop) -> None:
    await prepared(shop, [order(number, [3]) for number in range(19)])
    result = await run_training(shop)
    assert "there are 0" in result["left_out"]
    assert trained.POPULAR not in result["versions"]


async def test_no_orders_at_all_are_said_so(shop: Shop) -> None:
    with pytest.raises(NotEnoughOrders, match="there are 0"):
        await run_training(shop)


async def test_orders_of_one_moment_are_learned_from_without_measures(shop: Shop) -> None:
    await prepared(shop, [order(number, [number % 2, number % 2 + 2], days_ago=3) for number in range(30)])
    result = await run_training(shop)
    async with shop.resources.pool.connection() as connection:
        card = await models.card(connection, result["versions"][trained.ALSO_BOUGHT])
    assert (card.measures, card.baseline) == ({}, {})
    assert "nothing could be measured" in card.notes[0]
    answer = await shop.call(operations.also_bought, {"product_id": "p01"})
    assert [item.product_id for item in answer.items] == ["p03"]


async def test_training_says_how_far_it_is(shop: Shop) -> None:
    told: list[tuple[float, str]] = []

    async def tell(score: float, note: str) -> None:
        told.append((score, note))

    await prepared(shop, checkerboard())
    async with Context(shop.resources, progress=tell) as context:
        await jobs.train(context)
    assert [score for score, _ in told] == sorted(score for score, _ in told)
    assert (told[0], told[-1]) == ((0.0, "reading orders"), (1.0, "done"))


async def test_evaluation_measures_each_method_and_trains_nothing(shop: Shop) -> None:
    await prepared(shop, checkerboard())
    async with shop.context() as context:
        measured = await evaluation.evaluate(context)
    assert [(row.method, row.measure) for row in measured.rows] == [
        (method, measure) for method in ("cosine", "lift", "popularity") for measure in ("hit rate@10", "NDCG@10", "coverage")
    ]
    assert (measured.orders, measured.queries) == (16, 80)
    async with shop.resources.pool.connection() as connection:
        assert await models.listing(connection) == []


async def test_where_the_lake_is_in_spark_the_blends_learn_there(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[Settings] = []

    def learn_all(settings: Settings, tell: Tell) -> tuple[Catalog, list[training.Trained]]:
        told.append(settings)
        tell(0.5, "learning transitions in Spark")
        log = Histories.from_rows([[0, 1], [1, 2]] * 30)
        chosen = Choice(Kind.SESSION, (Transitions(),), (1.0,), None, ())
        learned = Learned(chosen, chosen.fit(log), {}, {}, {}, 0, 0.0)
        sample = Log(log, ("p00", "p01", "p02"), None, None, 2)
        return Catalog((), ()), [training.Trained(blends.VIEWED, learned.blend, sample.product_ids, learned, sample, {"interactions": 10**9})]

    await prepared(shop, checkerboard())
    monkeypatch.setattr(training, "learn_all", learn_all)
    monkeypatch.setattr(shop.resources, "settings", msgspec.structs.replace(shop.resources.settings, lake_engine="spark"))
    monkeypatch.setattr("hanse.capabilities.recommend.orders._baskets", _on_duckdb)
    result = await run_training(shop)
    assert [each.lake_engine for each in told] == ["spark"]
    assert set(result["versions"]) == {trained.ALSO_BOUGHT, trained.POPULAR, blends.VIEWED}
    async with shop.resources.pool.connection() as connection:
        card = await models.card(connection, result["versions"][blends.VIEWED])
    assert card.sizes == {"interactions": 10**9}
    assert (await shop.call(operations.also_viewed, {"product_id": "p00", "limit": 1})).items[0].product_id == "p01"


_baskets = orders._baskets


def _on_duckdb(settings: Settings, categories: dict[str, tuple[str, ...]]) -> Baskets:
    """Read orders as ever, so that this test needs no Spark."""
    return _baskets(msgspec.structs.replace(settings, lake_engine="duckdb"), categories)
