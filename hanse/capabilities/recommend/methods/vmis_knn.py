"""VMIS-kNN: what people had in the newest histories that are like this one."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from hanse.capabilities.recommend.histories import Histories, History, Items, Places
from hanse.capabilities.recommend.methods.kernels import Floats, compiled
from hanse.capabilities.recommend.methods.method import Arrays, Ladder, Method

CONSIDERED = 16
"""How many of the last items of a history look for others like it."""
BACKWARD = 0.6
"""What came before the common item counts so many times what came after it."""
NAMES = ("start", "item", "first", "history", "rarity", "usage")
LONGEST = 100
"""How many of the newest items of a history are kept."""


@dataclass(frozen=True)
class Sessions:
    """The histories themselves, and for each item those that have it, the newest first."""

    start: Places
    item: Items
    first: Places
    """Where the histories of each item start in the next array."""
    history: Items
    rarity: Floats
    usage: NDArray[np.float64]
    """The settings that scoring needs, in the order of the kernel."""
    form: ClassVar[str] = "sessions"
    _scratch: list[tuple[Floats, Items, Floats]] = field(default_factory=list, repr=False, compare=False)

    @classmethod
    def from_arrays(cls, arrays: Arrays) -> Sessions:
        """Take them back from their arrays."""
        start, item, first, history, rarity, usage = (arrays[each] for each in NAMES)
        return cls(start, item, first, history, rarity, usage)

    @property
    def arrays(self) -> Arrays:
        """Return the arrays by name."""
        return {each: getattr(self, each) for each in NAMES}

    def score(self, history: History, value: NDArray[np.float32], touched: Items) -> int:
        """Add up what the histories have that are most like a history."""
        try:
            scratch = self._scratch.pop()  # each thread has one of its own while it scores
        except IndexError:
            count = len(self.start) - 1
            scratch = (np.zeros(count, np.float32), np.empty(count, np.int32), np.empty(count, np.float32))
        found = _score(
            history.item, history.group, self.start, self.item, self.first, self.history, self.rarity, self.usage, *scratch, value, touched
        )
        self._scratch.append(scratch)
        return found


@dataclass(frozen=True)
class VMISkNN(Method):
    """The `nearest` histories by shared items, of the `newest` that have each item; their items count by how near to the shared one.

    Kersbergen, Sprangers & Schelter 2022, Serenade: Low-latency session-based recommendation in e-commerce at scale, after
    VS-kNN of Ludewig & Jannach 2018. An item of the history counts `decay` times one of the next group, times its rarity
    log(N / n). Old and long histories count less.

    >>> from hanse.capabilities.recommend.histories import Histories
    >>> fitted = VMISkNN().fit(Histories.from_rows([[0, 1], [0, 1], [2, 3], [0, 3], [2, 4]]))
    >>> value, touched = np.zeros(5, np.float32), np.empty(5, np.int32)
    >>> sorted(touched[: fitted.score(Histories.from_rows([[2]])[0], value, touched)].tolist())
    [3, 4]
    """

    newest: int = 500
    nearest: int = 100
    decay: float = 0.8
    fading: float = 0.65
    shortness: float = 0.25
    recency: float = 2.0
    name: ClassVar[str] = "vmis-knn"
    grid: ClassVar[tuple[Ladder, ...]] = (
        ({"recency": 0.0},),
        ({"recency": 4.0}, {"recency": 8.0}),
        ({"nearest": 250},),
        ({"decay": 0.9}, {"decay": 0.97}),
        ({"decay": 0.6},),
        ({"fading": 0.9},),
        ({"shortness": 0.6},),
    )

    def fit(self, log: Histories) -> Sessions:
        """Keep the histories and note which has which item."""
        kept = log.keep(np.arange(len(log.item)) >= np.repeat(log.start[1:] - LONGEST, log.lengths))
        cells = np.unique(kept.item * np.int64(len(kept)) + (len(kept) - 1 - kept.owner))  # the newest of an item first
        first = np.searchsorted(cells, np.arange(log.items + 1) * np.int64(len(kept))).astype(np.int64)
        histories = (len(kept) - 1 - cells % max(len(kept), 1)).astype(np.int32)
        rarity = np.log(max(len(kept), 1) / (np.diff(first) + 1.0)).clip(0.05).astype(np.float32)
        usage = np.array([self.newest, self.nearest, self.decay, self.fading, self.shortness, self.recency], np.float64)
        return Sessions(kept.start, kept.item, first, histories, rarity, usage)


@compiled
def _score(
    item: Items,
    group: Items,
    start: Places,
    items: Items,
    first: Places,
    histories: Items,
    rarity: Floats,
    usage: NDArray[np.float64],
    likeness: Floats,
    found: Items,
    strength: Floats,
    value: Floats,
    touched: Items,
) -> int:
    newest, nearest, decay, fading, shortness, recency = int(usage[0]), int(usage[1]), usage[2], usage[3], usage[4], usage[5]
    length, total, count = len(item), len(start) - 1, 0
    oldest = max(-1, length - 1 - CONSIDERED)
    for place in range(length - 1, oldest, -1):
        row, again = item[place], False
        for later in range(place + 1, length):
            again = again or item[later] == row
        if again:
            continue
        weight = np.float32(decay ** (group[length - 1] - group[place]) * rarity[row])
        for entry in range(first[row], min(first[row + 1], first[row] + newest)):
            one = histories[entry]
            if likeness[one] == 0.0:
                found[count] = one
                count += 1
            likeness[one] += weight
    for place in range(count):
        one = found[place]
        age = (total - one) / total
        strength[place] = likeness[one] * np.exp(-recency * age) / (start[one + 1] - start[one] + 2.0) ** shortness
        likeness[one] = 0.0
    least = np.float32(-1.0)
    if count > nearest:
        least = np.partition(strength[:count], count - nearest)[count - nearest]
    scored = 0
    for place in range(count):
        if strength[place] < least:
            continue
        one = found[place]
        begin, end = start[one], start[one + 1]
        shared = -1
        factor = 1.0
        for mine in range(length - 1, oldest, -1):
            for other in range(end - 1, begin - 1, -1):
                if items[other] == item[mine]:
                    shared = other
                    break
            if shared >= 0:
                factor = fading ** (group[length - 1] - group[mine])
                break
        for other in range(begin, end):
            if other == shared:
                continue
            away = 1.0 / np.sqrt(other - shared) if other > shared else BACKWARD / np.sqrt(shared - other)
            which = items[other]
            if value[which] == 0.0:
                touched[scored] = which
                scored += 1
            value[which] += np.float32(strength[place] * factor * away)
    return scored
