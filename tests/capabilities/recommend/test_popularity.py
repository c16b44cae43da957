"""Popularity forgets, counts within categories, and knows how their paths are spelled."""

from __future__ import annotations

import numpy as np

from hanse.capabilities.recommend.baskets import Baskets
from hanse.capabilities.recommend.popularity import EVERYTHING, WINDOW_DAYS, Popularity

LAST = np.datetime64("2026-06-01", "s")


def baskets(bought: list[tuple[str, int]], categories: dict[str, list[str]] | None = None) -> Baskets:
    """One order for each product and how many days before the last one it was."""
    times = LAST - np.array([days for _, days in bought]) * np.timedelta64(1, "D")
    return Baskets.from_lines(range(len(bought)), [product for product, _ in bought], times, categories)


def test_an_order_weighs_half_after_the_half_life() -> None:
    ranked = Popularity(half_life_days=30).fit(baskets([("new", 0), ("old", 30), ("older", 60)])).rank(EVERYTHING, 10)
    assert [(each.product_id, each.score) for each in ranked] == [("new", 1.0), ("old", 0.5), ("older", 0.25)]


def test_many_old_orders_outweigh_one_new_one() -> None:
    ranked = Popularity(half_life_days=30).fit(baskets([("new", 0), *[("old", 30)] * 3])).rank(EVERYTHING, 10)
    assert [(each.product_id, each.orders, each.total) for each in ranked] == [("old", 3, 4), ("new", 1, 4)]


def test_what_was_not_bought_for_a_year_is_not_popular() -> None:
    rankings = Popularity(half_life_days=365).fit(baskets([("new", 0), *[("old", WINDOW_DAYS)] * 50, ("late", WINDOW_DAYS - 1)]))
    assert [(each.product_id, each.total) for each in rankings.rank(EVERYTHING, 10)] == [("new", 2), ("late", 2)]


def test_a_category_without_sales_is_known_and_empty() -> None:
    categories = {"new": ["tools"], "old": ["tools", "garden"]}
    rankings = Popularity().fit(baskets([("new", 0), ("old", 900)], categories))
    assert ("garden" in rankings.places, rankings.rank("garden", 10)) == (True, [])
    assert [each.product_id for each in rankings.rank("tools", 10)] == ["new"]


def test_a_product_bought_twice_in_an_order_counts_once() -> None:
    found = Baskets.from_lines([1, 1, 1], ["cup", "cup", "pot"], np.full(3, LAST))
    assert [(each.product_id, each.orders) for each in Popularity().fit(found).rank(EVERYTHING, 10)] == [("cup", 1), ("pot", 1)]
