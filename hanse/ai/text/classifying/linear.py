"""A linear support vector machine, one label against the rest (Fan et al. 2008, LIBLINEAR), as arrays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hanse.ai.text.classifying.method import Codes, Scores


@dataclass(frozen=True)
class Linear:
    """Weights and intercepts, one row a label."""

    weights: NDArray[np.float32]
    intercepts: NDArray[np.float64]

    def scores(self, features: Any) -> Scores:
        """Return the score of each label for features, dense or sparse."""
        return np.asarray(features @ self.weights.T, np.float64) + self.intercepts


def learn(features: Any, codes: Codes, strictness: float, seed: int) -> Linear:
    """Learn to tell codes apart; `strictness` is the C of the literature, the higher the less it generalises."""
    from sklearn.svm import LinearSVC

    machine = LinearSVC(C=strictness, random_state=seed, dual=True, max_iter=5_000, tol=1e-3)
    machine.fit(features, codes)
    weights, intercepts = np.asarray(machine.coef_), np.asarray(machine.intercept_, np.float64)
    if len(weights) == 1:  # of two labels it keeps the second alone
        weights, intercepts = np.vstack([-weights, weights]), np.concatenate([-intercepts, intercepts])
    return Linear(weights.astype(np.float32), intercepts)
