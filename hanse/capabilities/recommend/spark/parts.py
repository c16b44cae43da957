"""A log in parts that lie in Spark: many histories to a part, as arrays, so that the code for one machine does the work on each."""

from __future__ import annotations

import itertools
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from hanse.capabilities.recommend.histories import Histories, Places
from hanse.capabilities.recommend.methods.neighbours import Neighbours

BLOCKS = 4
"""Into how many blocks of rows, for each part that is worked on at once, a matrix of items is divided where its parts are summed up."""


def use_this_python(context: Any) -> None:
    """Have Spark run the Python of this process, unless `PYSPARK_PYTHON` names one; it would take whatever `python3` comes first."""
    if "PYSPARK_PYTHON" not in os.environ:
        context.pythonExec = sys.executable


class Part(NamedTuple):
    """Some histories of a log, one after another."""

    first: int
    """The place of the first one in the log; the oldest stands at 0."""
    histories: Histories


@dataclass(frozen=True)
class SparkLog:
    """The histories of a log in the order of their last item, the oldest first, in parts."""

    parts: Any
    """An RDD of `Part`."""
    starts: Places
    """The place of the first history of each part; one more entry than parts, as in the next one."""
    row_starts: Places
    items: int

    def __len__(self) -> int:
        """Return how many histories there are."""
        return int(self.starts[-1])

    @property
    def rows(self) -> int:
        """Return how many items all histories have."""
        return int(self.row_starts[-1])

    @classmethod
    def of(cls, found: Any, items: int) -> SparkLog:
        """Take an RDD of `Histories`, which are in their order and kept in Spark."""
        sizes = found.map(lambda each: (len(each), len(each.item))).collect()
        lengths = np.array(sizes, np.int64).reshape(-1, 2)
        starts, rows = (np.concatenate(([0], np.cumsum(lengths[:, column]))) for column in range(2))
        parts = found.zipWithIndex().map(lambda each: Part(int(starts[each[1]]), each[0]))
        return cls(parts, starts, rows, items)

    @classmethod
    def spread(cls, context: Any, log: Histories, parts: int) -> SparkLog:
        """Spread a log that is here over a context of Spark."""
        use_this_python(context)
        borders = np.linspace(0, len(log), parts + 1).astype(np.int64)
        pieces = [log.pick(np.arange(first, last)) for first, last in itertools.pairwise(borders.tolist())]
        return cls.of(context.parallelize(pieces, parts), log.items)

    def total(self, work: Callable[[Part], NDArray[Any]]) -> NDArray[Any]:
        """Return the sum over all parts of an array that is worked out for each."""
        return self.parts.map(work).treeReduce(np.add)  # type: ignore[no-any-return]  # RDDs have no types

    def summed(self, count: Callable[[Part], Any]) -> Any:
        """Return the sum over all parts of a sparse matrix with a row for each item, in blocks of rows: an RDD of their first row and them."""
        partitions = self.parts.getNumPartitions()
        size = max(1, -(-self.items // (BLOCKS * partitions)))

        def blocks(part: Part) -> Iterator[tuple[int, Any]]:
            counted = count(part)
            for first in range(0, counted.shape[0], size):
                if (rows := counted[first : first + size]).nnz:
                    yield first, rows

        return self.parts.flatMap(blocks).reduceByKey(lambda one, other: csr_array(one + other), partitions)

    def newest(self, rows: int) -> Histories:
        """Return the newest histories, as many as have no more than so many items together."""
        left = self.rows - rows
        if left <= 0:
            first = 0
        else:
            part = int(np.searchsorted(self.row_starts, left, "right")) - 1
            first = int(self.starts[part])
        found = sorted(self.parts.filter(lambda each: each.first + len(each.histories) > first).collect(), key=lambda each: each.first)
        whole = joined([each.histories for each in found], self.items)
        kept = np.flatnonzero(whole.start[-1] - whole.start[:-1] <= rows)
        return whole.pick(kept)


def joined(pieces: Sequence[Histories], items: int) -> Histories:
    """Return histories one after another as one."""
    if not pieces:
        return Histories.from_rows([], items)
    offsets = np.cumsum([0, *(len(each.item) for each in pieces)])
    return Histories(
        np.concatenate([[0], *(each.start[1:] + offset for each, offset in zip(pieces, offsets, strict=False))]).astype(np.int64),
        np.concatenate([each.item for each in pieces]),
        np.concatenate([each.group for each in pieces]),
        np.concatenate([each.at for each in pieces]),
        items,
    )


def neighbours(blocks: Iterable[tuple[int, Neighbours]], items: int, usage: NDArray[np.float64]) -> Neighbours:
    """Put the neighbours of blocks of rows together; rows of no block have none."""
    found = sorted(blocks, key=lambda each: each[0])
    lengths = np.zeros(items, np.int64)
    for first, each in found:
        lengths[first : first + len(each.start) - 1] = np.diff(each.start)
    return Neighbours(
        np.concatenate(([0], np.cumsum(lengths))).astype(np.int64),
        np.concatenate([np.empty(0, np.int32), *(each.neighbour for _, each in found)]),
        np.concatenate([np.empty(0, np.float32), *(each.weight for _, each in found)]),
        usage,
    )
