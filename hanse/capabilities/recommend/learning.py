"""Learning one blend: hold the end back, choose without it, measure on it once, learn from all."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hanse.capabilities.recommend import choice, questions
from hanse.capabilities.recommend.blend import Blend
from hanse.capabilities.recommend.choice import SEED, Choice, Tell
from hanse.capabilities.recommend.histories import Histories, Items
from hanse.capabilities.recommend.methods.popular import Popular
from hanse.capabilities.recommend.questions import Kind, Questions

LEAST_HISTORIES = 50
"""Histories of two or more groups or items below which nothing is learned."""
TEST_QUESTIONS = 5_000
RESAMPLES = 500
TAIL_SHARE = 0.8
"""The long tail: the items that are not among those which make up the first fifth of the catalog by how often they are had."""
LARGE_BRANDS_SHARE = 0.8
"""The large brands: the fewest that make up this share of the log; the others are small."""
LEAST_SECONDS, MOST_SECONDS, PER_SECOND = 5.0, 600.0, 8_000
"""How long choosing may take: a second for so many interactions, within bounds."""
LEAST_QUESTIONS, PER_QUESTION = 1_000, 40
"""By how many questions it chooses: one for so many interactions, within bounds."""


@dataclass(frozen=True)
class Learned:
    """A blend that learned from all, and how good one chosen in the same way was on the end it had not seen."""

    choice: Choice
    blend: Blend
    measures: Mapping[str, float]
    intervals: Mapping[str, tuple[float, float]]
    baseline: Mapping[str, float]
    """What the best-sellers got on the same questions."""
    questions: int
    seconds: float


def learn(kind: Kind, log: Histories, *, brands: Items | None = None, tell: Tell = choice.nobody) -> Learned | None:
    """Choose, measure and learn; none where there is too little to learn from.

    `brands` is a number for the brand of each item, -1 where it has none.
    """
    begin = time.monotonic()
    if int((log.lengths >= 2).sum()) < LEAST_HISTORIES:
        return None
    rest, asked = questions.split(kind, log, seed=SEED, most=TEST_QUESTIONS)
    seconds = min(MOST_SECONDS, max(LEAST_SECONDS, len(log.item) / PER_SECOND))
    most = min(choice.MOST_QUESTIONS, max(LEAST_QUESTIONS, len(log.item) // PER_QUESTION))
    chosen = choice.choose(kind, rest, seconds=seconds, most=most, tell=lambda score, note: tell(0.8 * score, note))
    tell(0.8, "measuring on what was held back")
    measures, intervals = _measure(chosen, chosen.fit(rest), rest, asked, brands)
    best_sellers = Choice(kind, (Popular(),), (1.0,), None, ())
    baseline, _ = _measure(best_sellers, best_sellers.fit(rest), rest, asked, brands)
    tell(0.9, "learning from all")
    return Learned(chosen, chosen.fit(log), measures, intervals, baseline, len(asked), time.monotonic() - begin)


def _measure(
    chosen: Choice, blend: Blend, log: Histories, asked: Questions, brands: Items | None
) -> tuple[dict[str, float], dict[str, tuple[float, float]]]:
    k = choice.PLANS[chosen.kind].k
    ranked = blend.rank_many(asked.histories, k)
    grades = questions.grade(asked, ranked, k)
    estimated = {f"recall@{k}": grades.recall, f"NDCG@{k}": grades.ndcg, f"MRR@{k}": grades.reciprocal_rank}
    means = {name: float(values.mean()) if len(values) else 0.0 for name, values in estimated.items()}
    return {**means, **_spread(ranked, log), **_fairness(ranked, log, brands)}, {
        name: interval(values) for name, values in estimated.items() if len(values)
    }


def _spread(ranked: Items, log: Histories) -> dict[str, float]:
    """Return how the answers spread over the catalog: what share is shown at all, how popular it is, how much is of the long tail."""
    shown = ranked[ranked >= 0]
    count = np.bincount(log.item, minlength=log.items)
    order = np.argsort(-count, kind="stable")
    percentile = np.empty(log.items)
    percentile[order] = np.arange(log.items) / max(log.items, 1)
    place = percentile[shown]
    return {
        "coverage": len(np.unique(shown)) / max(log.items, 1),
        "popularity bias": float((1.0 - place).mean() / 0.5 - 1.0) if len(place) else 0.0,
        "long-tail share": float((place >= 1.0 - TAIL_SHARE).mean()) if len(place) else 0.0,
    }


def _fairness(ranked: Items, log: Histories, brands: Items | None) -> dict[str, float]:
    """Return how often small brands are shown for how often they are had: 1 is as often, below it they are shown less than they are wanted.

    Exposure in proportion to merit, after Singh and Joachims 2018, Fairness of Exposure in Rankings. Nothing where no brand is small.
    """
    if brands is None or not (brands >= 0).any():
        return {}
    had = np.bincount(brands[log.item] + 1, minlength=brands.max() + 2)[1:]
    order = np.argsort(-had, kind="stable")
    before = np.cumsum(had[order]) - had[order]
    small = np.zeros(len(had) + 1, bool)  # the last one is for items without a brand
    small[order] = before >= LARGE_BRANDS_SHARE * had.sum()
    wanted, shown = small[brands[log.item]], small[brands[ranked[ranked >= 0]]]
    return {"exposure of small brands": float(shown.mean() / wanted.mean())} if len(shown) and wanted.any() else {}


def interval(values: NDArray[Any]) -> tuple[float, float]:
    """Return the 95 % interval of a mean by a bootstrap over questions (Efron 1979)."""
    rng, count = np.random.default_rng(SEED), len(values)
    means = [values[rng.integers(count, size=count)].mean() for _ in range(RESAMPLES)]
    low, high = np.percentile(means, [2.5, 97.5])
    return float(low), float(high)
