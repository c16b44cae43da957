"""Trees learn what people look at, are used only where they are better, and never turn what speaks for a product against it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from hanse.ai import models
from hanse.ai.models import Card, Models
from hanse.base import context as contexts
from hanse.base.ids import new
from hanse.capabilities.search import learning, operations, ranking, training
from hanse.capabilities.search.learning import Example, Trees
from hanse.data import events
from hanse.data.events import Event
from tests.capabilities.search.conftest import Shop, tool
from tests.conftest import NOW

POPULARITY = ranking.FEATURES.index("popularity")


def examples(count: int, seed: int) -> list[Example]:
    """Queries whose words all products have, and after which people look at what sells."""
    rng = np.random.default_rng(seed)
    made = []
    for _ in range(count):
        features = rng.random((20, len(ranking.FEATURES)))
        features[:, : ranking.FEATURES.index("near") + 1] = 1.0
        made.append(Example(features, rng.poisson(8 * features[:, POPULARITY] ** 3)))
    return made


def test_trees_find_what_the_weights_do_not_know() -> None:
    learned = learning.learn(examples(80, 1), examples(60, 2))
    assert learned is not None
    assert learned.is_better
    assert learned.ndcg > learned.by_hand
    assert learned.gain[0] <= learned.ndcg - learned.by_hand <= learned.gain[1]


def test_noise_is_not_used() -> None:
    rng = np.random.default_rng(3)
    noise = [Example(each.features, rng.poisson(2, 20)) for each in examples(140, 4)]
    learned = learning.learn(noise[:80], noise[80:])
    assert learned is not None
    assert not learned.is_better


def test_what_speaks_for_a_product_never_speaks_against_it() -> None:
    made = examples(80, 5)
    against = [Example(each.features, each.clicks.max() - each.clicks) for each in made]
    found = made[0].features.copy()
    more = found.copy()
    more[:, POPULARITY] += 0.3
    trees = learning.fit(against)
    assert (trees.score(more) >= trees.score(found)).all()


def test_few_queries_teach_nothing() -> None:
    assert learning.learn(examples(10, 6), examples(60, 7)) is None


def test_the_same_examples_grow_the_same_trees() -> None:
    assert learning.fit(examples(60, 8)).text == learning.fit(examples(60, 8)).text


@pytest.mark.parametrize("text", ["", "no trees"])
def test_what_is_no_model_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        Trees.of(text)


async def test_trees_in_use_order_the_answer_and_are_named(shop: Shop) -> None:
    made = learning.fit(examples(80, 1))
    async with shop.context() as context:
        card = Card(name=training.NAME, method="made up", trained_at=NOW)
        version = await models.save(context, training.NAME, {}, {"trees": [made.text]}, card)
        await models.activate(context, version)
    await shop.hanse.resources.get(Models).refresh()
    found = await shop.search("hammerbohrer")
    assert found.model_version == version
    assert {each.product_id for each in found.items} >= {"FK-300", "FK-301"}


async def test_trees_that_cannot_be_read_do_no_harm(shop: Shop) -> None:
    async with shop.context() as context:
        version = await models.save(context, training.NAME, {}, {"trees": ["cut short"]}, Card(name=training.NAME, method="x", trained_at=NOW))
        await models.activate(context, version)
    await shop.hanse.resources.get(Models).refresh()
    found = await shop.search("hammerbohrer")
    assert (found.model_version, found.items[0].product_id) == (None, "FK-300")


async def test_the_job_learns_from_the_log(shop: Shop) -> None:
    names = [f"Feile {letter}" for letter in "ABCDEFGHIJ"]
    await shop.sell(*[tool(f"FE-{place}", name) for place, name in enumerate(names)])
    await shop.index()
    async with shop.hanse.resources.pool.connection() as connection:
        await events.append(connection, [each for person in range(6) for each in _visit(person, "feile", f"FE-{person % 2}")], now=NOW)
    for name in ("lake.refresh", "search.train"):
        async with shop.context() as context:
            told = await shop.hanse.registry.jobs[name](context)
    assert told == {"queries": 1, "used": False}
    async with shop.context() as context:
        request = contexts.parse(operations.suggest, {"query": "fei"})
        suggested = await contexts.run(operations.suggest, request, context)
    assert [each.query for each in suggested.searches] == ["feile"]


def _visit(person: int, query: str, product_id: str) -> list[Event]:
    facts: dict[str, Any] = {"anonymous_id": f"a{person}", "source": "shop", "occurred_at": NOW}
    return [
        Event(message_id=str(new(NOW)), name="Products Searched", properties={"query": query}, **facts),
        Event(message_id=str(new(NOW)), name="Product Viewed", properties={"product_id": product_id}, **facts),
    ]
