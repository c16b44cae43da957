"""What another way of answering would have brought, from the log of the way there was: arrays in, an estimate or a refusal out.

Three estimators of the average reward of a target policy from decisions of a logging policy with known probabilities:

* inverse propensity scoring: Horvitz & Thompson 1952;
* self-normalised: Swaminathan & Joachims 2015, "The self-normalized estimator for counterfactual learning";
* doubly robust: Dudík, Langford & Li 2011, "Doubly robust policy evaluation and learning", with the predictions of a reward model.

Nothing is said where the log cannot bear it: where few decisions carry nearly all the weight (the effective sample size of Kish 1965 is
low), or where probabilities are missing. The error of the self-normalised estimate is that of its linearisation. Where rewards are shares,
such as clicks, few of them leave a skewed distribution, so the interval is widened to the score interval with the same error.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hanse.data.decisions import interval

LEAST_EFFECTIVE = 100.0
"""Below so many decisions, counted by their weights, nothing is said."""
CLIP = math.inf
"""No weight is cut off by default: a clip makes an estimate steadier and biased, so whoever sets one is told how many it cut."""

Floats = NDArray[np.float64]


class Estimator(StrEnum):
    """How an average reward is estimated."""

    IPS = "ips"
    """Inverse propensity scoring."""
    SNIPS = "snips"
    """The same, divided by the sum of the weights."""
    DOUBLY_ROBUST = "doubly_robust"
    """A reward model, corrected by what it missed."""


class Refusal(StrEnum):
    """Why nothing is said."""

    EMPTY = "empty"
    """There are no decisions."""
    PROPENSITIES = "propensities"
    """Probabilities of the log are missing, zero, or above one."""
    TARGETS = "targets"
    """Probabilities of the target are missing, negative, or above one."""
    REWARDS = "rewards"
    """Rewards, or predictions of them, are missing."""
    FEW = "few"
    """Too few decisions carry nearly all the weight: the target would mostly do what the log rarely did."""


@dataclass(frozen=True)
class Log:
    """Decisions of the logging policy, one entry each; missing values are NaN."""

    rewards: Floats
    propensities: Floats
    """With which probability the logging policy did what it did."""
    targets: Floats
    """With which probability the target policy would have done the same."""
    predicted_chosen: Floats | None = None
    """What a reward model expects of what was done; for the doubly robust estimator."""
    predicted_target: Floats | None = None
    """What it expects on average of what the target policy would do."""

    @classmethod
    def of(
        cls,
        rewards: ArrayLike,
        propensities: ArrayLike,
        targets: ArrayLike,
        predicted_chosen: ArrayLike | None = None,
        predicted_target: ArrayLike | None = None,
    ) -> Log:
        """Return a log from anything like arrays; a single number holds for all decisions. Raises `ValueError` where lengths differ."""
        given = [None if each is None else np.asarray(each, dtype=np.float64) for each in (propensities, targets, predicted_chosen, predicted_target)]
        kept = np.asarray(rewards, dtype=np.float64)
        spread: list[Any] = [None if each is None else np.broadcast_to(each, kept.shape) for each in given]
        return cls(kept, *spread)


@dataclass(frozen=True)
class Estimate:
    """What the target policy would bring on average, by one estimator."""

    estimator: Estimator
    value: float
    low: float
    """Lower end of the 95 % interval; right for one look at a log whose length was not chosen by what was seen."""
    high: float
    decisions: int
    effective: float
    """As how many decisions of the target policy's own they count."""
    clip: float
    clipped: int
    """How many weights were cut off at the clip."""


@dataclass(frozen=True)
class Refused:
    """Nothing can be said, and why."""

    estimator: Estimator
    refusal: Refusal
    decisions: int
    effective: float
    """0 where it cannot be worked out."""


