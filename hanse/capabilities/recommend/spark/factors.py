"""The methods that solve: EASE, whose matrix is counted in Spark and inverted on the driver, and iALS, whose histories stay in Spark.

The factors of items go to all parts, those of histories never leave theirs. Items are solved for together: each step of conjugate gradients
asks all parts for what their histories say of it, and adds that up.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import linalg
from scipy.sparse import csr_array

from hanse.capabilities.recommend.methods import ease as local_ease
from hanse.capabilities.recommend.methods import ials as local_ials
from hanse.capabilities.recommend.methods.ease import EASE, Weights
from hanse.capabilities.recommend.methods.ials import IALS, SEED, STEPS, Factors
from hanse.capabilities.recommend.methods.kernels import Floats
from hanse.capabilities.recommend.methods.neighbours import incidence
from hanse.capabilities.recommend.spark import counting
from hanse.capabilities.recommend.spark.parts import Part, SparkLog

SMALL = 1e-12
"""The squared residual below which a row is solved."""


def ease(method: EASE, log: SparkLog) -> Weights:
    """Solve for the weights of the most popular items."""
    count, damping = counting.owners(log, longest=False), method.damping
    head = np.sort(np.lexsort((np.arange(log.items), -count))[: local_ease.HEAD])

    def pairs(part: Part) -> Any:
        seen = incidence(part.histories, longest=None)
        lengths = np.maximum(np.asarray(seen.sum(axis=1)).ravel(), 1.0)
        seen = seen[:, head]
        return csr_array(seen.T @ seen.multiply((lengths**-damping)[:, None]).tocsr()).astype(np.float64)

    gram = np.zeros((len(head), len(head)), np.float32)
    for first, rows in log.summed(pairs).collect():
        gram[first : first + rows.shape[0]] = rows.todense()
    gram[np.diag_indices_from(gram)] += method.regularisation
    inverse = linalg.inv(gram, overwrite_a=True, check_finite=False, assume_a="pos")
    weight = np.ascontiguousarray(inverse / -np.diag(inverse), np.float32)
    np.fill_diagonal(weight, 0.0)
    return Weights(_places(head, log.items), head.astype(np.int32), weight)


def ials(method: IALS, log: SparkLog) -> Factors:
    """Alternate between histories and items."""
    size, items = int(method.dimensions), log.items
    item = np.random.default_rng(SEED).normal(0, 1.0 / np.sqrt(size), (items, size)).astype(np.float32)
    count = counting.owners(log)
    solved = log.parts.map(lambda part: _Solved.blank(part, size))
    for _ in range(int(method.rounds)):
        solved = _histories(method, solved, item)
        item = _items(method, solved, item, count, len(log))
    solved.unpersist()
    head = np.sort(np.lexsort((np.arange(items), -count))[: local_ials.HEAD])
    head = head[count[head] > 0]
    gram = (method.unobserved * (item.T @ item)).astype(np.float32)
    usage = method.regularisation * np.array([1.0, method.unobserved * items])
    return Factors(_places(head, items), head.astype(np.int32), np.ascontiguousarray(item[head]), gram, usage)


class _Solved(NamedTuple):
    """Some histories, and the vector of each."""

    seen: Any
    owner: Floats

    @classmethod
    def blank(cls, part: Part, size: int) -> _Solved:
        return cls(incidence(part.histories), np.zeros((len(part.histories), size), np.float32))

    def multiplied(self, vector: Floats) -> Floats:
        """Return for each item the vectors of its histories, each as often as it goes with the vector of the item."""
        entry = np.repeat(np.arange(len(self.owner)), np.diff(self.seen.indptr))
        along = np.einsum("ij,ij->i", self.owner[entry], vector[self.seen.indices])
        return np.asarray(csr_array((along, self.seen.indices, self.seen.indptr), shape=self.seen.shape).T @ self.owner, np.float32)

    def said(self, vector: Floats) -> Floats:
        """Return what is wanted of each item, less what its vector gives already; and below it what all histories say together."""
        wanted = np.asarray(self.seen.T @ self.owner, np.float32) - self.multiplied(vector)
        return np.vstack((wanted, self.owner.T @ self.owner))


def _histories(method: IALS, solved: Any, item: Floats) -> Any:
    """Solve for the vectors of all histories, from where they stand; they are kept in Spark in the place of those before."""
    from pyspark import StorageLevel

    fixed = solved.context.broadcast(item)

    def solve(each: _Solved) -> _Solved:
        owner = each.owner.copy()
        method._solve(each.seen, fixed.value, owner)  # noqa: SLF001  # the same step as on one machine, for some of the histories
        return _Solved(each.seen, owner)

    fresh = solved.map(solve).persist(StorageLevel.MEMORY_AND_DISK)
    fresh.count()
    solved.unpersist()
    return fresh


def _items(method: IALS, solved: Any, item: Floats, count: NDArray[np.int64], histories: int) -> Floats:
    """Take some steps of conjugate gradients towards the vectors of all items at once."""
    there = count > 0
    x = np.where(there[:, None], item, np.float32(0.0))
    said = _sum(solved, "said", x)
    gram = (method.unobserved * said[len(item) :]).astype(np.float32)
    penalty = (method.regularisation * (count + method.unobserved * histories)).astype(np.float32)[:, None]
    r = np.where(there[:, None], said[: len(item)] - x @ gram - penalty * x, np.float32(0.0))
    p, old = r.copy(), np.einsum("ij,ij->i", r, r)
    for _ in range(STEPS):
        if not (going := old >= SMALL).any():
            break
        a = p @ gram + penalty * p + _sum(solved, "multiplied", p)
        step = np.divide(old, np.einsum("ij,ij->i", p, a), out=np.zeros_like(old), where=going)[:, None]
        x, r = x + step * p, r - step * a
        new = np.einsum("ij,ij->i", r, r)
        p = np.where(going[:, None], r + np.divide(new, old, out=np.zeros_like(old), where=going)[:, None] * p, p)
        old = np.where(going, new, old)
    return np.ascontiguousarray(x, np.float32)


def _sum(solved: Any, what: str, vector: Floats) -> Floats:
    given = solved.context.broadcast(vector)
    found: Floats = solved.map(lambda each: getattr(each, what)(given.value)).treeReduce(np.add)
    given.unpersist()
    return found


def _places(head: NDArray[np.int64], items: int) -> NDArray[np.int32]:
    place = np.full(items, -1, np.int32)
    place[head] = np.arange(len(head))
    return place
