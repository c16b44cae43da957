from __future__ import annotations

from math import log2

import numpy as np
import pytest

from benchmarks.search import measures
from benchmarks.search.queries import Query

GRADES = {"a": 3, "b": 2, "c": 1}


def test_the_best_order_has_all_of_the_gain() -> None:
    assert measures.ndcg(["a", "b", "c"], GRADES) == pytest.approx(1)


def test_a_worse_order_has_less_of_it_by_the_formula() -> None:
    best = 7 + 3 / log2(3) + 1 / 2
    assert measures.ndcg(["c", "x", "a"], GRADES) == pytest.approx((1 + 7 / 2) / best)


def test_what_comes_after_the_tenth_counts_nothing() -> None:
    others = [f"x{number}" for number in range(10)]
    assert measures.ndcg([*others, "a"], GRADES) == 0
    assert measures.reciprocal_rank([*others, "a"], GRADES) == 0


def test_what_was_not_found_counts_against_it() -> None:
    assert measures.ndcg([], GRADES) == 0
    assert measures.ndcg(["a"], GRADES) < 1


def test_the_reciprocal_rank_is_of_what_is_exactly_meant() -> None:
    assert measures.reciprocal_rank(["b", "a"], GRADES) == pytest.approx(0.5)
    assert measures.reciprocal_rank(["b", "c"], GRADES) == 0


def test_the_interval_is_wider_where_queries_of_a_topic_go_alike() -> None:
    rng = np.random.default_rng(1)
    by_topic = np.repeat(rng.integers(0, 2, 40).astype(float), 10)
    alike = measures.mean(by_topic, [Query("", "de", "", str(place // 10), {}) for place in range(400)])
    alone = measures.mean(by_topic, [Query("", "de", "", str(place), {}) for place in range(400)])
    assert alike.value == alone.value == pytest.approx(by_topic.mean())
    assert alike.high - alike.low > 2 * (alone.high - alone.low)
    assert alike.low < alike.value < alike.high
