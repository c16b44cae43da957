"""The measures that each kind of data set is usually told by, with their standard errors over questions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.recommend.task import Task
from hanse.capabilities.recommend import questions
from hanse.capabilities.recommend.histories import Items
from hanse.capabilities.recommend.questions import Grades, Questions

WIDTH = 20
"""How long the rankings are that are asked for."""
Each = NDArray[np.float64]
"""One number a question."""


@dataclass(frozen=True)
class Value:
    """A mean over questions."""

    mean: float
    error: float
    """Its standard error: what a bootstrap over the questions comes to."""


@dataclass(frozen=True)
class Asked:
    """Rankings and what was wanted, looked at to one length."""

    questions: Questions
    ranked: Items
    width: int
    grades: Grades

    @property
    def number(self) -> Each:
        """Return how many answers each question has."""
        owner = np.repeat(np.arange(len(self.questions)), np.diff(self.questions.start))
        pairs = np.unique(np.column_stack((owner, self.questions.answer)), axis=0)
        return np.bincount(pairs[:, 0], minlength=len(self.questions)).astype(np.float64)


def _ndcg_of_all(asked: Asked) -> Each:
    """Return NDCG whose ideal has all answers, however many: the one of some papers on baskets."""
    ideal = np.concatenate(([0.0], np.cumsum(1.0 / np.log2(np.arange(asked.number.max(initial=0)) + 2.0))))
    number = asked.number.astype(np.int64)
    return asked.grades.ndcg * ideal[np.minimum(number, asked.width)] / np.maximum(ideal[number], 1e-9)


def _average_precision(asked: Asked) -> Each:
    """Return the precision at each right item, over all answers there are."""
    gained = np.stack([questions.grade(asked.questions, asked.ranked, width).recall * asked.number for width in range(1, asked.width + 1)], axis=1)
    right = np.diff(gained, axis=1, prepend=0.0)
    return np.asarray((right * gained / np.arange(1.0, asked.width + 1)).sum(axis=1) / np.maximum(asked.number, 1.0))


def _recall(asked: Asked) -> Each:
    return asked.grades.recall


def _ndcg(asked: Asked) -> Each:
    return asked.grades.ndcg


def _reciprocal_rank(asked: Asked) -> Each:
    return asked.grades.reciprocal_rank


def _precision(asked: Asked) -> Each:
    return asked.grades.recall * asked.number / asked.width


def _any(asked: Asked) -> Each:
    return (asked.grades.recall > 0).astype(np.float64)


USUAL: Mapping[str, Mapping[str, tuple[int, Callable[[Asked], Each]]]] = {
    "session": {"P@20": (20, _recall), "MRR@20": (20, _reciprocal_rank)},
    "topn": {"Recall@20": (20, _recall), "NDCG@20": (20, _ndcg)},
    "sequence": {"HR@10": (10, _recall), "NDCG@10": (10, _ndcg), "HR@20": (20, _recall), "NDCG@20": (20, _ndcg)},
    "basket": {"Recall@10": (10, _recall), "NDCG@10": (10, _ndcg), "NDCG@10 of all": (10, _ndcg_of_all), "PHR@10": (10, _any)},
    "ratings": {"MAP@10": (10, _average_precision), "NDCG@10": (10, _ndcg), "P@10": (10, _precision), "Recall@10": (10, _recall)},
}


def of(task: Task, ranked: Items) -> dict[str, Value]:
    """Return the usual measures of rankings, one row a question."""
    found = {}
    for name, (width, function) in USUAL[task.protocol].items():
        each = function(Asked(task.test, ranked, width, questions.grade(task.test, ranked, width)))
        error = float(each.std(ddof=1) / np.sqrt(len(each))) if len(each) > 1 else 0.0
        found[name] = Value(float(each.mean()) if len(each) else 0.0, error)
    return found
