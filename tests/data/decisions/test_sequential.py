"""An interval that somebody looks at every day is wrong no more often than it says, for shares and for money; and it finds what is there."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from hanse.data.decisions import interval, sequential
from hanse.data.decisions.interval import Proportion
from hanse.data.decisions.sequential import LEAST_BUYERS, Mean

DAYS, RUNS = 100, 200
SIMULATION_ERROR = 2 * math.sqrt(0.05 * 0.95 / RUNS)
"""Two standard errors of a share of 5 % among the runs."""


@dataclass(frozen=True)
class Group:
    """What one group has done by the end of each day: people, buyers, money, and the squares of it."""

    of: NDArray[Any]
    buyers: NDArray[Any]
    total: NDArray[Any]
    squares: NDArray[Any]

    def share(self, day: int) -> Proportion:
        return Proportion(int(self.buyers[day]), int(self.of[day]))

    def mean(self, day: int) -> Mean:
        return Mean(int(self.of[day]), float(self.total[day]), float(self.squares[day]))


def shop(
    rng: np.random.Generator, *, held_out: float, lift: float = 0.0, spread: float = 1.2, a_day: int = 400, buying: float = 0.03
) -> tuple[Group, Group]:
    """Simulate a shop: people differ in how much they buy, order within a week of being answered, and amounts have a heavy tail."""
    count = DAYS * a_day
    day, held = np.repeat(np.arange(DAYS), a_day), rng.random(count) < held_out
    probability = np.minimum(1, buying * rng.gamma(1.0, 1.0, count)) * np.where(held, 1, 1 + lift)
    ordered = day + rng.integers(0, 7, count)
    bought = (rng.random(count) < probability) & (ordered < DAYS)
    amount = np.where(bought, np.exp(rng.normal(4, spread, count)), 0)

    def group(chosen: NDArray[Any]) -> Group:
        def by_day(weights: NDArray[Any]) -> NDArray[Any]:
            return np.cumsum(np.bincount(ordered[chosen & bought], weights=weights[chosen & bought], minlength=DAYS))

        return Group(np.cumsum(np.bincount(day[chosen], minlength=DAYS)), by_day(np.ones(count)), by_day(amount), by_day(amount**2))

    return group(~held), group(held)


def leaves_out(ends: tuple[float, float], truth: float) -> bool:
    return not ends[0] <= truth <= ends[1]


def looked_at(treated: Group, held_out: Group) -> list[int]:
    return [day for day in range(DAYS) if min(treated.of[day], held_out.of[day])]


def judged(treated: Group, held_out: Group) -> list[int]:
    return [day for day in looked_at(treated, held_out) if min(treated.buyers[day], held_out.buyers[day]) >= LEAST_BUYERS]


def fixed(first: Mean, second: Mean) -> tuple[float, float]:
    half = interval.FIXED * sequential.error(first, second)
    return first.mean - second.mean - half, first.mean - second.mean + half


@pytest.mark.parametrize("held_out", [0.5, 0.05])
def test_shares_that_are_alike_are_told_apart_at_most_one_time_in_twenty_however_often_somebody_looks(held_out: float) -> None:
    rng = np.random.default_rng(2021)
    wrong = {"sequential": 0, "fixed": 0}
    for _ in range(RUNS):
        groups = shop(rng, held_out=held_out)
        shares = [(groups[0].share(day), groups[1].share(day)) for day in looked_at(*groups)]
        wrong["sequential"] += any(leaves_out(sequential.proportions(*each), 0) for each in shares)
        wrong["fixed"] += any(leaves_out(interval.newcombe(*each), 0) for each in shares)
    assert wrong["sequential"] / RUNS <= 0.05 + SIMULATION_ERROR
    assert wrong["fixed"] / RUNS > 0.3


@pytest.mark.parametrize(("held_out", "spread", "naive"), [(0.5, 0.8, 0.15), (0.05, 0.8, 0.05), (0.05, 1.5, 0.0)])
def test_money_that_is_alike_is_told_apart_at_most_one_time_in_twenty_even_with_heavy_tails(held_out: float, spread: float, naive: float) -> None:
    rng = np.random.default_rng(2024)
    wrong = {"sequential": 0, "fixed": 0}
    for _ in range(RUNS):
        groups = shop(rng, held_out=held_out, spread=spread)
        means = [(groups[0].mean(day), groups[1].mean(day)) for day in judged(*groups)]
        wrong["sequential"] += any(leaves_out(sequential.means(*each), 0) for each in means)
        wrong["fixed"] += any(leaves_out(fixed(*each), 0) for each in means)
    assert wrong["sequential"] / RUNS <= 0.05
    assert wrong["fixed"] / RUNS >= naive


def test_a_period_that_slides_is_no_worse_in_practice() -> None:
    """The console shows the last 30 days, which begin later every day. No theorem covers that; the simulation does."""
    rng = np.random.default_rng(30)
    wrong = 0
    for _ in range(RUNS):
        treated, held_out = shop(rng, held_out=0.2)
        wrong += any(leaves_out(sequential.proportions(_last(treated, day), _last(held_out, day)), 0) for day in range(DAYS))
    assert wrong / RUNS <= 0.05 + SIMULATION_ERROR


def _last(group: Group, day: int) -> Proportion:
    """Return the buyers among those of the last 30 days, as many as ordered in these days."""
    before = day - 30
    return Proportion(
        int(group.buyers[day] - (group.buyers[before] if before >= 0 else 0)), int(group.of[day] - (group.of[before] if before >= 0 else 0))
    )


def test_a_real_effect_is_inside_on_all_days_and_is_found_in_the_end() -> None:
    """After 100 days 3.9 % against 3 % have bought, less the few whose week is not over; the mean order is exp(4 + 0.8² / 2)."""
    rng = np.random.default_rng(7)
    left_out = found = 0
    for _ in range(RUNS):
        treated, held_out = shop(rng, held_out=0.5, lift=0.3, spread=0.8)
        days = judged(treated, held_out)
        through = [1 - 3 / (day + 1) for day in days]
        points, euros = 0.3 * 0.03, 0.3 * 0.03 * math.exp(4 + 0.8**2 / 2)
        ends = [(sequential.proportions(treated.share(day), held_out.share(day)), part * points) for day, part in zip(days, through, strict=True)]
        money = [(sequential.means(treated.mean(day), held_out.mean(day)), part * euros) for day, part in zip(days, through, strict=True)]
        left_out += any(leaves_out(*each) for each in (*ends, *money))
        found += ends[-1][0][0] > 0
    assert left_out / RUNS <= 0.05 + SIMULATION_ERROR
    assert found / RUNS > 0.6


def test_the_boundary_is_that_of_the_paper() -> None:
    """By hand, for an alpha of 5 % tuned at 250 and looked at there: 7.9362 for the mixture, so sqrt(2 · 8.9362 / 7.9362 · ln(2.9893 / 0.05))."""
    scaled = -2 * math.log(0.05) + math.log(1 - 2 * math.log(0.05))
    assert scaled == pytest.approx(7.9362, abs=1e-4)
    assert sequential.boundary(250.0) == pytest.approx(math.sqrt(2 * 8.9362 / 7.9362 * math.log(2.98935 / 0.05)), abs=1e-4)


@pytest.mark.parametrize("alpha", [0.05, 0.01, 0.05 / 6])
def test_nobody_is_narrower_than_one_look_and_less_alpha_is_wider(alpha: float) -> None:
    for reached in (1.0, 40.0, 250.0, 1e4, 1e7):
        once = interval.NORMAL.inv_cdf(1 - alpha / 2)
        assert sequential.boundary(reached, alpha) > once
        assert sequential.boundary(reached, alpha / 2) > sequential.boundary(reached, alpha)


def test_money_worked_out_by_hand() -> None:
    """Ten buyers of 100 at 50 against ten of 100 at 30: means 5 and 3, variances 227.27 and 81.82, both together 155.78."""
    first, second = Mean(100, 500.0, 25_000.0), Mean(100, 300.0, 9_000.0)
    assert first.variance == pytest.approx(227.2727)
    assert second.variance == pytest.approx(81.8182)
    assert sequential.error(first, second) == pytest.approx(math.sqrt(2.272727 + 1.547739), abs=1e-5)
    low, high = sequential.means(first, second)
    assert (low + high) / 2 == pytest.approx(2)
    assert (high - low) / 2 == pytest.approx(sequential.boundary(50.0) * 1.95460, abs=1e-4)


def test_how_many_more_it_takes_follows_from_what_is_seen() -> None:
    assert sequential.times_needed(0.0, 1.0, 100.0) is None
    assert sequential.times_needed(1.0, 0.0, 100.0) is None
    assert sequential.times_needed(0.001, 1.0, 100.0) is None, "a thousandth of a standard error is never found"
    times = sequential.times_needed(-1.0, 1.0, 100.0)
    assert times is not None
    assert math.sqrt(times) == pytest.approx(sequential.boundary(100 * times) + interval.NORMAL.inv_cdf(0.8), abs=1e-4)
