"""Personal frequency and recency: what the history has itself, and how often and how lately."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from hanse.capabilities.recommend.histories import Histories, History, Items
from hanse.capabilities.recommend.methods.kernels import Floats, compiled
from hanse.capabilities.recommend.methods.method import Arrays, Ladder, Method


@dataclass(frozen=True)
class Own:
    """Nothing was learned but how fast groups lose weight; what is scored stands in the history."""

    usage: NDArray[np.float64]
    form: ClassVar[str] = "own"

    @classmethod
    def from_arrays(cls, arrays: Arrays) -> Own:
        """Take it back from its arrays."""
        return cls(**arrays)

    @property
    def arrays(self) -> Arrays:
        """Return the arrays by name."""
        return {"usage": self.usage}

    def score(self, history: History, value: NDArray[np.float32], touched: Items) -> int:
        """Count the items of a history, old groups less."""
        return _score(history.item, history.group, self.usage[0], value, touched)


@dataclass(frozen=True)
class Personal(Method):
    """The items of the history itself, each group counted `decay` times the one after it.

    The personal part of next-basket methods: TIFU-kNN (Hu et al. 2020, Modeling personalized item frequency information for
    next-basket recommendation); in sessions it is the wish to come back to something.

    >>> from hanse.capabilities.recommend.histories import Histories
    >>> history = Histories.from_rows([[0, 1, 0]])[0]
    >>> value, touched = np.zeros(2, np.float32), np.empty(2, np.int32)
    >>> Personal(decay=0.5).fit(Histories.from_rows([[0, 1]])).score(history, value, touched), value.tolist()
    (2, [1.25, 0.5])
    """

    decay: float = 0.9
    name: ClassVar[str] = "personal"
    grid: ClassVar[tuple[Ladder, ...]] = (({"decay": 0.95}, {"decay": 0.98}), ({"decay": 0.8}, {"decay": 0.6}, {"decay": 0.3}))

    def fit(self, log: Histories) -> Own:
        """There is nothing to learn."""
        del log
        return Own(np.array([self.decay]))


@compiled
def _score(item: Items, group: Items, decay: float, value: Floats, touched: Items) -> int:
    count = 0
    for place in range(len(item) - 1, -1, -1):
        found = item[place]
        if value[found] == 0.0:
            touched[count] = found
            count += 1
        value[found] += np.float32(max(decay ** (group[len(item) - 1] - group[place]), 1e-6))
    return count
