"""What people did, as the methods see it: histories of items in order, end to end in flat arrays."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Items = NDArray[np.int32]
Places = NDArray[np.int64]


class History(NamedTuple):
    """One history, the oldest first: a session, the orders of a person, what lies in a cart."""

    item: Items
    """Places of the items in the catalog that the methods learned from; those they do not know are left out before."""
    group: Items
    """Which order or visit of the history each item came with, counted from 0; items with one number came together."""
    at: NDArray[np.float64]
    """When, in days on any clock; places in the history where no times are known."""


@dataclass(frozen=True)
class Histories:
    """Many histories; those of a log stand in the order of their last item, the oldest first."""

    start: Places
    """Where each history starts in the arrays below; one more entry than there are histories."""
    item: Items
    group: Items
    at: NDArray[np.float64]
    items: int
    """How many items there are; all numbers in `item` are below it."""

    @classmethod
    def from_rows(cls, rows: Iterable[Sequence[int]], items: int | None = None, *, ordered: bool = True) -> Histories:
        """Build them from lists of items, without times: each item is a group of its own, or where they have no order, all are one.

        >>> made = Histories.from_rows([[0, 2], [1]])
        >>> made[0].item.tolist(), len(made), made.items
        ([0, 2], 2, 3)
        """
        listed = [np.asarray(row, np.int32) for row in rows]
        lengths = np.array([len(row) for row in listed], np.int64)
        start = np.concatenate(([0], np.cumsum(lengths))).astype(np.int64)
        item = np.concatenate(listed) if listed else np.empty(0, np.int32)
        place = np.arange(len(item)) - np.repeat(start[:-1], lengths)
        place = place if ordered else np.zeros_like(place)
        return cls(start, item, place.astype(np.int32), place.astype(np.float64), items if items is not None else int(item.max(initial=-1)) + 1)

    def __len__(self) -> int:
        """Return how many histories there are."""
        return len(self.start) - 1

    def __getitem__(self, place: int) -> History:
        """Return one history."""
        inside = slice(self.start[place], self.start[place + 1])
        return History(self.item[inside], self.group[inside], self.at[inside])

    @property
    def lengths(self) -> Places:
        """Return how many items each history has."""
        return np.diff(self.start)

    @property
    def owner(self) -> Places:
        """Return the place of the history that each item belongs to."""
        return np.repeat(np.arange(len(self)), self.lengths)

    def pick(self, chosen: Places) -> Histories:
        """Return some histories, in the order given."""
        lengths = self.lengths[chosen]
        start = np.concatenate(([0], np.cumsum(lengths))).astype(np.int64)
        inside = np.arange(start[-1]) - np.repeat(start[:-1], lengths) + np.repeat(self.start[chosen], lengths)
        return Histories(start, self.item[inside], self.group[inside], self.at[inside], self.items)

    def cut(self, lengths: Places) -> Histories:
        """Return only the first items of each history, as many as told."""
        kept = np.arange(len(self.item)) - np.repeat(self.start[:-1], self.lengths) < np.repeat(lengths, self.lengths)
        start = np.concatenate(([0], np.cumsum(np.minimum(lengths, self.lengths)))).astype(np.int64)
        return Histories(start, self.item[kept], self.group[kept], self.at[kept], self.items)

    def keep(self, kept: NDArray[np.bool_]) -> Histories:
        """Return the histories with only some of their items."""
        start = np.concatenate(([0], np.cumsum(kept)))[self.start].astype(np.int64)
        return Histories(start, self.item[kept], self.group[kept], self.at[kept], self.items)
