"""iALS: matrix factorisation of what is had and what is not, by alternating least squares."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from hanse.capabilities.recommend.histories import Histories, History, Items, Places
from hanse.capabilities.recommend.methods import kernels
from hanse.capabilities.recommend.methods.kernels import Floats, compiled_loosely
from hanse.capabilities.recommend.methods.method import Arrays, Ladder, Method
from hanse.capabilities.recommend.methods.neighbours import incidence

HEAD = 20_000
"""How many items are scored, the most popular ones: all of them are looked at for each answer."""
SEED = 20_260_101
STEPS = 4
"""Steps of conjugate gradients for each row (Takács, Pilászy & Tikk 2011)."""


@dataclass(frozen=True)
class Factors:
    """A vector for each item; that of a history is solved for when it is asked."""

    place: Items
    """The row of each item of the catalog; -1 for those it is not for."""
    item: Items
    factor: NDArray[np.float32]
    gram: NDArray[np.float32]
    """What all items together say: `unobserved` factorᵀ factor."""
    usage: NDArray[np.float64]
    """The regularisation, once for each item of a history and once for all others together."""
    form: ClassVar[str] = "factors"

    @classmethod
    def from_arrays(cls, arrays: Arrays) -> Factors:
        """Take them back from their arrays."""
        return cls(**arrays)

    @property
    def arrays(self) -> Arrays:
        """Return the arrays by name."""
        return {"place": self.place, "item": self.item, "factor": self.factor, "gram": self.gram, "usage": self.usage}

    def score(self, history: History, value: NDArray[np.float32], touched: Items) -> int:
        """Solve for the vector of a history and multiply all items with it."""
        rows = np.array(sorted({row for row in self.place[history.item].tolist() if row >= 0}), np.int32)
        if not len(rows):
            return 0
        vector = np.zeros((1, self.factor.shape[1]), np.float32)
        penalty = np.array([self.usage[0] * len(rows) + self.usage[1]], np.float32)
        _solve(np.array([0, len(rows)]), rows, self.factor, self.gram, penalty, vector, 0, 1)
        return _score(self.item, self.factor, vector[0], value, touched)


@dataclass(frozen=True)
class IALS(Method):
    """Factors that give 1 for what a history has and 0, with the weight `unobserved`, for all else.

    Hu, Koren & Volinsky 2008, Collaborative filtering for implicit feedback datasets, with the settings of Rendle, Krichene,
    Zhang & Koren 2022, Revisiting the performance of iALS on item recommendation benchmarks: the regularisation grows with how
    often a row is seen.

    >>> from hanse.capabilities.recommend.histories import Histories
    >>> fitted = IALS(dimensions=4, regularisation=0.01).fit(Histories.from_rows([[0, 1], [0, 1], [2, 3], [2, 3]] * 9))
    >>> value, touched = np.zeros(4, np.float32), np.empty(4, np.int32)
    >>> fitted.score(Histories.from_rows([[0]])[0], value, touched) > 0, bool(value[1] > value[3])
    (True, True)
    """

    dimensions: int = 64
    regularisation: float = 0.003
    unobserved: float = 0.1
    rounds: int = 10
    name: ClassVar[str] = "ials"
    grid: ClassVar[tuple[Ladder, ...]] = (
        ({"unobserved": 0.3},),
        ({"unobserved": 0.3, "regularisation": 0.01},),
        ({"unobserved": 1.0, "regularisation": 0.003},),
        ({"unobserved": 1.0, "regularisation": 0.006},),
        ({"unobserved": 0.1, "regularisation": 0.01}, {"unobserved": 0.1, "regularisation": 0.03}),
        ({"unobserved": 0.03},),
        ({"dimensions": 128}, {"dimensions": 192}),
    )

    def fit(self, log: Histories) -> Factors:
        """Alternate between histories and items."""
        seen = incidence(log)
        other: Any = seen.T.tocsr()
        scale = 1.0 / np.sqrt(self.dimensions)
        item = np.random.default_rng(SEED).normal(0, scale, (log.items, int(self.dimensions))).astype(np.float32)
        owner = np.zeros((len(log), int(self.dimensions)), np.float32)
        for _ in range(int(self.rounds)):
            self._solve(seen, item, owner)
            self._solve(other, owner, item)
        count = np.diff(other.indptr)
        head = np.sort(np.lexsort((np.arange(log.items), -count))[:HEAD])
        head = head[count[head] > 0]
        place = np.full(log.items, -1, np.int32)
        place[head] = np.arange(len(head))
        gram = (self.unobserved * (item.T @ item)).astype(np.float32)
        usage = self.regularisation * np.array([1.0, self.unobserved * log.items])
        return Factors(place, head.astype(np.int32), np.ascontiguousarray(item[head]), gram, usage)

    def _solve(self, seen: Any, fixed: NDArray[np.float32], free: NDArray[np.float32]) -> None:
        gram = (self.unobserved * (fixed.T @ fixed)).astype(np.float32)
        penalty = (self.regularisation * (np.diff(seen.indptr) + self.unobserved * len(fixed))).astype(np.float32)
        start, column = seen.indptr.astype(np.int64), seen.indices.astype(np.int32)

        def solve(rows: range) -> None:
            _solve(start, column, fixed, gram, penalty, free, rows.start, rows.stop)

        kernels.spread(solve, len(free))


@compiled_loosely
def _solve(start: Places, column: Items, fixed: Floats, gram: Floats, penalty: Floats, free: Floats, begin: int, end: int) -> None:
    """Take some steps of conjugate gradients towards the least squares solution of each row, from where it stands."""
    size = free.shape[1]
    a, r, p = np.empty(size, np.float32), np.empty(size, np.float32), np.empty(size, np.float32)
    for row in range(begin, end):
        first, last = start[row], start[row + 1]
        x = free[row]
        if first == last:
            x[:] = 0.0
            continue
        _apply(column, fixed, gram, penalty[row], first, last, x, r)
        for place in range(size):
            r[place] = -r[place]
        for entry in range(first, last):
            y = fixed[column[entry]]
            for place in range(size):
                r[place] += y[place]
        old = np.float32(0.0)
        for place in range(size):
            p[place] = r[place]
            old += r[place] * r[place]
        for _ in range(STEPS):
            if old < 1e-12:
                break
            _apply(column, fixed, gram, penalty[row], first, last, p, a)
            along = np.float32(0.0)
            for place in range(size):
                along += p[place] * a[place]
            step, new = old / along, np.float32(0.0)
            for place in range(size):
                x[place] += step * p[place]
                r[place] -= step * a[place]
                new += r[place] * r[place]
            for place in range(size):
                p[place] = r[place] + new / old * p[place]
            old = new


@compiled_loosely
def _apply(column: Items, fixed: Floats, gram: Floats, penalty: float, first: int, last: int, x: Floats, out: Floats) -> None:
    """Multiply a vector with what a row says of itself and of all."""
    size = len(x)
    for place in range(size):
        line = gram[place]
        total = penalty * x[place]
        for other in range(size):
            total += line[other] * x[other]
        out[place] = total
    for entry in range(first, last):
        y = fixed[column[entry]]
        total = np.float32(0.0)
        for place in range(size):
            total += y[place] * x[place]
        for place in range(size):
            out[place] += total * y[place]


@compiled_loosely
def _score(item: Items, factor: Floats, vector: Floats, value: Floats, touched: Items) -> int:
    count = 0
    for row in range(len(item)):
        line, total = factor[row], np.float32(0.0)
        for place in range(len(vector)):
            total += line[place] * vector[place]
        if total > 0.0:
            value[item[row]] = total
            touched[count] = item[row]
            count += 1
    return count
