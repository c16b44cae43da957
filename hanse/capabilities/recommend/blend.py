"""A blend: several methods propose, their weighted sum chooses candidates, and a forest puts these in order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hanse.capabilities.recommend.forest import Forest
from hanse.capabilities.recommend.histories import Histories, History, Items
from hanse.capabilities.recommend.methods import kernels
from hanse.capabilities.recommend.methods.kernels import Floats, compiled
from hanse.capabilities.recommend.methods.method import Fitted

GENERAL = 15
"""How many features a candidate has beside two for each method."""
SHORT, LONG = 3, 10
"""Over how many of the last groups it is counted how often an item was there lately."""
LONGEST = 1_000
"""How many of the newest items of a history are looked at."""


class Candidates(NamedTuple):
    """Items that may be the answer, the best of the weighted sum first."""

    item: Items
    total: Floats
    """The weighted sum, 1 for the best."""
    features: Floats
    """One row a candidate."""


class Ranking(NamedTuple):
    """Items, the best first."""

    item: Items
    score: NDArray[np.float64]
    """Strength, 0 to 1."""


@dataclass(frozen=True)
class Blend:
    """Methods that have learned, how much each counts, and what puts their candidates in order."""

    methods: Sequence[Fitted]
    weights: NDArray[np.float64]
    facts: Floats
    """Of each item: how often it is in the log (log of 1 + n), how much of that is new, how often who has it has it again, and
    after how many days that is."""
    repeats: bool
    """Whether items of the history may be answered."""
    width: int
    """How many candidates are put in order."""
    forest: Forest | None = None
    _sheets: list[Sheet] = field(default_factory=list, repr=False, compare=False)

    def rank(self, history: History, limit: int, without: Items | None = None) -> Ranking:
        """Return the best items for a history, none of those to be left out."""
        found = self.candidates(history, max(limit, self.width), without)
        if self.forest is None or not len(found.item):
            return Ranking(found.item[:limit], found.total[:limit].astype(np.float64))
        score = self.forest.score(found.features)
        order = np.lexsort((found.item, -score))[:limit]
        return Ranking(found.item[order], score[order])

    def candidates(self, history: History, width: int, without: Items | None = None) -> Candidates:
        """Return the candidates for a history with their features."""
        short = History(history.item[-LONGEST:], history.group[-LONGEST:], history.at[-LONGEST:])
        with self.sheet() as sheet:
            counts = np.array(
                [each.score(short, sheet.value[row], sheet.touched[row]) for row, each in enumerate(self.methods)],
                np.int64,
            )
            chosen = np.empty(width, np.int32)
            features = np.zeros((width, 2 * len(self.methods) + GENERAL), np.float32)
            left_out = np.empty(0, np.int32) if without is None else without
            size, peak = _gather(
                *short, self.repeats, left_out, self.weights, self.facts, sheet.value, sheet.touched, counts, *sheet.rest, chosen, features
            )
            del peak
            return Candidates(chosen[:size], features[:size, 0].copy(), features[:size])

    def rank_many(self, histories: Histories, limit: int) -> Items:
        """Return the best items for many histories, a row each; -1 fills what is left."""
        found = np.full((len(histories), limit), -1, np.int32)

        def fill(places: range) -> None:
            for place in places:
                item = self.rank(histories[place], limit).item
                found[place, : len(item)] = item

        kernels.spread(fill, len(histories))
        return found

    def candidates_many(self, histories: Histories) -> tuple[Items, Floats]:
        """Return the candidates of many histories, a row each (-1 fills what is left), and their features."""
        found = np.full((len(histories), self.width), -1, np.int32)
        features = np.zeros((len(histories), self.width, 2 * len(self.methods) + GENERAL), np.float32)

        def fill(places: range) -> None:
            for place in places:
                item, _, rows = self.candidates(histories[place], self.width)
                found[place, : len(item)] = item
                features[place, : len(item)] = rows

        kernels.spread(fill, len(histories))
        return found, features

    @contextmanager
    def sheet(self) -> Iterator[Sheet]:
        """Have a sheet of one's own; a clean one goes back."""
        sheet = self._sheets.pop() if self._sheets else Sheet.blank(len(self.methods), len(self.facts))
        yield sheet
        self._sheets.append(sheet)


class Sheet(NamedTuple):
    """Paper to reckon on, for one history at a time."""

    value: Floats
    touched: Items
    rest: tuple[Floats, Items, Floats]

    @property
    def total(self) -> Floats:
        """Return one number an item, all zeros where nobody is using the sheet."""
        return self.rest[0]

    @classmethod
    def blank(cls, methods: int, items: int) -> Sheet:
        """Return a clean one."""
        value, touched = np.zeros((methods, items), np.float32), np.empty((methods, items), np.int32)
        return cls(value, touched, (np.zeros(items, np.float32), np.empty(items, np.int32), np.zeros((items, 6), np.float32)))


