"""Measures are those of the definitions, worked out by hand on a few orders."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from hanse.capabilities.recommend import evaluation
from hanse.capabilities.recommend.baskets import Baskets
from hanse.capabilities.recommend.cosine import Cosine
from hanse.capabilities.recommend.evaluation import Queries, Split
from hanse.capabilities.recommend.method import Method
from hanse.capabilities.recommend.popularity import Popularity
from tests.capabilities.recommend.conftest import made_up

PRODUCTS = "abcdefghijklmn"


def baskets(orders: list[str], *, days: list[int] | None = None) -> Baskets:
    """One order a word, one product a letter; all products of the alphabet are known."""
    times = days or list(range(len(orders)))
    lines = [(number, letter, times[number]) for number, word in enumerate(orders) for letter in word]
    filler = [(len(orders) + place, letter, 0) for place, letter in enumerate(PRODUCTS)]
    placed = np.datetime64("2026-01-01", "s") + np.array([day for _, _, day in [*lines, *filler]]) * np.timedelta64(1, "D")
    found = Baskets.from_lines([order for order, _, _ in [*lines, *filler]], [letter for _, letter, _ in [*lines, *filler]], placed)
    chosen = np.array([order_id < len(orders) for order_id in sorted(range(found.orders), key=str)])
    return found.select(chosen)


def scores(orders: list[str], ranked: dict[str, str], method: Method | None = None) -> evaluation.Scores:
    rankings: dict[str, Any] = {key: [(letter, 0.5, 1, 1) for letter in word] for key, word in ranked.items()}
    found = made_up({**{letter: [] for letter in PRODUCTS}, **rankings} if method is None else rankings)
    items = list(PRODUCTS)
    place = np.array([items.index(found.items[each]) for each in found.item], np.int32)
    whole = type(found)(found.keys, items, found.start, place, found.score, found.orders, found.total)
    return Queries(baskets(orders)).score(method or Cosine(), whole)


def test_a_perfect_ranking_scores_one() -> None:
    got = scores(["abc"], {"a": "bc", "b": "ac", "c": "ba"})
    assert (got.hit.tolist(), got.ndcg.tolist()) == ([1.0], [pytest.approx(1.0)])


def test_ndcg_counts_places_as_the_definition_says() -> None:
    """Only a is asked with an answer: x, b, y, c has b second and c fourth, of two that were possible."""
    got = scores(["abc"], {"a": "dbec"})
    gain = 1 / math.log2(3) + 1 / math.log2(5)
    ideal = 1 + 1 / math.log2(3)
    assert got.ndcg.tolist() == [pytest.approx(gain / ideal / 3)]
    assert got.hit.tolist() == [pytest.approx(1 / 3)]


def test_the_eleventh_place_does_not_count() -> None:
    assert scores(["ab"], {"a": "cdefghijkl", "b": "cdefghijkla"}).hit.tolist() == [0.0]
    assert scores(["ab"], {"b": "cdefghijka"}).hit.tolist() == [0.5]


def test_orders_of_one_product_ask_nothing_and_large_orders_count_once() -> None:
    got = scores(["a", "bc", "defghi"], {"b": "c", "c": "b"})
    assert got.hit.tolist() == [1.0, 0.0]


def test_coverage_is_the_share_of_products_that_are_ever_shown() -> None:
    assert scores(["ab", "ac"], {"a": "bc", "b": "a"}).coverage == pytest.approx(3 / len(PRODUCTS))
    assert scores(["ab"], {}).coverage == 0


def test_popularity_does_not_recommend_what_was_asked_with() -> None:
    """a is first of eleven, but not for who has it: then the eleventh moves up."""
    everything = {"": "abcdefghijk"}
    assert scores(["ak"], everything, Popularity()).hit.tolist() == [1.0]
    assert scores(["al"], everything, Popularity()).hit.tolist() == [0.5]


def test_popularity_with_few_products_is_scored_too() -> None:
    assert scores(["ab"], {"": "a"}, Popularity()).hit.tolist() == [0.5]


def test_orders_are_split_by_time_and_each_stands_in_one_part() -> None:
    found = baskets(["ab"] * 11, days=list(range(11)))
    split = Split.of(found)
    assert (split.train.orders, split.validation.orders, split.test.orders, split.train_and_validation.orders) == (6, 2, 3, 8)
    assert split.train.placed_at.max() < split.validation.placed_at.min()
    assert split.validation.placed_at.max() < split.test.placed_at.min()


def test_the_test_orders_have_no_say_in_the_choice() -> None:
    rng = np.random.default_rng(3)
    orders = ["".join(rng.choice(list(PRODUCTS), 4, replace=False)) for _ in range(100)]
    others = [*orders[:80], *["mn"] * 20]
    assert evaluation.choose(baskets(orders)) == evaluation.choose(baskets(others))


def test_what_was_measured_is_the_same_each_time() -> None:
    rng = np.random.default_rng(4)
    found = baskets(["".join(rng.choice(list(PRODUCTS), 3, replace=False)) for _ in range(100)])
    assert evaluation.compare(found, evaluation.choose(found)) == evaluation.compare(found, evaluation.choose(found))


def test_intervals_hold_the_value_and_are_as_wide_as_theory_says() -> None:
    """The 95 % interval of a share of one half of 400 is 0.5 ± 0.049."""
    low, high = evaluation._intervals(np.tile([[0.0], [1.0]], (200, 1)))
    assert (low[0], high[0]) == (pytest.approx(0.451, abs=0.006), pytest.approx(0.549, abs=0.006))


def test_very_many_questions_are_sampled_the_same_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evaluation, "MOST_QUERIES", 7)
    first, second = Queries(baskets(["abcdef"] * 10)), Queries(baskets(["abcdef"] * 10))
    assert len(first.order) == 7
    np.testing.assert_array_equal(first.order, second.order)
    np.testing.assert_array_equal(first.product, second.product)


def test_questions_in_several_parts_score_like_in_one(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = scores(["abc", "bcd", "ade"], {"a": "bd", "b": "ca", "d": "e"})
    monkeypatch.setattr(evaluation, "QUERIES_AT_ONCE", 2)
    parts = scores(["abc", "bcd", "ade"], {"a": "bd", "b": "ca", "d": "e"})
    np.testing.assert_array_equal(parts.ndcg, whole.ndcg)
    assert (parts.hit.tolist(), parts.coverage) == (whole.hit.tolist(), whole.coverage)
