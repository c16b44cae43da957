"""Orders as the methods see them: a sparse matrix of orders and products, and when each order was placed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from scipy.sparse import csr_array


@dataclass(frozen=True)
class Baskets:
    """What was bought together: row by row the orders, column by column the products."""

    matrix: Any
    """A `csr_array` of orders and products, int32: 1 where the order has the product, whatever the quantity."""
    placed_at: NDArray[np.datetime64]
    """When each order was placed, UTC, in seconds."""
    product_ids: tuple[str, ...]
    categories: tuple[tuple[str, ...], ...]
    """The names of the categories that each product is in."""
    customers: int = 0
    """How many different customers placed the orders."""

    @classmethod
    def from_lines(
        cls,
        order_ids: Sequence[object] | pa.ChunkedArray,
        product_ids: Sequence[object] | pa.ChunkedArray,
        placed_at: Any,
        categories: Mapping[str, Iterable[str]] | None = None,
    ) -> Baskets:
        """Build them from order lines, one entry a line; an order is placed when its first line is."""
        orders, row = _encode(order_ids)
        products, column = _encode(product_ids)
        times = np.asarray(placed_at).astype("datetime64[s]")
        placed = np.full(len(orders), np.datetime64("9999-12-31", "s"))
        np.minimum.at(placed, row, times)
        matrix = csr_array((np.ones(len(row), np.int32), (row, column)), shape=(len(orders), len(products)))
        matrix.sum_duplicates()
        matrix.data[:] = 1
        names = categories or {}
        return cls(matrix, placed, tuple(products), tuple(tuple(names.get(each, ())) for each in products))

    @property
    def orders(self) -> int:
        """Return how many orders there are."""
        return len(self.placed_at)

    @property
    def sizes(self) -> NDArray[np.int64]:
        """Return how many different products each order has."""
        lengths: NDArray[np.int64] = np.diff(self.matrix.indptr).astype(np.int64)
        return lengths

    def select(self, chosen: NDArray[np.bool_]) -> Baskets:
        """Return only some of the orders; products keep their columns."""
        return Baskets(self.matrix[np.flatnonzero(chosen)], self.placed_at[chosen], self.product_ids, self.categories, self.customers)


def _encode(values: Sequence[object] | pa.ChunkedArray) -> tuple[list[str], NDArray[np.int64]]:
    """Return the different values in order, and for each entry the place of its value there."""
    array = values if isinstance(values, pa.ChunkedArray) else pa.chunked_array([pa.array([str(value) for value in values], pa.string())])
    encoded = pa.compute.dictionary_encode(array).combine_chunks()
    found = encoded.dictionary.to_pylist()
    by_value = np.array(sorted(range(len(found)), key=found.__getitem__), dtype=np.int64)
    place = np.empty(len(found), np.int64)
    place[by_value] = np.arange(len(found))
    return [found[index] for index in by_value], place[encoded.indices.to_numpy()]
