"""A contextual bandit for a handful of arms: ranks placements of a page or variants of a text, learns from outcomes, logs exact probabilities.

Each arm has a Bayesian linear model of its reward given a small context (Li, Chu, Langford & Schapire 2010, "A contextual-bandit approach
to personalized news article recommendation"; Agrawal & Goyal 2013, "Thompson sampling for contextual bandits with linear payoffs"). From it
come the probabilities with which each arm stands first: by softmax of the expected rewards, or as the share of draws from the posteriors in
which the arm is best. The rest of the ranking follows by Plackett-Luce, drawn with Gumbel noise.

What is logged is exact, because the policy is defined by these probabilities: the draws of Thompson sampling have a fixed seed, each
probability has a floor, and the ranking is drawn from the result. So `offpolicy` can estimate any other policy from the log.

Pure: arrays in, arrays out, nothing read or written. A job updates it in batches; whoever keeps it saves `state` and restores with `Bandit.of`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

MOST_ARMS = 50
DRAWS = 2_000
"""Draws from the posteriors by which Thompson sampling tells how often an arm is best."""
SEED = 20130


class Exploration(StrEnum):
    """How arms that look worse are tried."""

    THOMPSON = "thompson"
    """As often as they may be the best, for all that is known."""
    SOFTMAX = "softmax"
    """By their expected reward, in units of the temperature."""


@dataclass(frozen=True)
class Settings:
    """How a bandit learns and explores."""

    exploration: Exploration = Exploration.THOMPSON
    floor: float = 0.02
    """The least probability of each arm to stand first, so that weights of off-policy estimates stay below its inverse."""
    temperature: float = 0.1
    """For softmax: an arm that is better by this much stands first 2.7 times as often."""
    noise: float = 0.5
    """Standard deviation of rewards about their mean; of clicks it is at most 0.5."""
    prior: float = 1.0
    """Precision of the prior of each weight, about zero; the larger, the more it takes to be convinced."""
    memory: float = 1.0
    """What part of the knowledge is kept at each update, 0 to 1; below 1 it follows tastes that change."""


@dataclass(frozen=True)
class Ranking:
    """Arms in an order, and how likely that was."""

    arms: tuple[str, ...]
    probabilities: tuple[float, ...]
    """Of each position, given those above it; the first is the probability of the arm that stands first."""

    @property
    def probability(self) -> float:
        """Return the probability of the whole order."""
        return math.prod(self.probabilities)


@dataclass(frozen=True)
class Bandit:
    """What is known of each arm, and how it is used.

    >>> bandit = Bandit.new(("banner", "list"), 1).update([[0.5]] * 20, ["list"] * 20, [1] * 20)
    >>> bandit.first([0.5]).round(2)
    array([0.2, 0.8])
    >>> bandit.rank([0.5], np.random.default_rng(3)).arms
    ('list', 'banner')
    """

    arms: tuple[str, ...]
    precision: Floats
    """Of each arm, a matrix over the weights of its context, the constant first."""
    moment: Floats
    """Of each arm, rewards times contexts, in units of the noise."""
    settings: Settings

    @classmethod
    def new(cls, arms: Sequence[str], features: int, settings: Settings | None = None) -> Bandit:
        """Return a bandit that knows nothing of its arms yet; raises `ValueError` where arms or floor do not fit."""
        chosen, count = settings or Settings(), len(arms)
        if not 2 <= count <= MOST_ARMS or len(set(arms)) < count:
            message = f"A bandit needs 2 to {MOST_ARMS} arms of different names."
            raise ValueError(message)
        if not 0 < chosen.floor <= 1 / count:
            message = f"The floor of {count} arms lies above 0 and at most at {1 / count:.3g}."
            raise ValueError(message)
        precision = np.broadcast_to(chosen.prior * np.eye(features + 1), (count, features + 1, features + 1)).copy()
        return cls(tuple(arms), precision, np.zeros((count, features + 1)), chosen)

    @classmethod
    def of(cls, arrays: Mapping[str, NDArray[Any]], facts: Mapping[str, Any]) -> Bandit:
        """Return a bandit from what `state` gave."""
        settings = Settings(**{**facts["settings"], "exploration": Exploration(facts["settings"]["exploration"])})
        precision, moment = (np.asarray(arrays[name], dtype=np.float64) for name in ("precision", "moment"))
        return cls(tuple(facts["arms"]), precision, moment, settings)

    @property
    def state(self) -> tuple[dict[str, Floats], dict[str, Any]]:
        """Return arrays and plain facts from which `of` makes the same bandit."""
        settings = {**vars(self.settings), "exploration": self.settings.exploration.value}
        return {"precision": self.precision, "moment": self.moment}, {"arms": list(self.arms), "settings": settings}

    def update(self, contexts: ArrayLike, arms: Sequence[str], rewards: ArrayLike) -> Bandit:
        """Return what is known after a batch of outcomes: one context, the arm that was seen in it, and its reward each."""
        seen = _with_constant(np.asarray(contexts, dtype=np.float64)) / self.settings.noise
        gained = np.asarray(rewards, dtype=np.float64) / self.settings.noise
        places = np.array([self.arms.index(each) for each in arms], dtype=np.intp)
        precision, moment = self._remembered()
        for place in np.unique(places):
            chosen = places == place
            precision[place] += seen[chosen].T @ seen[chosen]
            moment[place] += seen[chosen].T @ gained[chosen]
        return replace(self, precision=precision, moment=moment)

    def expected(self, context: ArrayLike) -> tuple[Floats, Floats]:
        """Return the expected reward of each arm in a context, and the standard deviation of what is known of it."""
        given = _with_constant(np.asarray(context, dtype=np.float64))
        spread = np.einsum("i,aij,j->a", given, self._covariance, given)
        return self._weights @ given, np.sqrt(np.maximum(spread, 0.0))

    def first(self, context: ArrayLike) -> Floats:
        """Return the probability of each arm to stand first in a context; none is below the floor, and they add up to 1."""
        mean, deviation = self.expected(context)
        if self.settings.exploration is Exploration.SOFTMAX:
            wanted = np.exp((mean - mean.max()) / self.settings.temperature)
        else:
            best = (mean + deviation * _normals(len(self.arms))).argmax(axis=1)
            wanted = np.bincount(best, minlength=len(self.arms)).astype(np.float64)
        rest = 1 - len(self.arms) * self.settings.floor
        first: Floats = self.settings.floor + rest * wanted / wanted.sum()
        return first

    def rank(self, context: ArrayLike, rng: np.random.Generator) -> Ranking:
        """Draw an order of all arms for a context."""
        first = self.first(context)
        order = np.argsort(-(np.log(first) + rng.gumbel(size=first.size)))
        return self._ranking(order, first)

    def probability(self, context: ArrayLike, arms: Sequence[str]) -> Ranking:
        """Return how likely an order of some arms at the top is in a context, position by position; for estimates of this policy."""
        return self._ranking(np.array([self.arms.index(each) for each in arms], dtype=np.intp), self.first(context))

    def _ranking(self, order: NDArray[np.intp], first: Floats) -> Ranking:
        above = np.concatenate(([0.0], np.cumsum(first[order])[:-1]))
        left = np.maximum(1 - above, first[order])  # sums of many small ones may go past 1 by their rounding
        return Ranking(tuple(self.arms[place] for place in order), tuple((first[order] / left).tolist()))

    def _remembered(self) -> tuple[Floats, Floats]:
        """Return what is known less what is forgotten, which goes back to the prior."""
        kept = self.settings.memory
        prior = self.settings.prior * np.eye(self.precision.shape[1])
        return kept * self.precision + (1 - kept) * prior, kept * self.moment

    @cached_property
    def _covariance(self) -> Floats:
        inverse: Floats = np.linalg.inv(self.precision).astype(np.float64)
        return inverse

    @cached_property
    def _weights(self) -> Floats:
        weights: Floats = np.einsum("aij,aj->ai", self._covariance, self.moment)
        return weights


_DRAWN: dict[int, Floats] = {}


def _normals(arms: int) -> Floats:
    """Return the same standard normal draws for as many arms, every time and in every process."""
    if arms not in _DRAWN:
        half = np.random.default_rng(SEED).standard_normal((DRAWS // 2, arms))
        _DRAWN[arms] = np.concatenate((half, -half))  # in pairs, so that no arm has luck on average
    return _DRAWN[arms]


def _with_constant(contexts: Floats) -> Floats:
    return np.concatenate((np.ones((*contexts.shape[:-1], 1)), contexts), axis=-1)
