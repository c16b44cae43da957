"""The interval is that of the literature, and an experiment without an effect is rarely called one."""

from __future__ import annotations

import numpy as np
import pytest

from hanse.data.decisions.interval import Proportion, newcombe


@pytest.mark.parametrize(
    ("first", "second", "low", "high"),
    [
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((6, 7), (2, 7), 0.0582, 0.8062),
        ((5, 56), (0, 29), -0.0381, 0.1926),
        ((0, 10), (0, 20), -0.1611, 0.2775),
        ((0, 10), (0, 10), -0.2775, 0.2775),
        ((10, 10), (0, 20), 0.6791, 1.0000),
        ((10, 10), (0, 10), 0.6075, 1.0000),
    ],
)
def test_the_interval_is_that_of_newcombe_1998_table_ii_method_10(first: tuple[int, int], second: tuple[int, int], low: float, high: float) -> None:
    assert newcombe(Proportion(*first), Proportion(*second)) == pytest.approx((low, high), abs=5e-5)


def test_the_other_way_round_it_is_the_mirror_image() -> None:
    low, high = newcombe(Proportion(48, 80), Proportion(56, 70))
    assert (-high, -low) == pytest.approx(newcombe(Proportion(56, 70), Proportion(48, 80)))


@pytest.mark.parametrize(("treated", "held_out", "share"), [(2000, 2000, 0.1), (3800, 200, 0.15)])
def test_an_a_a_test_is_significant_about_one_time_in_twenty(treated: int, held_out: int, share: float) -> None:
    """With 2,000 runs the standard error is half a percentage point; the seed is fixed."""
    rng = np.random.default_rng(1998)
    runs = zip(rng.binomial(treated, share, 2000), rng.binomial(held_out, share, 2000), strict=True)
    intervals = [newcombe(Proportion(int(first), treated), Proportion(int(second), held_out)) for first, second in runs]
    significant = sum(low > 0 or high < 0 for low, high in intervals) / len(intervals)
    assert 0.035 < significant < 0.065
