"""EASE: a linear autoencoder over items in closed form."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from scipy import linalg

from hanse.capabilities.recommend.histories import Histories, History, Items
from hanse.capabilities.recommend.methods.kernels import Floats, compiled_loosely
from hanse.capabilities.recommend.methods.method import Arrays, Ladder, Method
from hanse.capabilities.recommend.methods.neighbours import incidence

HEAD = 5_000
"""How many items it is learned for, the most popular ones: time grows with the third power, memory with the second."""


@dataclass(frozen=True)
class Weights:
    """A weight for each pair of the items it is for."""

    place: Items
    """The row of each item of the catalog; -1 for those it is not for."""
    item: Items
    """The item of each row."""
    weight: NDArray[np.float32]
    form: ClassVar[str] = "weights"

    @classmethod
    def from_arrays(cls, arrays: Arrays) -> Weights:
        """Take them back from their arrays."""
        return cls(**arrays)

    @property
    def arrays(self) -> Arrays:
        """Return the arrays by name."""
        return {"place": self.place, "item": self.item, "weight": self.weight}

    def score(self, history: History, value: NDArray[np.float32], touched: Items) -> int:
        """Add up the rows of the items of a history."""
        return _score(history.item, self.place, self.item, self.weight, value, touched)


@dataclass(frozen=True)
class EASE(Method):
    """Least squares of each item on all others, with ridge `regularisation`; each history weighs by its length to minus `damping`.

    Steck 2019, Embarrassingly shallow autoencoders for sparse data.

    >>> from hanse.capabilities.recommend.histories import Histories
    >>> fitted = EASE(regularisation=1).fit(Histories.from_rows([[0, 1], [0, 1], [2, 3], [0, 3]]))
    >>> int(fitted.item[fitted.weight[fitted.place[0]].argmax()])
    1
    """

    regularisation: float = 300.0
    damping: float = 0.0
    name: ClassVar[str] = "ease"
    grid: ClassVar[tuple[Ladder, ...]] = (
        ({"regularisation": 1000.0}, {"regularisation": 3000.0}),
        ({"regularisation": 50.0},),
        ({"damping": 0.5, "regularisation": 20.0}, {"regularisation": 60.0}),
    )

    def fit(self, log: Histories) -> Weights:
        """Solve for the weights of the most popular items."""
        seen = incidence(log, longest=None)
        count = np.asarray(seen.sum(axis=0)).ravel()
        head = np.sort(np.lexsort((np.arange(log.items), -count))[:HEAD])
        lengths = np.maximum(np.asarray(seen.sum(axis=1)).ravel(), 1.0)
        seen = seen[:, head]
        weighted = seen.multiply((lengths**-self.damping)[:, None]).tocsr()
        gram = np.asarray((seen.T @ weighted).todense(), np.float32)
        gram[np.diag_indices_from(gram)] += self.regularisation
        inverse = linalg.inv(gram, overwrite_a=True, check_finite=False, assume_a="pos")
        weight = np.ascontiguousarray(inverse / -np.diag(inverse), np.float32)
        np.fill_diagonal(weight, 0.0)
        place = np.full(log.items, -1, np.int32)
        place[head] = np.arange(len(head))
        return Weights(place, head.astype(np.int32), weight)


@compiled_loosely
def _score(item: Items, place: Items, items: Items, weight: Floats, value: Floats, touched: Items) -> int:
    total = np.zeros(len(items), np.float32)
    for mine in item:
        row = place[mine]
        if row >= 0:
            line = weight[row]
            for other in range(len(total)):
                total[other] += line[other]
    count = 0
    for row in range(len(items)):
        if total[row] > 0.0:
            value[items[row]] = total[row]
            touched[count] = items[row]
            count += 1
    return count
