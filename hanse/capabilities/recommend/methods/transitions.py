"""Transitions: what comes shortly after an item in a history, or came shortly before it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from scipy.sparse import csr_array

from hanse.capabilities.recommend.histories import Histories, Places
from hanse.capabilities.recommend.methods.method import Ladder, Method
from hanse.capabilities.recommend.methods.neighbours import KEPT, Neighbours, inverse_power, scaled

HISTORY = 16
"""How many of the last items of a history are followed."""


@dataclass(frozen=True)
class Transitions(Method):
    """Counts of pairs of items in groups up to `reach` steps apart, each step more counts `falloff` times, as shares of the row.

    A Markov chain of first order with skips; sequential rules in Ludewig & Jannach 2018, Evaluation of session-based recommendation
    algorithms. A group of the history counts `decay` times the one after it. Where each item is
    a group of its own, as in a session, it is that of single items.

    >>> from hanse.capabilities.recommend.histories import Histories
    >>> fitted = Transitions().fit(Histories.from_rows([[0, 1], [0, 2, 1], [0, 1]]))
    >>> fitted.neighbour[fitted.start[0] : fitted.start[1]].tolist()
    [1, 2]
    """

    reach: int = 3
    falloff: float = 0.6
    damping: float = 1.0
    decay: float = 0.5
    popularity: float = 0.0
    name: ClassVar[str] = "transitions"
    grid: ClassVar[tuple[Ladder, ...]] = (
        ({"decay": 0.3},),
        ({"decay": 0.7}, {"decay": 0.9}),
        ({"reach": 1},),
        ({"reach": 10, "falloff": 0.8},),
        ({"damping": 0.7}, {"damping": 0.5}),
        ({"popularity": 0.3}, {"popularity": 0.5}),
    )

    def fit(self, log: Histories) -> Neighbours:
        """Count what follows what."""
        counted = self.count(log)
        steps = np.asarray(counted.sum(axis=1)).ravel()
        arrived = np.asarray(counted.sum(axis=0)).ravel()
        shares = scaled(counted, inverse_power(steps, self.damping), inverse_power(arrived, self.popularity))
        return Neighbours.from_matrix(shares, kept=KEPT, decay=self.decay, most=HISTORY)

    def count(self, log: Histories) -> Any:
        """Return the weighted counts, from rows to columns, as a `csr_array`."""
        owner, visits = _visits(log)
        counted = csr_array((log.items, log.items), dtype=np.float32)
        for step in range(1, int(self.reach) + 1):
            here = np.flatnonzero(owner[:-step] == owner[step:])
            counted = counted + (visits[here].T @ visits[here + step]) * np.float32(self.falloff ** (step - 1))
        return csr_array(counted)


@dataclass(frozen=True)
class Backward(Transitions):
    """The same the other way round: what people had shortly before.

    >>> from hanse.capabilities.recommend.histories import Histories
    >>> fitted = Backward().fit(Histories.from_rows([[0, 1], [0, 2, 1], [0, 1]]))
    >>> fitted.neighbour[fitted.start[1] : fitted.start[2]].tolist()
    [0, 2]
    """

    name: ClassVar[str] = "backward transitions"

    def count(self, log: Histories) -> Any:
        """Return the weighted counts, from columns to rows."""
        return super().count(log).T.tocsr()


def _visits(log: Histories) -> tuple[Places, Any]:
    """Return the history of each group, and which group has which item, as a `csr_array`."""
    owner = log.owner
    begins = np.ones(len(log.item), bool)
    begins[1:] = (owner[1:] != owner[:-1]) | (log.group[1:] != log.group[:-1])
    start = np.append(np.flatnonzero(begins), len(log.item))
    return owner[start[:-1]], csr_array((np.ones(len(log.item), np.float32), log.item, start), shape=(len(start) - 1, log.items))
