"""What is learned says how good it is and to whom it is fair."""

from __future__ import annotations

import numpy as np

from hanse.capabilities.recommend import learning
from hanse.capabilities.recommend.histories import Histories
from hanse.capabilities.recommend.questions import Kind

LARGE, SMALL = 30, 90
EXPOSURE = "exposure of small brands"


def mostly_large(number: int = 400) -> Histories:
    """Walks along two rings: nine in ten among the items of the large brand, the others among those of two small ones."""
    rng, rows = np.random.default_rng(1), []
    for place in range(number):
        first, items = (0, LARGE) if place % 10 else (LARGE, SMALL)
        begin = int(rng.integers(items))
        rows.append([first + (begin + step) % items for step in range(5)])
    return Histories.from_rows(rows, LARGE + SMALL)


def brands() -> np.ndarray:
    return np.repeat(np.array([0, 1, 2], np.int32), [LARGE, SMALL // 2, SMALL // 2])


def test_small_brands_are_shown_as_much_as_they_are_wanted_where_the_best_sellers_hide_them() -> None:
    learned = learning.learn(Kind.SESSION, mostly_large(), brands=brands())
    assert learned is not None
    assert learned.baseline[EXPOSURE] == 0.0
    assert 0.5 < learned.measures[EXPOSURE] < 2.0


def test_where_no_brand_is_known_nothing_is_said_of_brands() -> None:
    nobody = np.full(LARGE + SMALL, -1, np.int32)
    for found in (learning.learn(Kind.SESSION, mostly_large(), brands=each) for each in (None, nobody)):
        assert found is not None
        assert EXPOSURE not in found.measures


def test_items_without_a_brand_are_of_no_small_one() -> None:
    known = brands()
    known[LARGE:] = -1
    learned = learning.learn(Kind.SESSION, mostly_large(), brands=known)
    assert learned is not None
    assert EXPOSURE not in learned.measures


def test_too_short_a_log_teaches_nothing() -> None:
    assert learning.learn(Kind.SESSION, mostly_large(learning.LEAST_HISTORIES - 1)) is None
