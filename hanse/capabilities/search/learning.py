"""Learning the order of what is found from what people looked at after they had searched.

LambdaMART (Burges 2010, From RankNet to LambdaRank to LambdaMART) on what speaks for each product, each of which may only speak for it.
Arrays in, arrays out. The newest searches are held back; trees are used only where they order these better than the weights by hand.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import lightgbm
import numpy as np
from numpy.typing import NDArray

from hanse.capabilities.search import ranking
from hanse.capabilities.search.ranking import Floats

SEED = 7
WIDTH = 10
TREES, LEAVES, RATE = 60, 8, 0.08
LEAST_IN_LEAF = 20
GRADES = 4
"""Grades are 0 to this; the product that the largest share of the searches came to has it."""
RESAMPLES = 500
LEAST_QUERIES = 50


@dataclass(frozen=True)
class Example:
    """One query: what speaks for each product that was found, and how often searches for it came to each."""

    features: Floats
    clicks: NDArray[np.int64]

    @property
    def grades(self) -> NDArray[np.int64]:
        """Return how good each product is, 0 to `GRADES`, by its share of what came of the query."""
        most = self.clicks.max(initial=0)
        return np.ceil(GRADES * self.clicks / most).astype(np.int64) if most else np.zeros(len(self.clicks), np.int64)


@dataclass(frozen=True)
class Trees:
    """Trees that add to what the weights by hand say, so that what is seldom searched for is ordered by these."""

    booster: lightgbm.Booster

    def score(self, found: Floats) -> Floats:
        """Return how well each product fits; comparable within one query."""
        return np.asarray(ranking.score(found) + self.booster.predict(found, num_threads=1), np.float64)

    @property
    def text(self) -> str:
        """Return them as they are kept."""
        return str(self.booster.model_to_string())

    @classmethod
    def of(cls, text: str) -> Trees:
        """Make them of what was kept; raises `ValueError` where it is none."""
        try:
            booster = lightgbm.Booster(model_str=text)
        except lightgbm.basic.LightGBMError as error:
            raise ValueError(str(error)) from error
        if booster.num_feature() != len(ranking.FEATURES):
            raise ValueError("these trees look at something else")
        return cls(booster)


@dataclass(frozen=True)
class Learned:
    """Trees that learned from all, and how good such trees were on queries they had not seen, beside the weights by hand."""

    trees: Trees
    ndcg: float
    by_hand: float
    gain: tuple[float, float]
    """The 95 % interval of the difference."""
    queries: int
    """How many were held back."""

    @property
    def is_better(self) -> bool:
        """Return whether the trees are sure to order better."""
        return self.gain[0] > 0


def learn(older: Sequence[Example], newer: Sequence[Example]) -> Learned | None:
    """Learn from older searches, measure on newer ones, then learn from all; null where there are too few of either."""
    older, newer = [each for each in older if _tells(each)], [each for each in newer if _tells(each)]
    if min(len(older), len(newer)) < LEAST_QUERIES:
        return None
    held_back = fit(older)
    theirs = np.array([ndcg(each, held_back.score(each.features)) for each in newer])
    hand = np.array([ndcg(each, ranking.score(each.features)) for each in newer])
    return Learned(fit([*older, *newer]), float(theirs.mean()), float(hand.mean()), _interval(theirs - hand), len(newer))


def fit(examples: Sequence[Example]) -> Trees:
    """Grow trees; the same every time."""
    features = np.concatenate([each.features for each in examples])
    grades = np.concatenate([each.grades for each in examples])
    data = lightgbm.Dataset(features, grades, group=[len(each.clicks) for each in examples], init_score=ranking.score(features))
    settings = {
        "objective": "lambdarank",
        "lambdarank_truncation_level": WIDTH + 5,
        "num_leaves": LEAVES,
        "learning_rate": RATE,
        "min_data_in_leaf": min(LEAST_IN_LEAF, max(1, len(grades) // 20)),
        "monotone_constraints": [1] * features.shape[1],
        "seed": SEED,
        "deterministic": True,
        "num_threads": 1,
        "verbose": -1,
    }
    return Trees(lightgbm.train(settings, data, num_boost_round=TREES))


def ndcg(example: Example, scores: Floats) -> float:
    """Return NDCG@10 (Järvelin and Kekäläinen 2002) of an order, by the grades of a query."""
    gains = 2.0**example.grades - 1
    discount = 1 / np.log2(np.arange(min(WIDTH, len(gains))) + 2)
    order = np.argsort(-scores, kind="stable")[:WIDTH]
    return float(gains[order] @ discount / (np.sort(gains)[::-1][:WIDTH] @ discount))


def _tells(example: Example) -> bool:
    """Return whether a query says what is better than what."""
    return len(example.clicks) > 1 and example.clicks.max() > example.clicks.min()


def _interval(differences: Floats) -> tuple[float, float]:
    drawn = np.random.default_rng(SEED).choice(differences, (RESAMPLES, len(differences))).mean(axis=1)
    low, high = np.quantile(drawn, (0.025, 0.975))
    return float(low), float(high)
