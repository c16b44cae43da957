"""What another policy would have brought is estimated without bias, with an interval that holds, or refused with the reason."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from hanse.data.decisions import offpolicy
from hanse.data.decisions.offpolicy import Estimate, Estimator, Log, Refusal, Refused

CONTEXTS, ARMS = 3, 4
RATES = np.array([[0.05, 0.1, 0.2, 0.3], [0.3, 0.2, 0.1, 0.05], [0.1, 0.1, 0.3, 0.1]])
LOGGING = np.array([[0.4, 0.3, 0.2, 0.1], [0.1, 0.2, 0.3, 0.4], [0.25, 0.25, 0.25, 0.25]])
TARGET = np.array([[0.1, 0.1, 0.2, 0.6], [0.6, 0.2, 0.1, 0.1], [0.1, 0.1, 0.7, 0.1]])
TRUTH = float((RATES * TARGET).sum(axis=1).mean())

every_estimator = pytest.mark.parametrize("estimator", list(Estimator))


def drawn(rng: np.random.Generator, count: int, model: Any = RATES) -> Log:
    """Draw contexts, arms of the logging policy and rewards; `model` is what the reward model believes."""
    contexts = rng.integers(0, CONTEXTS, count)
    arms = (rng.random((count, 1)) > np.cumsum(LOGGING, axis=1)[contexts]).sum(axis=1)
    rewards = rng.random(count) < RATES[contexts, arms]
    expected = (model * TARGET).sum(axis=1)[contexts]
    return Log.of(rewards, LOGGING[contexts, arms], TARGET[contexts, arms], model[contexts, arms], expected)


def estimated(log: Log, estimator: Estimator, **options: Any) -> Estimate:
    found = offpolicy.estimate(log, estimator, **options)
    assert isinstance(found, Estimate)
    return found


@every_estimator
def test_estimates_are_right_on_average_and_their_intervals_hold(estimator: Estimator) -> None:
    rng = np.random.default_rng(11)
    found = [estimated(drawn(rng, 1500), estimator) for _ in range(300)]
    assert np.mean([each.value for each in found]) == pytest.approx(TRUTH, abs=0.0045)
    inside = np.mean([each.low <= TRUTH <= each.high for each in found])
    assert 0.92 <= inside <= 0.99


def test_a_good_model_makes_the_estimate_steadier_and_a_bad_one_does_no_harm() -> None:
    rng = np.random.default_rng(12)
    logs = [drawn(rng, 1500) for _ in range(100)]
    plain = np.std([estimated(each, Estimator.IPS).value for each in logs])
    modelled = [estimated(each, Estimator.DOUBLY_ROBUST).value for each in logs]
    assert np.std(modelled) < plain
    wrong = [estimated(drawn(rng, 1500, RATES[::-1] + 0.2), Estimator.DOUBLY_ROBUST).value for _ in range(300)]
    assert np.mean(wrong) == pytest.approx(TRUTH, abs=0.006)


def test_estimates_worked_out_by_hand() -> None:
    """Weights 2, 2, 0.5 and 0.5; rewards 1, 0, 1, 0: 2.5 of 4, and 2.5 of a weight of 5. Of the model 0.5 is expected everywhere."""
    log = Log.of([1, 0, 1, 0], [0.25, 0.25, 0.5, 0.5], [0.5, 0.5, 0.25, 0.25], 0.5, 0.5)
    values = {each: estimated(log, each, least_effective=1).value for each in Estimator}
    assert values == {Estimator.IPS: 0.625, Estimator.SNIPS: 0.5, Estimator.DOUBLY_ROBUST: 0.5}
    assert estimated(log, Estimator.IPS, least_effective=1).effective == pytest.approx(25 / 8.5)


@every_estimator
def test_where_few_decisions_carry_the_weight_nothing_is_said(estimator: Estimator) -> None:
    propensities = np.full(1000, 0.9)
    propensities[0] = 1e-4
    found = offpolicy.estimate(Log.of(np.zeros(1000), propensities, 0.5, 0.0, 0.0), estimator)
    assert isinstance(found, Refused)
    assert (found.refusal, found.decisions) == (Refusal.FEW, 1000)
    assert found.effective < 2


@pytest.mark.parametrize(
    ("facts", "refusal"),
    [
        ({"propensities": [0.5, 0.0]}, Refusal.PROPENSITIES),
        ({"propensities": [0.5, np.nan]}, Refusal.PROPENSITIES),
        ({"propensities": [0.5, 1.5]}, Refusal.PROPENSITIES),
        ({"targets": [0.5, -0.1]}, Refusal.TARGETS),
        ({"targets": np.nan}, Refusal.TARGETS),
        ({"rewards": [1.0, np.nan]}, Refusal.REWARDS),
        ({"predicted_target": None}, Refusal.REWARDS),
        ({"predicted_chosen": [np.inf, 0]}, Refusal.REWARDS),
        ({"targets": 0.0}, Refusal.FEW),
        ({"rewards": [], "propensities": [], "targets": [], "predicted_chosen": [], "predicted_target": []}, Refusal.EMPTY),
    ],
)
def test_a_log_that_cannot_bear_it_is_refused_with_the_reason(facts: dict[str, Any], refusal: Refusal) -> None:
    usual: dict[str, Any] = {"rewards": [1.0, 0.0], "propensities": 0.5, "targets": 0.5, "predicted_chosen": 0.5, "predicted_target": 0.5}
    found = offpolicy.estimate(Log.of(**{**usual, **facts}), Estimator.DOUBLY_ROBUST, least_effective=1)
    assert isinstance(found, Refused)
    assert found.refusal is refusal


def test_what_was_clipped_is_told_and_steadies_the_estimate() -> None:
    log = drawn(np.random.default_rng(13), 2000)
    whole, clipped = estimated(log, Estimator.IPS), estimated(log, Estimator.IPS, clip=2.0)
    assert (whole.clipped, clipped.clip) == (0, 2.0)
    assert 0 < clipped.clipped < 2000
    assert clipped.effective > whole.effective
    assert clipped.value < whole.value


def test_where_no_reward_was_seen_the_interval_is_no_point() -> None:
    found = estimated(Log.of(np.zeros(400), 0.5, 0.5), Estimator.SNIPS)
    assert (found.value, found.low) == (0.0, 0.0)
    assert found.high == pytest.approx(0.0095, abs=1e-4), "the score interval of 0 of 400"


def test_money_may_be_more_than_one() -> None:
    found = estimated(Log.of(np.arange(400.0), 0.5, 0.5), Estimator.IPS)
    assert found.value == pytest.approx(199.5)
    assert found.high - found.value == pytest.approx(1.96 * np.arange(400.0).std(ddof=1) / 20, rel=1e-3)
