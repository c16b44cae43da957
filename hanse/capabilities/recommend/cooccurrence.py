"""Counting which products were in one order together, and keeping the best neighbours of each; shared by cosine and lift."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hanse.capabilities.recommend.baskets import Baskets
from hanse.capabilities.recommend.method import Rankings

Floats = NDArray[np.float64]
Score = Callable[[Floats, Floats, Floats, int], Floats]
"""From the orders with both products, with the one, with the other, and all orders: how well they go together, 0 to 1."""
PAIRS_AT_ONCE = 10_000_000
"""Pairs that are held in memory together, some 300 MB at most."""


def neighbours(baskets: Baskets, score: Score, kept: int) -> Rankings:
    """Return for each product the `kept` others that go with it best; ties fall to the smaller product id."""
    sold = np.asarray(baskets.matrix.sum(axis=0)).astype(np.int64)
    near = [each for first, together in _blocks(baskets) for each in _nearest(together, _values(first, together, sold, score, baskets), kept)]
    lengths = [len(item) for item, _, _ in near]
    item, value, together = (np.concatenate(column) for column in zip(*near, strict=True)) if near else (np.empty(0),) * 3
    return Rankings(
        keys=baskets.product_ids,
        items=baskets.product_ids,
        start=np.concatenate(([0], np.cumsum(lengths))).astype(np.int64),
        item=item.astype(np.int32),
        score=value.astype(np.float32),
        orders=together.astype(np.int32),
        total=sold.astype(np.int32),
    )


def _blocks(baskets: Baskets) -> Iterator[tuple[int, Any]]:
    """Go through the products in blocks that fit into memory: the place of the first, and how many orders each has with every other."""
    by_product = baskets.matrix.T.tocsr()
    work = np.cumsum(by_product @ baskets.sizes)
    first, products = 0, len(baskets.product_ids)
    while first < products:
        before = work[first - 1] if first else 0
        last = max(first + 1, int(np.searchsorted(work, before + PAIRS_AT_ONCE)))
        together = by_product[first:last] @ baskets.matrix
        together.sort_indices()
        yield first, together
        first = last


def _values(first: int, together: Any, sold: NDArray[np.int64], score: Score, baskets: Baskets) -> Floats:
    row = first + np.repeat(np.arange(together.shape[0]), np.diff(together.indptr))
    item = together.indices
    values = score(together.data.astype(np.float64), sold[row].astype(np.float64), sold[item].astype(np.float64), baskets.orders)
    return np.where(row == item, 0.0, values)


def _nearest(together: Any, values: Floats, kept: int) -> Iterator[tuple[NDArray[Any], NDArray[Any], NDArray[Any]]]:
    # row by row: sorting all pairs of a block at once takes three times as long
    for start, end in zip(together.indptr[:-1], together.indptr[1:], strict=True):
        best = np.argsort(-values[start:end], kind="stable")[:kept] + start
        best = best[values[best] > 0]
        yield together.indices[best], values[best], together.data[best]
