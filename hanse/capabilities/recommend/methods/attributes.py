"""Similarity by what the catalog says: words of the title, categories, brand and attributes; it needs nobody to have bought anything."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from hanse.capabilities.recommend.methods.neighbours import Neighbours

CHUNK = 2_000
"""Items that are compared with all others at once."""


@dataclass(frozen=True)
class Attributes:
    """Cosine of TF-IDF vectors of features; a feature that more than `common` of the items have says nothing.

    Salton & Buckley 1988, Term-weighting approaches in automatic text retrieval.

    >>> found = Attributes(common=0.9).fit([["drill", "18V"], ["drill", "18V", "case"], ["saw"], ["drill"]])
    >>> found.neighbour[found.start[0] : found.start[1]].tolist()
    [1, 3]
    """

    kept: int = 50
    common: float = 0.2

    def fit(self, features: Sequence[Sequence[str]]) -> Neighbours:
        """Compare items by their features, one list an item."""
        number: dict[str, int] = {}
        column = np.array([number.setdefault(each, len(number)) for each in itertools.chain.from_iterable(features)], np.int32)
        start = np.concatenate(([0], np.cumsum([len(each) for each in features]))).astype(np.int64)
        matrix = csr_array((np.ones(len(column), np.float32), column, start), shape=(len(features), max(len(number), 1)))
        matrix.sum_duplicates()
        having = np.bincount(matrix.indices, minlength=matrix.shape[1])
        weight = np.log((1.0 + len(features)) / (1.0 + having)) * (having <= max(2, self.common * len(features)))
        matrix.data = (np.log1p(matrix.data) * weight[matrix.indices]).astype(np.float32)
        length = np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=1)).ravel())
        matrix.data /= np.repeat(np.maximum(length, 1e-9), np.diff(matrix.indptr)).astype(np.float32)
        matrix.eliminate_zeros()
        columns = csr_array(matrix.T)
        parts = [self._part(matrix, columns, first) for first in range(0, len(features), CHUNK)] or [Neighbours.from_matrix(matrix)]
        starts = np.cumsum([0, *(len(each.neighbour) for each in parts)])
        return Neighbours(
            np.concatenate([[0], *(each.start[1:] + offset for each, offset in zip(parts, starts, strict=False))]).astype(np.int64),
            np.concatenate([each.neighbour for each in parts]),
            np.concatenate([each.weight for each in parts]),
            parts[0].usage,
        )

    def _part(self, matrix: csr_array, columns: csr_array, first: int) -> Neighbours:
        alike = csr_array(matrix[first : first + CHUNK] @ columns).tocoo()
        row, column = alike.coords
        other = column != row + first
        return Neighbours.from_matrix(csr_array((alike.data[other], (row[other], column[other])), shape=alike.shape), kept=self.kept)