def item_facts(log: Histories) -> Floats:
    """Return what is known of each item from a log alone, four numbers an item; see `Blend.facts`."""
    count = np.bincount(log.item, minlength=log.items)
    newest = log.item[log.start[int(len(log) * 0.9)] :] if len(log) else log.item
    new = np.bincount(newest, minlength=log.items)
    owners = np.bincount(np.unique(log.owner * np.int64(max(log.items, 1)) + log.item) % max(log.items, 1), minlength=log.items)
    shares = new / np.maximum(count, 1), 1.0 - owners / np.maximum(count, 1)
    return np.column_stack((np.log1p(count), *shares, _usual_gap(log))).astype(np.float32)


def _usual_gap(log: Histories) -> NDArray[np.float64]:
    """Return after how many days an item is usually had again by who has it; 0 where nobody has had it twice."""
    order = np.lexsort((np.arange(len(log.item)), log.item, log.owner))
    item, owner, at = log.item[order], log.owner[order], log.at[order]
    again = np.flatnonzero((item[1:] == item[:-1]) & (owner[1:] == owner[:-1]))
    gaps = np.bincount(item[again], weights=at[again + 1] - at[again], minlength=log.items)
    return gaps / np.maximum(np.bincount(item[again], minlength=log.items), 1)


@compiled
def _gather(
    item: Items,
    group: Items,
    at: NDArray[np.float64],
    repeats: bool,
    without: Items,
    weights: NDArray[np.float64],
    facts: Floats,
    value: Floats,
    touched: Items,
    counts: NDArray[np.int64],
    total: Floats,
    union: Items,
    own: Floats,
    chosen: Items,
    features: Floats,
) -> tuple[int, float]:
    """Sum up what the methods say, choose the best, write their features; leaves value, total and own as zeros."""
    methods, length = len(counts), len(item)
    peak = np.full(methods, 1e-12, np.float32)
    size = 0
    for method in range(methods):
        for place in range(counts[method]):
            peak[method] = max(peak[method], value[method, touched[method, place]])
        factor = np.float32(weights[method]) / peak[method]
        for place in range(counts[method]):
            found = touched[method, place]
            if total[found] == 0.0:
                union[size] = found
                size += 1
            total[found] += factor * value[method, found] + np.float32(1e-9)
    for place in range(length):  # own: count, last group, last time, first time, of each item of the history
        found = item[place]
        if own[found, 0] == 0.0:
            own[found, 3] = at[place]
        own[found, 0] += 1.0
        own[found, 1] = group[place]
        own[found, 4] += group[length - 1] - group[place] < SHORT
        own[found, 5] += group[length - 1] - group[place] < LONG
        own[found, 2] = at[place]
        if not repeats:
            total[found] = min(total[found], np.float32(0.0))
    for found in without:
        total[found] = 0.0
    number = kernels.best(total, union, size, len(chosen), chosen)
    best = max(total[chosen[0]], np.float32(1e-9)) if number else np.float32(1.0)
    groups = group[length - 1] + 1.0 if length else 0.0
    for row in range(number):
        found = chosen[row]
        features[row, 0] = total[found] / best
        count = own[found, 0]
        features[row, 1] = count
        features[row, 2] = groups - 1.0 - own[found, 1] if count else -1.0
        features[row, 3] = at[length - 1] - own[found, 2] if count else -1.0
        gap = (own[found, 2] - own[found, 3]) / (count - 1.0) if count > 1.0 else 0.0
        features[row, 4] = features[row, 3] / gap if gap > 0.0 else -1.0
        features[row, 5] = length
        features[row, 6] = groups
        features[row, 7] = facts[found, 0]
        features[row, 8] = facts[found, 1]
        features[row, 9] = facts[found, 2]
        features[row, 10] = facts[item[length - 1], 0] if length else 0.0
        features[row, 11] = own[found, 4]
        features[row, 12] = own[found, 5]
        features[row, 13] = features[row, 3] / facts[found, 3] if count and facts[found, 3] > 0.0 else -1.0
        features[row, 14] = count / groups if groups else 0.0
        for method in range(methods):
            features[row, GENERAL + 2 * method] = value[method, found] / peak[method]
            features[row, GENERAL + 1 + 2 * method] = value[method, found]
    for method in range(methods):
        for place in range(counts[method]):
            value[method, touched[method, place]] = 0.0
    for place in range(size):
        total[union[place]] = 0.0
    for place in range(length):
        own[item[place]] = 0.0
        total[item[place]] = 0.0
    for found in without:
        total[found] = 0.0
    return number, float(best)
