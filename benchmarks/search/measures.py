"""How good answers are: NDCG@10, MRR, the share with nothing found; means with intervals, and paired differences."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import log2

import numpy as np
from numpy.typing import NDArray

from benchmarks.report import SEED
from benchmarks.search.judging import EXACT, Grades
from benchmarks.search.queries import Query

DEPTH = 10
DRAWS = 4_000
Floats = NDArray[np.float64]


def ndcg(found: Sequence[str], grades: Grades) -> float:
    """Return the gain of the first ten, discounted by their ranks, as a share of the best there could be.

    >>> round(ndcg(["a", "b"], {"a": 1, "b": 3}), 3)
    0.71
    """
    best = sorted(grades.values(), reverse=True)
    return _gained([grades.get(each, 0) for each in found]) / _gained(best)


def _gained(grades: Sequence[int]) -> float:
    return sum(float(2**grade - 1) / log2(rank + 1) for rank, grade in enumerate(grades[:DEPTH], 1))


def reciprocal_rank(found: Sequence[str], grades: Grades) -> float:
    """Return one by the rank of the first of the first ten that is exactly what is meant; 0 where none is.

    >>> reciprocal_rank(["a", "b"], {"a": 1, "b": 3})
    0.5
    """
    return next((1 / rank for rank, each in enumerate(found[:DEPTH], 1) if grades.get(each) == EXACT), 0.0)


def nothing(found: Sequence[str], grades: Grades) -> float:
    """Return 1 where nothing was found."""
    return float(not found)


MEASURES: dict[str, Callable[[Sequence[str], Grades], float]] = {"NDCG@10": ndcg, "MRR": reciprocal_rank, "nothing found": nothing}


def values(measure: str, queries: Sequence[Query], answers: Sequence[Sequence[str]]) -> Floats:
    """Return a measure of every query."""
    return np.array([MEASURES[measure](found, query.grades) for query, found in zip(queries, answers, strict=True)])


@dataclass(frozen=True)
class Mean:
    """A mean over queries with its 95 % interval."""

    value: float
    low: float
    high: float


def mean(values: Floats, queries: Sequence[Query]) -> Mean:
    """Return the mean and its bootstrap interval; topics are drawn, as queries about the same thing go well or badly together."""
    topics, places = np.unique([query.topic for query in queries], return_inverse=True)
    sums, counts = np.bincount(places, values), np.bincount(places)
    drawn = np.random.default_rng(SEED).integers(len(topics), size=(DRAWS, len(topics)))
    means = sums[drawn].sum(axis=1) / counts[drawn].sum(axis=1)
    low, high = np.quantile(means, (0.025, 0.975))
    return Mean(float(values.mean()), float(low), float(high))
