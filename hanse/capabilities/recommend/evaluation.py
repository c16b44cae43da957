"""How good the recommendations are on orders that the methods have not seen; called by training and by `hanse evaluate recommend`.

The task: given one product of an order, name the others. Every product of every held-out order with two or more products
is asked for in turn (leave one out); an order counts once, however many products it has.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated

import msgspec
import numpy as np
from msgspec import Meta
from numpy.typing import NDArray

from hanse.base.context import Context
from hanse.capabilities.recommend import orders
from hanse.capabilities.recommend.baskets import Baskets
from hanse.capabilities.recommend.cosine import Cosine
from hanse.capabilities.recommend.lift import Lift
from hanse.capabilities.recommend.method import Method, Rankings
from hanse.capabilities.recommend.popularity import Popularity
from hanse.data.lake.searched import aware

WIDTH = 10
SEED = 20_260_101
MOST_QUERIES = 500_000
QUERIES_AT_ONCE = 50_000
RESAMPLES = 1000
HIT_RATE, NDCG, COVERAGE = "hit rate@10", "NDCG@10", "coverage"
CANDIDATES: tuple[tuple[Method, ...], ...] = (
    tuple(Cosine(shrinkage=value) for value in (0.0, 10.0, 30.0, 100.0, 300.0)),
    tuple(Lift(shrinkage=value) for value in (10.0, 30.0, 100.0, 300.0, 1000.0)),
    tuple(Popularity(half_life_days=value) for value in (7.0, 14.0, 30.0, 90.0, 365.0)),
)
"""The settings that are tried of each method; where nothing can be tried, the third is taken."""


class Measured(msgspec.Struct, kw_only=True, frozen=True):
    """One measure of one method on the test orders."""

    method: Annotated[str, Meta(description="The name of the method.")]
    measure: Annotated[str, Meta(description="The name of the measure.")]
    value: Annotated[float, Meta(description="The value, 0 to 1.")]
    low: Annotated[float, Meta(description="The lower end of the 95 % interval; the value itself where it is counted, not estimated.")]
    high: Annotated[float, Meta(description="The upper end of the 95 % interval; the value itself where it is counted, not estimated.")]
    n: Annotated[int, Meta(description="Of how many orders (of products, for the coverage) it is a mean or share.")]


class Evaluation(msgspec.Struct, kw_only=True, frozen=True):
    """How good each method was on the newest orders, having learned from the older ones."""

    rows: Annotated[list[Measured], Meta(description="The measures, method by method.")]
    chosen: Annotated[str, Meta(description="The method that was best on the validation orders and answers also-bought.")]
    parameters: Annotated[dict[str, dict[str, float]], Meta(description="The settings of each method that were best on the validation orders.")]
    test_since: Annotated[datetime | None, Meta(description="When the first test order was placed.")]
    test_until: Annotated[datetime | None, Meta(description="When the last test order was placed.")]
    orders: Annotated[int, Meta(description="How many test orders have two or more products.")]
    queries: Annotated[int, Meta(description="How many products of those orders were asked for.")]


@dataclass(frozen=True)
class Split:
    """Orders by time: the last fifth of the period tests, the fifth before chooses, the rest is learned from."""

    train: Baskets
    validation: Baskets
    train_and_validation: Baskets
    test: Baskets

    @classmethod
    def of(cls, baskets: Baskets) -> Split:
        """Split orders, so that nothing is judged by what happened before what it learned from."""
        first, last = baskets.placed_at.min(), baskets.placed_at.max()
        share = (baskets.placed_at - first) / max(last - first, np.timedelta64(1, "s"))
        validation = (share >= 0.6) & (share < 0.8)
        return cls(baskets.select(share < 0.6), baskets.select(validation), baskets.select(share < 0.8), baskets.select(share >= 0.8))


@dataclass(frozen=True)
class Choice:
    """The settings of each method that were best on the validation orders, and the best method that starts from a product."""

    methods: tuple[Method, ...]
    best: Method
    popularity: Method


@dataclass(frozen=True)
class Scores:
    """What one method got on held-out orders, order by order."""

    hit: NDArray[np.float64]
    ndcg: NDArray[np.float64]
    coverage: float

    @property
    def mean_ndcg(self) -> float:
        """Return the mean over the orders; 0 where there are none."""
        return float(self.ndcg.mean()) if len(self.ndcg) else 0.0


@dataclass(frozen=True)
class Queries:
    """The questions that held-out orders pose: each product of an order asks for the others."""

    baskets: Baskets
    order: NDArray[np.int64] = field(init=False)
    product: NDArray[np.int64] = field(init=False)

    def __post_init__(self) -> None:
        """Ask for every product, or for a fixed random part of them where there are very many."""
        order = np.repeat(np.arange(self.baskets.orders), self.baskets.sizes)
        asked = np.flatnonzero(self.baskets.sizes[order] >= 2)
        if len(asked) > MOST_QUERIES:
            asked = np.sort(np.random.default_rng(SEED).choice(asked, MOST_QUERIES, replace=False))
        object.__setattr__(self, "order", order[asked])
        object.__setattr__(self, "product", self.baskets.matrix.indices[asked].astype(np.int64))

    def score(self, method: Method, rankings: Rankings) -> Scores:
        """Return how well rankings answer them."""
        parts = np.array_split(np.arange(len(self.order)), len(self.order) // QUERIES_AT_ONCE + 1)
        answers = [self._answers(method, rankings, part) for part in parts]
        gains = [self._gains(found, part) for found, part in zip(answers, parts, strict=True)]
        hit, ndcg = (np.concatenate(column) for column in zip(*gains, strict=True))
        shown = np.unique(np.concatenate([found.ravel() for found in answers]))
        return Scores(self._by_order(hit), self._by_order(ndcg), float((shown >= 0).sum()) / max(len(rankings.items), 1))

    def _answers(self, method: Method, rankings: Rankings, part: NDArray[np.int64]) -> NDArray[np.int64]:
        product = self.product[part]
        if method.keyed_by == "product":
            return rankings.table(product, WIDTH)
        # everybody gets the same best-sellers, without the one they come from
        found = np.broadcast_to(rankings.table(np.zeros(1, np.int64), WIDTH + 1), (len(part), WIDTH + 1))
        others = np.argsort(found == product[:, None], axis=1, kind="stable")[:, :WIDTH]
        return np.take_along_axis(found, others, axis=1)

    def _gains(self, found: NDArray[np.int64], part: NDArray[np.int64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        bought = self._bought(self.order[part], found)
        discount = 1 / np.log2(np.arange(2, WIDTH + 2))
        others = self.baskets.sizes[self.order[part]] - 1
        ideal: NDArray[np.float64] = np.cumsum(discount)[np.minimum(others, WIDTH) - 1]
        hit = np.asarray(bought.any(axis=1), np.float64)
        ndcg: NDArray[np.float64] = np.asarray(bought @ discount) / ideal
        return hit, ndcg

    def _bought(self, order: NDArray[np.int64], found: NDArray[np.int64]) -> NDArray[np.bool_]:
        products = len(self.baskets.product_ids)
        lines = np.sort(np.repeat(np.arange(self.baskets.orders), self.baskets.sizes) * products + self.baskets.matrix.indices)
        wanted = order[:, None] * products + found
        place = np.minimum(np.searchsorted(lines, wanted), len(lines) - 1)
        bought: NDArray[np.bool_] = (lines[place] == wanted) & (found >= 0)
        return bought

    def _by_order(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        asked = np.bincount(self.order, minlength=self.baskets.orders)
        sums = np.bincount(self.order, values, minlength=self.baskets.orders)
        return sums[asked > 0] / asked[asked > 0]


def choose(baskets: Baskets) -> Choice:
    """Return the methods and settings with the highest NDCG@10 on the validation orders."""
    split = Split.of(baskets)
    queries = Queries(split.validation)
    ranked = [_by_ndcg(candidates, split.train, queries) for candidates in CANDIDATES]
    ndcg, best = max(((value, method) for value, method in ranked if method.keyed_by == "product"), key=lambda each: each[0])
    del ndcg
    return Choice(tuple(method for _, method in ranked), best, next(method for _, method in ranked if method.keyed_by == "category"))


def compare(baskets: Baskets, choice: Choice) -> Evaluation:
    """Return how good the chosen methods are on the test orders, which nothing was chosen by."""
    split = Split.of(baskets)
    queries = Queries(split.test)
    scores = [queries.score(method, method.fit(split.train_and_validation)) for method in choice.methods]
    asked = split.test.placed_at[split.test.sizes >= 2]
    return Evaluation(
        rows=_rows([method.name for method in choice.methods], scores, len(baskets.product_ids)) if len(asked) else [],
        chosen=choice.best.name,
        parameters={method.name: method.parameters for method in choice.methods},
        test_since=aware(asked.min()) if len(asked) else None,
        test_until=aware(asked.max()) if len(asked) else None,
        orders=len(asked),
        queries=len(queries.order),
    )


async def evaluate(context: Context) -> Evaluation:
    """Measure cosine, lift and popularity on the newest orders in the lake, each with the settings that are best on those before.

    Raises `NotEnoughOrders`.
    """
    baskets = await orders.read(context)
    orders.check(baskets)
    await context.progress(0.2, "choosing settings on the validation orders")
    choice = await asyncio.to_thread(choose, baskets)
    await context.progress(0.7, "measuring on the test orders")
    return await asyncio.to_thread(compare, baskets, choice)


def _by_ndcg(candidates: Sequence[Method], train: Baskets, queries: Queries) -> tuple[float, Method]:
    if not len(queries.order):
        return 0.0, candidates[2]
    scored = [(queries.score(method, method.fit(train)).mean_ndcg, method) for method in candidates]
    return max(scored, key=lambda each: each[0])


def _rows(names: Sequence[str], scores: Sequence[Scores], products: int) -> list[Measured]:
    values = np.column_stack([column for each in scores for column in (each.hit, each.ndcg)])
    low, high = _intervals(values)
    rows = []
    for place, (name, each) in enumerate(zip(names, scores, strict=True)):
        for measure, column in ((HIT_RATE, 2 * place), (NDCG, 2 * place + 1)):
            value = float(values[:, column].mean())
            rows.append(Measured(method=name, measure=measure, value=value, low=float(low[column]), high=float(high[column]), n=len(values)))
        rows.append(Measured(method=name, measure=COVERAGE, value=each.coverage, low=each.coverage, high=each.coverage, n=products))
    return rows


def _intervals(values: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the ends of the 95 % intervals of the means of the columns, by a bootstrap over the orders (Efron 1979)."""
    rng, count = np.random.default_rng(SEED), len(values)
    means = np.array([np.bincount(rng.integers(count, size=count), minlength=count) @ values / count for _ in range(RESAMPLES)])
    low, high = np.percentile(means, [2.5, 97.5], axis=0)
    return low, high
