"""The bandit learns which arm fits which context, does better than any fixed choice, and logs the probabilities it really has."""

from __future__ import annotations

from collections import Counter
from itertools import permutations
from typing import Any

import numpy as np
import pytest

from hanse.data.decisions import bandit as bandits
from hanse.data.decisions import offpolicy
from hanse.data.decisions.bandit import Bandit, Exploration, Settings
from hanse.data.decisions.offpolicy import Estimate, Estimator, Log

ARMS = ("banner", "list", "story")
ROUNDS, BATCH = 3000, 100

every_exploration = pytest.mark.parametrize("exploration", list(Exploration))


def click_rates(contexts: Any) -> Any:
    """Return the true click rate of each arm: the first two suit opposite visitors, the third nobody much."""
    liking = np.asarray(contexts)[..., 0]
    return np.stack([0.3 + 0.25 * liking, 0.3 - 0.25 * liking, np.full_like(liking, 0.25)], axis=-1)


def visitors(rng: np.random.Generator, count: int) -> Any:
    return np.stack([rng.choice([-1.0, 1.0], count), rng.normal(size=count)], axis=1)


def settings(exploration: Exploration, **facts: Any) -> Settings:
    return Settings(exploration=exploration, **{"floor": 0.02, "temperature": 0.03, **facts})


