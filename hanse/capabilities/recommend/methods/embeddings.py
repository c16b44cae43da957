"""Similarity by vectors of what the catalog says in words: it finds what is meant alike and called differently, in any language."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from hanse.capabilities.recommend.methods.kernels import Floats
from hanse.capabilities.recommend.methods.neighbours import Neighbours

CHUNK = 1_000
"""Items that are compared with all others at once."""


@dataclass(frozen=True)
class Embeddings:
    """Cosine of vectors less their mean, which all texts of a shop have in common; a row of zeros is an item without a vector.

    Mu & Viswanath 2018, All-but-the-Top: Simple and Effective Postprocessing for Word Representations.

    >>> found = Embeddings().fit(np.array([[1, 0.9], [1, 0.8], [0.1, 1], [0, 0]], np.float32))
    >>> found.neighbour[found.start[0] : found.start[1]].tolist()
    [1]
    """

    kept: int = 50

    def fit(self, vectors: Floats) -> Neighbours:
        """Compare items by their vectors, one row an item."""
        known = np.flatnonzero(np.abs(vectors).sum(axis=1))
        centred = vectors[known] - vectors[known].mean(axis=0) if len(known) else vectors[known]
        centred /= np.maximum(np.linalg.norm(centred, axis=1, keepdims=True), 1e-9)
        rows, columns, values = [], [], []
        for first in range(0, len(known), CHUNK):
            alike = centred[first : first + CHUNK] @ centred.T
            place = np.arange(len(alike))
            alike[place, place + first] = 0.0
            best = np.argpartition(-alike, min(self.kept, alike.shape[1] - 1), axis=1)[:, : self.kept]
            value = np.take_along_axis(alike, best, axis=1)
            row, column = np.nonzero(value > 0)
            rows.append(known[first + row])
            columns.append(known[best[row, column]])
            values.append(value[row, column])
        cells = (np.concatenate(values), (np.concatenate(rows), np.concatenate(columns))) if rows else ((), ((), ()))
        return Neighbours.from_matrix(csr_array(cells, shape=(len(vectors), len(vectors)), dtype=np.float32), kept=self.kept)
