"""The methods whose learning is counting: each part counts, Spark sums up by blocks of items, and each block is cut to its neighbours.

Counts are whole numbers, so the sums are the same in whatever order they are made, and what is learned is the same to the last bit; where
weights are summed up (RP3beta), it differs by what floating point loses.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, hstack

from hanse.capabilities.recommend.histories import Histories
from hanse.capabilities.recommend.methods.item_knn import ItemKNN
from hanse.capabilities.recommend.methods.kernels import Floats
from hanse.capabilities.recommend.methods.neighbours import KEPT, Neighbours, incidence, inverse_power, scaled
from hanse.capabilities.recommend.methods.popular import KEPT as CHARTED
from hanse.capabilities.recommend.methods.popular import Chart, Popular
from hanse.capabilities.recommend.methods.rp3beta import RP3Beta
from hanse.capabilities.recommend.methods.transitions import HISTORY, Backward, Transitions, _visits
from hanse.capabilities.recommend.spark import parts
from hanse.capabilities.recommend.spark.parts import Part, SparkLog

Cut = Callable[[tuple[int, Any]], tuple[int, Neighbours]]


def popular(method: Popular, log: SparkLog) -> Chart:
    """Count the items of the newest histories."""
    border, items = int(len(log) * (1 - method.share)), log.items
    count = log.total(lambda part: np.bincount(_since(part, border), minlength=items))
    chosen = np.lexsort((np.arange(items), -count))[:CHARTED]
    chosen = chosen[count[chosen] > 0]
    return Chart(chosen.astype(np.int32), (count[chosen] / max(int(count.sum()), 1)).astype(np.float32))


def item_facts(log: SparkLog) -> Floats:
    """Return what `blend.item_facts` does: how often an item is had, how much of that is new, how often again, and after how many days."""
    border, items = int(len(log) * 0.9), log.items

    def count(part: Part) -> NDArray[np.float64]:
        histories = part.histories
        order = np.lexsort((np.arange(len(histories.item)), histories.item, histories.owner))
        item, owner, at = histories.item[order], histories.owner[order], histories.at[order]
        again = np.flatnonzero((item[1:] == item[:-1]) & (owner[1:] == owner[:-1]))
        fresh = np.ones(len(item), bool)
        fresh[again + 1] = False
        counted = (histories.item, _since(part, border), item[fresh], item[again])
        gaps = np.bincount(item[again], weights=at[again + 1] - at[again], minlength=items)
        return np.vstack([*(np.bincount(each, minlength=items) for each in counted), gaps])

    count_all, new, owners, again, gaps = log.total(count)
    often = np.maximum(count_all, 1)
    return np.column_stack((np.log1p(count_all), new / often, 1.0 - owners / often, gaps / np.maximum(again, 1))).astype(np.float32)


def transitions(method: Transitions, log: SparkLog) -> Neighbours:
    """Count what follows what, each number of steps apart for itself."""
    reach, falloff, items = int(method.reach), method.falloff, log.items
    is_backward = isinstance(method, Backward)
    counted = log.summed(lambda part: _steps(part.histories, reach, is_backward=is_backward))
    blocks = counted.mapValues(lambda rows: _weighted(rows, reach, falloff, items))
    if method.popularity:
        arrived = blocks.values().map(lambda rows: np.asarray(rows.sum(axis=0), np.float64).ravel()).fold(np.zeros(items), np.add)
    else:
        arrived = np.ones(items)
    columns = inverse_power(arrived, method.popularity)

    def cut(block: tuple[int, Any]) -> tuple[int, Neighbours]:
        first, rows = block
        steps = np.asarray(rows.sum(axis=1)).ravel()
        return first, Neighbours.from_matrix(scaled(rows, inverse_power(steps, method.damping), columns), kept=KEPT)

    return parts.neighbours(blocks.map(cut).collect(), items, np.array([method.decay, HISTORY], np.float64))


def item_knn(method: ItemKNN, log: SparkLog) -> Neighbours:
    """Count pairs of items."""
    root, shrinkage = inverse_power(owners(log).astype(np.float64), 0.5), np.float32(method.shrinkage)

    def cut(block: tuple[int, Any]) -> tuple[int, Neighbours]:
        first, together = block
        together = _without_itself(first, together)
        cosine = scaled(together, root[first : first + together.shape[0]], root)
        cosine.data *= together.data / (together.data + shrinkage)
        return first, Neighbours.from_matrix(cosine, kept=KEPT)

    def pairs(part: Part) -> Any:
        seen = incidence(part.histories)
        return csr_array(seen.T @ seen)

    return parts.neighbours(log.summed(pairs).map(cut).collect(), log.items, _all(method.decay))


def rp3beta(method: RP3Beta, log: SparkLog) -> Neighbours:
    """Walk from each item over all its histories."""
    alpha, per_item = method.alpha, owners(log).astype(np.float64)
    begin, end = inverse_power(per_item, alpha), inverse_power(per_item, method.beta)

    def walk(part: Part) -> Any:
        seen = incidence(part.histories)
        per_history = np.asarray(seen.sum(axis=1)).ravel()
        return csr_array(seen.T @ scaled(seen, inverse_power(per_history, alpha), np.ones(seen.shape[1]))).astype(np.float64)

    def cut(block: tuple[int, Any]) -> tuple[int, Neighbours]:
        first, walked = block
        walked = _without_itself(first, walked)
        return first, Neighbours.from_matrix(scaled(walked, begin[first : first + walked.shape[0]], end), kept=KEPT)

    return parts.neighbours(log.summed(walk).map(cut).collect(), log.items, _all(method.decay))


def owners(log: SparkLog, *, longest: bool = True) -> NDArray[np.int64]:
    """Return how many histories have each item, among their newest ones or all."""

    def count(part: Part) -> NDArray[np.int64]:
        seen = incidence(part.histories) if longest else incidence(part.histories, longest=None)
        return np.bincount(seen.indices, minlength=seen.shape[1])

    return log.total(count)


def _since(part: Part, border: int) -> NDArray[np.int32]:
    """Return the items of those histories of a part that are not before a place of the log."""
    histories = part.histories
    return histories.item[histories.start[min(max(border - part.first, 0), len(histories))] :]


def _steps(log: Histories, reach: int, *, is_backward: bool) -> Any:
    """Return the counts of pairs one step apart, then those two apart and so on, side by side."""
    owner, visits = _visits(log)
    counted = []
    for step in range(1, reach + 1):
        here = np.flatnonzero(owner[:-step] == owner[step:])
        pairs = visits[here].T @ visits[here + step]
        counted.append(csr_array(pairs.T if is_backward else pairs))
    return csr_array(hstack(counted))


def _weighted(rows: Any, reach: int, falloff: float, items: int) -> Any:
    """Add up counts of steps, each one more counting `falloff` times."""
    counted = csr_array((rows.shape[0], items), dtype=np.float32)
    columns = rows.tocsc()
    for step in range(reach):
        counted = counted + csr_array(columns[:, step * items : (step + 1) * items]) * np.float32(falloff**step)
    return csr_array(counted)


def _without_itself(first: int, rows: Any) -> Any:
    """Return a block of rows without what says that an item goes with itself."""
    row = np.repeat(np.arange(rows.shape[0]), np.diff(rows.indptr))
    kept = (rows.indices != row + first) & (rows.data != 0)
    start = np.concatenate(([0], np.cumsum(np.bincount(row[kept], minlength=rows.shape[0]))))
    return csr_array((rows.data[kept], rows.indices[kept], start), shape=rows.shape)


def _all(decay: float) -> NDArray[np.float64]:
    """Return how neighbours are used of which all items of a history count."""
    return Neighbours.from_matrix(csr_array((0, 0)), decay=decay).usage