def learned(exploration: Exploration, seed: int = 1) -> tuple[Bandit, float]:
    """Let a bandit choose for many visitors and learn in batches; return it and its regret per visitor."""
    rng, regret = np.random.default_rng(seed), 0.0
    bandit = Bandit.new(ARMS, 2, settings(exploration))
    for _ in range(ROUNDS // BATCH):
        contexts = visitors(rng, BATCH)
        rates = click_rates(contexts)
        chosen = [bandit.rank(each, rng).arms[0] for each in contexts]
        seen = rates[np.arange(BATCH), [ARMS.index(each) for each in chosen]]
        bandit = bandit.update(contexts, chosen, rng.random(BATCH) < seen)
        regret += float((rates.max(axis=1) - seen).sum())
    return bandit, regret / ROUNDS


@every_exploration
def test_it_regrets_less_than_chance_and_less_than_the_best_fixed_arm(exploration: Exploration) -> None:
    rates = click_rates(visitors(np.random.default_rng(0), 20_000))
    uniform = float((rates.max(axis=1) - rates.mean(axis=1)).mean())
    fixed = float((rates.max(axis=1, keepdims=True) - rates).mean(axis=0).min())
    regret = np.mean([learned(exploration, seed)[1] for seed in (1, 2, 3)])
    assert regret < 0.5 * min(uniform, fixed)


@every_exploration
def test_the_logged_probabilities_are_how_often_it_happens(exploration: Exploration) -> None:
    """Every order of three arms, against its share in 20,000 draws; four standard errors."""
    bandit, _ = learned(exploration)
    context, rng, count = [0.2, 0.0], np.random.default_rng(5), 20_000
    drawn = Counter(bandit.rank(context, rng).arms for _ in range(count))
    for order in permutations(ARMS):
        said = bandit.probability(context, order).probability
        assert drawn[order] / count == pytest.approx(said, abs=4 * (said * (1 - said) / count) ** 0.5 + 1e-9)
    assert sum(bandit.probability(context, order).probability for order in permutations(ARMS)) == pytest.approx(1)


@every_exploration
def test_a_ranking_says_the_probability_of_each_of_its_positions(exploration: Exploration) -> None:
    bandit, _ = learned(exploration)
    found = bandit.rank([1.0, 0.0], np.random.default_rng(6))
    first = dict(zip(ARMS, bandit.first([1.0, 0.0]), strict=True))
    one, two, _ = found.arms
    assert found.probabilities == pytest.approx((first[one], first[two] / (1 - first[one]), 1.0))
    assert found == bandit.probability([1.0, 0.0], found.arms)
    assert bandit.probability([1.0, 0.0], found.arms[:1]).probability == pytest.approx(first[one])


@every_exploration
def test_no_arm_falls_below_the_floor(exploration: Exploration) -> None:
    bandit = Bandit.new(ARMS, 2, settings(exploration, floor=0.05))
    for arm in ARMS:
        bandit = bandit.update([[1.0, 0.0]] * 5000, [arm] * 5000, [float(arm == "list")] * 5000)
    first = bandit.first([1.0, 0.0])
    assert first.min() >= 0.05
    assert first[1] == pytest.approx(0.9, abs=0.01)
    assert first.sum() == pytest.approx(1)


def test_what_nobody_knows_is_tried_evenly() -> None:
    assert Bandit.new(ARMS, 2).first([0.3, -1.0]) == pytest.approx(np.full(3, 1 / 3), abs=0.04)


def test_thompson_sampling_has_the_probabilities_of_the_normal_distribution() -> None:
    """Of two arms the better one is best with the probability Φ(d / √(s² + t²)); here Φ(0.5477 / 0.7746), less what the floor takes."""
    bandit = Bandit.new(("a", "b"), 0, Settings(floor=1e-6, noise=1.0)).update(np.zeros((4, 0)), ["a"] * 4, [0.75] * 4)
    mean, deviation = bandit.expected(np.zeros(0))
    assert mean == pytest.approx([0.6, 0.0])
    assert deviation == pytest.approx([0.2**0.5, 1.0])
    assert bandit.first(np.zeros(0))[0] == pytest.approx(0.7081, abs=0.02)


def test_the_weights_are_those_of_ridge_regression() -> None:
    rng = np.random.default_rng(8)
    contexts, rewards = rng.normal(size=(50, 2)), rng.random(50)
    given = np.column_stack([np.ones(50), contexts])
    expected = np.linalg.solve(given.T @ given + 0.25 * np.eye(3), given.T @ rewards)
    bandit = Bandit.new(("a", "b"), 2, Settings(noise=0.5)).update(contexts, ["a"] * 50, rewards)
    assert bandit._weights[0] == pytest.approx(expected)
    assert bandit._weights[1] == pytest.approx(np.zeros(3))


def test_batches_come_to_the_same_as_one() -> None:
    rng = np.random.default_rng(9)
    contexts, arms, rewards = rng.normal(size=(60, 2)), [ARMS[each] for each in rng.integers(0, 3, 60)], rng.random(60)
    whole = Bandit.new(ARMS, 2).update(contexts, arms, rewards)
    parts = Bandit.new(ARMS, 2).update(contexts[:25], arms[:25], rewards[:25]).update(contexts[25:], arms[25:], rewards[25:])
    assert parts.precision == pytest.approx(whole.precision)
    assert parts.moment == pytest.approx(whole.moment)


def test_what_is_forgotten_goes_back_to_the_prior() -> None:
    bandit = Bandit.new(ARMS, 1, Settings(memory=0.5)).update([[1.0]] * 100, ["list"] * 100, [1.0] * 100)
    for _ in range(60):
        bandit = bandit.update(np.zeros((0, 1)), [], [])
    assert bandit.precision == pytest.approx(Bandit.new(ARMS, 1).precision)
    assert bandit.first([1.0]) == pytest.approx(np.full(3, 1 / 3), abs=0.04)


@every_exploration
def test_it_is_the_same_after_it_was_saved(exploration: Exploration) -> None:
    bandit, _ = learned(exploration)
    again = Bandit.of(*bandit.state)
    assert again.settings == bandit.settings
    assert again.rank([0.5, 1.0], np.random.default_rng(3)) == bandit.rank([0.5, 1.0], np.random.default_rng(3))


def test_the_log_of_one_bandit_tells_what_another_would_have_brought() -> None:
    """What was learned is estimated from the log of one that knew nothing, and compared with the truth."""
    rng, count = np.random.default_rng(4), 4000
    novice, (taught, _) = Bandit.new(ARMS, 2), learned(Exploration.SOFTMAX)
    contexts = visitors(rng, count)
    drawn = [novice.rank(each, rng) for each in contexts]
    places = [ARMS.index(each.arms[0]) for each in drawn]
    rates, targets = click_rates(contexts), np.array([taught.first(each) for each in contexts])
    log = Log.of(rng.random(count) < rates[range(count), places], [each.probabilities[0] for each in drawn], targets[range(count), places])
    found = offpolicy.estimate(log, Estimator.SNIPS)
    assert isinstance(found, Estimate)
    assert found.low <= float((rates * targets).sum(axis=1).mean()) <= found.high
    assert found.low > float(rates.mean())


@pytest.mark.parametrize(
    ("arms", "floor"), [(("a",), 0.1), (("a", "a"), 0.1), (("a", "b"), 0.0), (("a", "b"), 0.6), (tuple(map(str, range(51))), 0.01)]
)
def test_arms_and_floors_that_do_not_fit_are_refused(arms: tuple[str, ...], floor: float) -> None:
    with pytest.raises(ValueError, match=r"A bandit needs|The floor of"):
        Bandit.new(arms, 1, Settings(floor=floor))


def test_the_draws_are_the_same_in_every_process() -> None:
    assert bandits._normals(2)[0] == pytest.approx(np.random.default_rng(bandits.SEED).standard_normal((1, 2))[0])
    assert bandits._normals(3).mean(axis=0) == pytest.approx(np.zeros(3))
