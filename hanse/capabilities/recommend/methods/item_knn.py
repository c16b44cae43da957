"""Item-kNN: items that stand in the same histories."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from scipy.sparse import csr_array

from hanse.capabilities.recommend.histories import Histories
from hanse.capabilities.recommend.methods.method import Ladder, Method
from hanse.capabilities.recommend.methods.neighbours import KEPT, Neighbours, incidence, inverse_power, scaled


@dataclass(frozen=True)
class ItemKNN(Method):
    """Cosine of the histories that have two items, shrunk by n / (n + shrinkage) where n histories have both.

    Sarwar et al. 2001, Item-based collaborative filtering recommendation algorithms; Deshpande & Karypis 2004, Item-based top-N
    recommendation algorithms. A group of the history counts `decay` times the one after it.

    >>> from hanse.capabilities.recommend.histories import Histories
    >>> fitted = ItemKNN(shrinkage=0).fit(Histories.from_rows([[0, 1], [0, 1], [2, 3], [0, 3]]))
    >>> fitted.neighbour[fitted.start[0] : fitted.start[1]].tolist()
    [1, 3]
    """

    shrinkage: float = 10.0
    decay: float = 1.0
    name: ClassVar[str] = "item-knn"
    grid: ClassVar[tuple[Ladder, ...]] = (({"shrinkage": 3.0},), ({"shrinkage": 50.0},), ({"decay": 0.9}, {"decay": 0.7}))

    def fit(self, log: Histories) -> Neighbours:
        """Count pairs of items."""
        seen = incidence(log)
        together = csr_array(seen.T @ seen)
        count = together.diagonal().astype(np.float64)
        together.setdiag(0)
        together.eliminate_zeros()
        root = inverse_power(count, 0.5)
        cosine = scaled(together, root, root)
        cosine.data *= together.data / (together.data + np.float32(self.shrinkage))
        return Neighbours.from_matrix(cosine, kept=KEPT, decay=self.decay)
