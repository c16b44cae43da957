"""The interval and the sample size are those of the literature, and an experiment without an effect is rarely called one."""

from __future__ import annotations

import numpy as np
import pytest

from hanse.data.decisions.interval import Proportion, needed, newcombe


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


def test_the_sample_size_is_that_of_r_power_prop_test() -> None:
    """power.prop.test(p1 = .10, p2 = .12, power = .8) gives n = 3840.847 in each group."""
    assert needed(Proportion(120, 1000), Proportion(100, 1000)) == pytest.approx(3840.847, abs=0.01)


def test_a_small_holdout_needs_more_treated_people() -> None:
    even, small = needed(Proportion(120, 1000), Proportion(100, 1000)), needed(Proportion(1140, 9500), Proportion(50, 500))
    assert even is not None
    assert small is not None
    assert small > 5 * even


def test_no_difference_is_never_found() -> None:
    assert needed(Proportion(5, 50), Proportion(10, 100)) is None
    assert needed(Proportion(0, 50), Proportion(0, 100)) is None


@pytest.mark.parametrize(("treated", "held_out", "share"), [(2000, 2000, 0.1), (3800, 200, 0.15)])
def test_an_a_a_test_is_significant_about_one_time_in_twenty(treated: int, held_out: int, share: float) -> None:
    """With 2,000 runs the standard error is half a percentage point; the seed is fixed."""
    rng = np.random.default_rng(1998)
    runs = zip(rng.binomial(treated, share, 2000), rng.binomial(held_out, share, 2000), strict=True)
    intervals = [newcombe(Proportion(int(first), treated), Proportion(int(second), held_out)) for first, second in runs]
    significant = sum(low > 0 or high < 0 for low, high in intervals) / len(intervals)
    assert 0.035 < significant < 0.065


def test_the_sample_size_brings_the_power_it_promises() -> None:
    size = needed(Proportion(120, 1000), Proportion(100, 1000))
    assert size is not None
    rng, people = np.random.default_rng(2003), round(size)
    runs = zip(rng.binomial(people, 0.12, 1000), rng.binomial(people, 0.10, 1000), strict=True)
    found = sum(newcombe(Proportion(int(first), people), Proportion(int(second), people))[0] > 0 for first, second in runs)
    assert 0.76 < found / 1000 < 0.84
