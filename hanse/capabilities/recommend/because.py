"""Which item of a history speaks most for what is recommended, by what the methods of the blend used."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hanse.capabilities.recommend.blend import Blend
from hanse.capabilities.recommend.histories import History, Items, Places
from hanse.capabilities.recommend.methods.kernels import Floats, compiled
from hanse.capabilities.recommend.methods.neighbours import Neighbours

CONSIDERED = 12
"""How many of the last items of a history are asked."""


def strongest(blend: Blend, history: History, items: Items) -> list[int]:
    """Return for each item the one of the history that gives it the highest weight over all methods; -1 where none does."""
    item, group = history.item[-CONSIDERED:], history.group[-CONSIDERED:]
    links = np.zeros((len(items), len(item)), np.float32)
    with blend.sheet() as sheet:
        for method, weight in zip(blend.methods, blend.weights.tolist(), strict=True):
            if isinstance(method, Neighbours):
                _add(item, group, method.start, method.neighbour, method.weight, float(method.usage[0]), weight, items, sheet.total, links)
    if not len(item):
        return [-1] * len(items)
    best = links.argmax(axis=1)
    return [int(item[place]) if link[place] > 0 else -1 for place, link in zip(best.tolist(), links, strict=True)]


@compiled
def _add(
    item: Items,
    group: Items,
    start: Places,
    neighbour: Items,
    weights: Floats,
    decay: float,
    factor: float,
    wanted: Items,
    row: Floats,
    links: NDArray[np.float32],
) -> None:
    """Add up links; `row` is all zeros before and after, and says in between which row of the links an item has, counted from 1."""
    for place in range(len(wanted)):
        row[wanted[place]] = place + 1
    for place in range(len(item)):
        own = factor * decay ** (group[len(item) - 1] - group[place])
        first, last = start[item[place]], start[item[place] + 1]
        for entry in range(first, last):
            share = weights[entry] / weights[first]
            found = row[neighbour[entry]]
            if found > 0 and neighbour[entry] != item[place]:
                links[int(found) - 1, place] += np.float32(own * share)
    for place in range(len(wanted)):
        row[wanted[place]] = 0
