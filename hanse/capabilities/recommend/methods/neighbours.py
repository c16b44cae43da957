"""For each item its neighbours with a weight: the form that most methods learn, and how a history is scored by it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from hanse.capabilities.recommend.histories import Histories, History, Items, Places
from hanse.capabilities.recommend.methods import kernels
from hanse.capabilities.recommend.methods.method import Arrays

KEPT = 200
"""How many neighbours an item keeps."""
ALL = 1_000
"""How many of the last items of a history count, where all shall."""
LONGEST = 500
"""How many of the newest items of a history are learned from, where each pair of them counts."""


@dataclass(frozen=True)
class Neighbours:
    """Neighbours of all items, row by row; `usage` holds the decay from one group of a history to the one before, and how many items count."""

    start: Places
    neighbour: Items
    weight: NDArray[np.float32]
    usage: NDArray[np.float64]
    form: ClassVar[str] = "neighbours"

    @classmethod
    def from_matrix(cls, matrix: Any, *, kept: int = KEPT, decay: float = 1.0, most: int = ALL) -> Neighbours:
        """Keep the strongest of each row of a sparse matrix, items by items."""
        rows = csr_array(matrix)
        cut = kernels.cut_rows(rows.indptr.astype(np.int64), rows.indices.astype(np.int32), rows.data.astype(np.float32), kept)
        return cls(*cut, np.array([decay, most], np.float64))

    @classmethod
    def from_arrays(cls, arrays: Arrays) -> Neighbours:
        """Take them back from their arrays."""
        return cls(**arrays)

    @property
    def arrays(self) -> Arrays:
        """Return the arrays by name."""
        return {"start": self.start, "neighbour": self.neighbour, "weight": self.weight, "usage": self.usage}

    def score(self, history: History, value: NDArray[np.float32], touched: Items) -> int:
        """Add up the neighbours of the items of a history."""
        decay, most = self.usage
        return kernels.add_rows(history.item, history.group, self.start, self.neighbour, self.weight, decay, int(most), value, touched)


def incidence(log: Histories, *, longest: int | None = LONGEST, weight: NDArray[np.float32] | None = None) -> Any:
    """Return which history has which item, as a `csr_array` of float32: 1, or the weight of the newest time it has it."""
    within = np.repeat(log.start[1:], log.lengths) - np.arange(len(log.item))
    chosen = np.flatnonzero(within <= longest) if longest else np.arange(len(log.item))
    cells, last = np.unique((log.owner[chosen] * log.items + log.item[chosen])[::-1], return_index=True)
    values = np.ones(len(cells), np.float32) if weight is None else weight[chosen][::-1][last]
    start = np.searchsorted(cells, np.arange(len(log) + 1) * log.items)
    return csr_array((values, (cells % max(log.items, 1)).astype(np.int32), start), shape=(len(log), log.items))


def scaled(matrix: Any, rows: NDArray[np.floating[Any]], columns: NDArray[np.floating[Any]]) -> Any:
    """Multiply the rows and the columns of a `csr_array` by numbers, in float32."""
    data = matrix.data * np.repeat(rows, np.diff(matrix.indptr)).astype(np.float32) * columns[matrix.indices].astype(np.float32)
    return csr_array((data, matrix.indices, matrix.indptr), shape=matrix.shape)


def inverse_power(counts: NDArray[np.floating[Any]], exponent: float) -> NDArray[np.float64]:
    """Return counts to the power of minus the exponent; zero stays zero."""
    found: NDArray[np.float64] = np.divide(1.0, np.power(counts, exponent, dtype=np.float64), out=np.zeros(len(counts)), where=counts > 0)
    return found
