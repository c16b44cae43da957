"""Scores of several parts as probabilities: one weight a part, the softmax of their sum (temperature scaling, Guo et al. 2017)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from hanse.ai.text.classifying.method import Codes, Scores


@dataclass(frozen=True)
class Calibration:
    """What each part's scores weigh, and from which probability on a label is answered."""

    weights: tuple[float, ...]
    least_probability: float = 0.0

    def probabilities(self, scores: Sequence[Scores]) -> Scores:
        """Return the probability of each label, one row a text."""
        return softmax(sum((weight * each for weight, each in zip(self.weights, scores, strict=True)), np.zeros_like(scores[0])))

    def from_probability(self, least_probability: float) -> Calibration:
        """Return the same, answering from another probability on."""
        return replace(self, least_probability=least_probability)

    def array(self) -> NDArray[np.float64]:
        """Return it as numbers, to be kept."""
        return np.array([self.least_probability, *self.weights])

    @classmethod
    def of(cls, array: NDArray[np.float64]) -> Calibration:
        """Return what was kept."""
        least, *weights = (float(number) for number in array)
        return cls(tuple(weights), least)


def fit(scores: Sequence[Scores], codes: Codes) -> Calibration:
    """Return the weights under which the right labels of texts that were not learned from are the most probable, all together."""
    from scipy.optimize import minimize

    stacked, rows = np.stack(scores), np.arange(len(codes))

    def loss(weights: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        found = softmax(np.tensordot(weights, stacked, axes=1))
        right = np.maximum(found[rows, codes], 1e-12)
        slope = (stacked * found).sum(axis=2) - stacked[:, rows, codes]
        # A breath of a prior, without which weights of perfectly told labels would grow for ever.
        return float(-np.log(right).mean() + 1e-4 * (weights**2).sum()), slope.mean(axis=1) + 2e-4 * weights

    best = minimize(loss, np.ones(len(stacked)), jac=True, method="L-BFGS-B", bounds=[(0, 100)] * len(stacked))
    return Calibration(tuple(float(weight) for weight in best.x))


def softmax(scores: Scores) -> Scores:
    """Return rows that sum to one, in the proportion of the scores' exponentials."""
    risen = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(risen / risen.sum(axis=1, keepdims=True))
