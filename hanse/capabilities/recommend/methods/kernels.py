"""The loops that arrays cannot say: compiled once by Numba and kept on disk. Each is called for every answer."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar, cast

import numba
import numpy as np
from numpy.typing import NDArray

from hanse.capabilities.recommend.histories import Items, Places

FunctionT = TypeVar("FunctionT", bound=Callable[..., Any])
Floats = NDArray[np.float32]


THREADS = 2


def compiled(function: FunctionT) -> FunctionT:
    """Compile a function when it is first called; other threads go on while it runs."""
    return cast("FunctionT", numba.njit(cache=True, nogil=True, error_model="numpy")(function))


def compiled_loosely(function: FunctionT) -> FunctionT:
    """Compile a function whose sums may be reckoned in another order, several numbers at once."""
    return cast("FunctionT", numba.njit(cache=True, nogil=True, error_model="numpy", fastmath={"reassoc", "contract", "nsz"})(function))


def spread(work: Callable[[range], None], number: int, chunk: int = 500) -> None:
    """Do work in ranges of places on all processors: compiled functions let each other run."""
    size = max(1, min(chunk, number // (2 * THREADS) + 1))
    with ThreadPoolExecutor(THREADS) as threads:
        for _ in threads.map(work, [range(first, min(first + size, number)) for first in range(0, number, size)]):
            pass


@compiled
def add_rows(
    item: Items, group: Items, start: Places, neighbour: Items, weight: Floats, decay: float, most: int, value: Floats, touched: Items
) -> int:
    """Add up the neighbours of the last `most` items of a history; a group counts `decay` times the one after it."""
    count = 0
    for place in range(len(item) - 1, max(-1, len(item) - 1 - most), -1):
        factor = decay ** (group[len(item) - 1] - group[place])
        if factor < 1e-4:
            break
        row = item[place]
        for entry in range(start[row], start[row + 1]):
            found = neighbour[entry]
            if value[found] == 0.0:
                touched[count] = found
                count += 1
            value[found] += np.float32(factor) * weight[entry]
    return count


@compiled
def best(value: Floats, touched: Items, count: int, limit: int, found: Items) -> int:
    """Write the `limit` items of the highest positive value into `found`, the best first, ties by their number; return how many."""
    size = 0
    for place in range(count):
        item = touched[place]
        if value[item] <= 0.0:
            continue
        if size < limit:
            child = size
            size += 1
            while child > 0:
                parent = (child - 1) // 2
                other = found[parent]
                if value[other] < value[item] or (value[other] == value[item] and other > item):
                    break
                found[child] = other
                child = parent
            found[child] = item
            continue
        worst = found[0]
        if value[item] < value[worst] or (value[item] == value[worst] and item > worst):
            continue
        _sink(value, found, size, item)
    for last in range(size - 1, 0, -1):
        item = found[last]
        found[last] = found[0]
        _sink(value, found, last, item)
    return size


@compiled
def _sink(value: Floats, heap: Items, size: int, item: int) -> None:
    """Put an item in place of the worst, which is the first of the heap."""
    place = 0
    while 2 * place + 1 < size:
        child = 2 * place + 1
        if child + 1 < size:
            one, other = heap[child], heap[child + 1]
            if value[other] < value[one] or (value[other] == value[one] and other > one):
                child += 1
        lower = heap[child]
        if value[item] < value[lower] or (value[item] == value[lower] and item > lower):
            break
        heap[place] = lower
        place = child
    heap[place] = item


@compiled
def cut_rows(start: Places, column: Items, weight: Floats, kept: int) -> tuple[Places, Items, Floats]:
    """Keep the `kept` entries of the highest weight of each row of a sparse matrix, the highest first, ties by their column."""
    rows = len(start) - 1
    begin = np.zeros(rows + 1, np.int64)
    for row in range(rows):
        begin[row + 1] = begin[row] + min(kept, start[row + 1] - start[row])
    columns, weights = np.empty(begin[rows], np.int32), np.empty(begin[rows], np.float32)
    for row in range(rows):
        first, last = start[row], start[row + 1]
        chosen = np.empty(min(kept, last - first), np.int32)
        places = np.arange(last - first).astype(np.int32)
        size = best(weight[first:last], places, last - first, kept, chosen)
        for place in range(size):
            columns[begin[row] + place] = column[first + chosen[place]]
            weights[begin[row] + place] = weight[first + chosen[place]]
        for place in range(size, len(chosen)):  # weights that are not positive
            columns[begin[row] + place] = column[first]
            weights[begin[row] + place] = 0.0
    return begin, columns, weights
