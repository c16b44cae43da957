"""Popularity: what was had often, and lately."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from hanse.capabilities.recommend.histories import Histories, History, Items
from hanse.capabilities.recommend.methods.method import Arrays, Ladder, Method

KEPT = 200


@dataclass(frozen=True)
class Chart:
    """The same items for everybody."""

    item: Items
    weight: NDArray[np.float32]
    form: ClassVar[str] = "chart"

    @classmethod
    def from_arrays(cls, arrays: Arrays) -> Chart:
        """Take it back from its arrays."""
        return cls(**arrays)

    @property
    def arrays(self) -> Arrays:
        """Return the arrays by name."""
        return {"item": self.item, "weight": self.weight}

    def score(self, history: History, value: NDArray[np.float32], touched: Items) -> int:
        """Copy the chart."""
        del history
        value[self.item] = self.weight
        touched[: len(self.item)] = self.item
        return len(self.item)


@dataclass(frozen=True)
class Popular(Method):
    """Counts in the newest `share` of the log.

    >>> from hanse.capabilities.recommend.histories import Histories
    >>> Popular(share=1.0).fit(Histories.from_rows([[0, 1], [1], [2, 1]])).item.tolist()
    [1, 0, 2]
    """

    share: float = 0.2
    name: ClassVar[str] = "popular"
    grid: ClassVar[tuple[Ladder, ...]] = (({"share": 0.02},), ({"share": 1.0},))

    def fit(self, log: Histories) -> Chart:
        """Count the items of the newest histories."""
        newest = log.item[log.start[int(len(log) * (1 - self.share))] :] if len(log) else log.item
        count = np.bincount(newest, minlength=log.items)
        chosen = np.lexsort((np.arange(log.items), -count))[:KEPT]
        chosen = chosen[count[chosen] > 0]
        return Chart(chosen.astype(np.int32), (count[chosen] / max(len(newest), 1)).astype(np.float32))
