"""Every method that learns rankings from orders keeps what the protocol promises, shown on data with one right answer."""

from __future__ import annotations

import doctest
import importlib
import inspect
import pkgutil
from typing import TypeGuard

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hanse.capabilities import recommend
from hanse.capabilities.recommend.baskets import Baskets
from hanse.capabilities.recommend.method import Method, Rankings

DAY = np.datetime64("2026-01-01", "s")
PRODUCTS = 12
Line = tuple[int, str, int]
"""Order, product, day."""


def is_method(found: type) -> TypeGuard[type[Method]]:
    return Method in found.__mro__[1:]


def discovered() -> list[type[Method]]:
    modules = [importlib.import_module(f"{recommend.__name__}.{each.name}") for each in pkgutil.iter_modules(recommend.__path__)]
    classes = {found for module in modules for _, found in inspect.getmembers(module, inspect.isclass) if found.__module__ == module.__name__}
    return sorted(filter(is_method, classes), key=lambda each: each.__name__)


every_method = pytest.mark.parametrize("method", discovered(), ids=lambda each: each.__name__)


def colour(product_id: str) -> str:
    return "even" if int(product_id[1:]) % 2 == 0 else "odd"


def baskets(lines: list[Line]) -> Baskets:
    names = {product_id: (colour(product_id),) for _, product_id, _ in lines}
    times = np.array([DAY + np.timedelta64(day, "D") for _, _, day in lines], "datetime64[s]")
    return Baskets.from_lines([order for order, _, _ in lines], [product_id for _, product_id, _ in lines], times, names)


def checkerboard() -> list[Line]:
    """Every even customer buys even products, every odd customer odd ones; each leaves out another one."""
    wanted = [(order, product) for order in range(40) for product in range(order % 2, PRODUCTS, 2) if (order // 2) % (PRODUCTS // 2) != product // 2]
    return [(order, f"p{product:02}", order) for order, product in wanted]


def key(method: Method, product_id: str) -> str:
    return product_id if method.keyed_by == "product" else colour(product_id)


def fitted(method: type[Method], lines: list[Line]) -> tuple[Method, Rankings]:
    made = method()
    return made, made.fit(baskets(lines))


def test_the_family_is_found() -> None:
    assert [each.name for each in discovered()] == ["cosine", "lift", "popularity"]


@every_method
def test_the_right_colour_is_recommended(method: type[Method]) -> None:
    made, rankings = fitted(method, checkerboard())
    for product in range(PRODUCTS):
        ranked = rankings.rank(key(made, f"p{product:02}"), PRODUCTS)
        assert len(ranked) >= PRODUCTS // 2 - 1
        assert {colour(each.product_id) for each in ranked} == {colour(f"p{product:02}")}


@every_method
def test_what_comes_first_does_not_hang_on_the_order_of_the_lines(method: type[Method]) -> None:
    made, rankings = fitted(method, checkerboard())
    again = made.fit(baskets(checkerboard()[::-1]))
    assert again.keys == rankings.keys
    assert again.items == rankings.items
    for name, array in rankings.arrays.items():
        np.testing.assert_array_equal(array, again.arrays[name])


@every_method
def test_no_more_than_the_limit_comes_and_the_best_of_it(method: type[Method]) -> None:
    made, rankings = fitted(method, checkerboard())
    everything = rankings.rank(key(made, "p00"), PRODUCTS)
    assert [rankings.rank(key(made, "p00"), limit) for limit in range(4)] == [everything[:limit] for limit in range(4)]


@every_method
def test_no_more_is_kept_than_was_asked_for(method: type[Method]) -> None:
    made = method(kept=2)  # type: ignore[call-arg]  # each method has it, the protocol leaves settings open
    rankings = made.fit(baskets(checkerboard()))
    assert [len(rankings.rank(each, 100)) for each in rankings.keys] == [2] * len(rankings.keys)
    assert rankings.rank(key(made, "p00"), 100) == fitted(method, checkerboard())[1].rank(key(made, "p00"), 2)


@every_method
def test_a_product_bought_alone_does_no_harm(method: type[Method]) -> None:
    made, rankings = fitted(method, [*checkerboard(), (99, "p98", 3), (98, "p97", 4)])
    if made.keyed_by == "product":
        assert rankings.rank("p98", 10) == []
    assert {colour(each.product_id) for each in rankings.rank(key(made, "p00"), 100)} == {"even"}


@every_method
def test_an_unseen_key_has_no_recommendations(method: type[Method]) -> None:
    _, rankings = fitted(method, checkerboard())
    assert rankings.rank("never seen", 10) == []


@every_method
def test_no_orders_give_no_recommendations(method: type[Method]) -> None:
    _, rankings = fitted(method, [])
    assert [rankings.rank(each, 10) for each in ["p00", "", "even"]] == [[], [], []]


@every_method
def test_a_table_says_the_same_as_the_rankings(method: type[Method]) -> None:
    _, rankings = fitted(method, checkerboard())
    table = rankings.table(np.arange(len(rankings.keys)), 8)
    for row, each in zip(table, rankings.keys, strict=True):
        assert [rankings.items[place] for place in row if place >= 0] == [ranked.product_id for ranked in rankings.rank(each, 8)]
        assert (row == -1).sum() == 8 - len(rankings.rank(each, 8))


@every_method
def test_what_was_learned_survives_as_arrays_and_texts(method: type[Method]) -> None:
    made, rankings = fitted(method, checkerboard())
    again = Rankings.from_arrays(rankings.arrays, rankings.texts)
    assert again.rank(key(made, "p03"), 5) == rankings.rank(key(made, "p03"), 5) != []


@every_method
def test_the_example_of_the_class_runs(method: type[Method]) -> None:
    runner, module = doctest.DocTestRunner(), importlib.import_module(method.__module__)
    examples = doctest.DocTestFinder().find(method, method.__name__, module=module)
    results = [runner.run(each) for each in examples]
    assert (sum(each.attempted for each in results) > 0, sum(each.failed for each in results)) == (True, 0)


lines = st.lists(st.tuples(st.integers(0, 8), st.integers(0, 9).map("p{:02}".format), st.integers(0, 900)), max_size=40)


@every_method
@given(lines=lines)
def test_any_orders_give_sound_rankings(method: type[Method], lines: list[Line]) -> None:
    """Scores lie within 0 and 1 and fall, nothing stands twice or beside itself, and counts are counts of orders."""
    made, rankings = fitted(method, lines)
    for each in rankings.keys:
        ranked = rankings.rank(each, 100)
        scores = [one.score for one in ranked]
        assert all(0 < score <= 1 for score in scores)
        assert scores == sorted(scores, reverse=True)
        assert len({one.product_id for one in ranked}) == len(ranked)
        assert made.keyed_by != "product" or each not in {one.product_id for one in ranked}
        assert all(1 <= one.orders <= one.total <= len({order for order, _, _ in lines}) for one in ranked)
