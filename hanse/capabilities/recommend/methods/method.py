"""The protocol of the methods: learn from histories, then score items for one history. `tests/contracts/test_methods.py` runs all through it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Protocol

import numpy as np
from numpy.typing import NDArray

from hanse.capabilities.recommend.histories import Histories, History, Items

Arrays = Mapping[str, NDArray[Any]]
Settings = Mapping[str, float]
Ladder = tuple[Settings, ...]
"""Settings to try one after another for as long as each is better than the one before."""


class Fitted(Protocol):
    """What a method learned."""

    form: ClassVar[str]
    """How it is named in a model file."""

    @property
    def arrays(self) -> Arrays:
        """Return all it needs, by name; `from_arrays` takes it back."""
        ...

    @classmethod
    def from_arrays(cls, arrays: Arrays) -> Fitted:
        """Take it back from its arrays."""
        ...

    def score(self, history: History, value: NDArray[np.float32], touched: Items) -> int:
        """Score items for a history.

        Writes into `value` (float32, one number an item, all zero before) and lists the items written to in `touched`; returns
        how many. All scores are positive, the higher the better, comparable within one history only.
        """
        ...


class Method(Protocol):
    """A way to learn; instances hold its settings and nothing that was learned."""

    name: ClassVar[str]
    """Its name in the literature, in small letters."""
    grid: ClassVar[tuple[Ladder, ...]]
    """Settings that are worth trying, by the names of the fields; the usual ones are the defaults."""

    def fit(self, log: Histories) -> Fitted | None:
        """Learn from a log; the same log gives the same. Returns none where the log is nothing for it."""
        ...