def estimate(log: Log, estimator: Estimator, *, clip: float = CLIP, least_effective: float = LEAST_EFFECTIVE) -> Estimate | Refused:
    """Return what a target policy would bring on average, or why that cannot be said.

    Four decisions, each of two arms drawn with one half, of a target that always takes the first arm:

    >>> log = Log.of([1, 0, 1, 0], 0.5, [1, 1, 0, 0])
    >>> estimate(log, Estimator.SNIPS, least_effective=2).value
    0.5
    >>> estimate(log, Estimator.SNIPS).refusal
    <Refusal.FEW: 'few'>
    """
    decisions = int(log.rewards.size)
    if (refusal := _unusable(log, estimator)) is not None:
        return Refused(estimator, refusal, decisions, 0.0)
    raw = log.targets / log.propensities
    weights = np.minimum(raw, clip)
    effective = effective_size(weights)
    if effective < least_effective:
        return Refused(estimator, Refusal.FEW, decisions, effective)
    value, error = _ESTIMATORS[estimator](log, weights)
    low, high = _ends(log, weights, value, error)
    return Estimate(estimator, value, low, high, decisions, effective, clip, int(np.count_nonzero(raw > clip)))


def effective_size(weights: Floats) -> float:
    """Return as how many equally weighted decisions they count (Kish).

    >>> effective_size(np.array([1.0, 1.0, 1.0])), effective_size(np.array([100.0, 0.0, 0.0]))
    (3.0, 1.0)
    """
    squares = float(np.square(weights).sum())
    return float(weights.sum()) ** 2 / squares if squares else 0.0


def _unusable(log: Log, estimator: Estimator) -> Refusal | None:
    if not log.rewards.size:
        return Refusal.EMPTY
    if not _all(log.propensities, low=0.0, above=True):
        return Refusal.PROPENSITIES
    if not _all(log.targets, low=0.0, above=False):
        return Refusal.TARGETS
    needed: list[Floats | None] = [log.rewards]
    if estimator is Estimator.DOUBLY_ROBUST:
        needed += [log.predicted_chosen, log.predicted_target]
    return None if all(each is not None and bool(np.isfinite(each).all()) for each in needed) else Refusal.REWARDS


def _all(probabilities: Floats, *, low: float, above: bool) -> bool:
    """Return whether all are probabilities: NaN is none, as no comparison holds for it."""
    bounded = probabilities > low if above else probabilities >= low
    return bool((bounded & (probabilities <= 1.0)).all())


def _ips(log: Log, weights: Floats) -> tuple[float, float]:
    return _average(weights * log.rewards)


def _snips(log: Log, weights: Floats) -> tuple[float, float]:
    total = float(weights.sum())
    value = float((weights * log.rewards).sum()) / total
    return value, math.sqrt(float(np.square(weights * (log.rewards - value)).sum())) / total


def _doubly_robust(log: Log, weights: Floats) -> tuple[float, float]:
    assert log.predicted_chosen is not None  # noqa: S101  # `_unusable` has looked
    assert log.predicted_target is not None  # noqa: S101  # as above
    return _average(log.predicted_target + weights * (log.rewards - log.predicted_chosen))


_ESTIMATORS = {Estimator.IPS: _ips, Estimator.SNIPS: _snips, Estimator.DOUBLY_ROBUST: _doubly_robust}


def _average(scores: Floats) -> tuple[float, float]:
    """Return the mean and its standard error."""
    error = float(scores.std(ddof=1)) / math.sqrt(scores.size) if scores.size > 1 else math.inf
    return float(scores.mean()), error


def _ends(log: Log, weights: Floats, value: float, error: float) -> tuple[float, float]:
    """Return the 95 % interval; where rewards are shares within 0 and 1, and never a point where no reward was seen."""
    low, high = value - interval.FIXED * error, value + interval.FIXED * error
    if not _are_shares(log.rewards):
        return low, high
    if 0 <= value <= 1:
        count = value * (1 - value) / error**2 if error > 0 else effective_size(weights)
        score = _score_ends(value, count)
        low, high = min(low, score[0]), max(high, score[1])
    return max(0.0, low), min(1.0, high)


def _score_ends(share: float, count: float) -> tuple[float, float]:
    """Return the score interval of a share of as many decisions as give its error: few rewards leave a skewed one."""
    if count <= 0:
        return 0.0, 1.0
    squared = interval.FIXED**2 / count
    middle = (share + squared / 2) / (1 + squared)
    half = math.sqrt(squared * (share * (1 - share) + squared / 4)) / (1 + squared)
    return middle - half, middle + half


def _are_shares(rewards: Floats) -> bool:
    return bool(((rewards >= 0) & (rewards <= 1)).all())
