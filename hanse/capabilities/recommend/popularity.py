"""Popularity: what was bought often, and lately."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from hanse.capabilities.recommend.baskets import Baskets
from hanse.capabilities.recommend.method import KEPT, Method, Rankings

EVERYTHING = ""
"""The key of the ranking over all categories."""
WINDOW_DAYS = 365
"""The orders that the reasons count: those of a year before the newest one. What was not bought in it is not popular."""


@dataclass(frozen=True)
class Popularity(Method):
    """Orders counted with a weight that halves every `half_life_days`, over everything and within each category.

    The score is the share of the weight of the best in the ranking. The exponential decay is the usual one of
    streams (Cormode et al. 2009, Forward Decay).

    >>> from hanse.capabilities.recommend.baskets import Baskets
    >>> days = ["2026-01-01", "2026-01-01", "2026-03-02"]
    >>> baskets = Baskets.from_lines([1, 2, 3], ["mug", "mug", "pot"], days, {"mug": ["kitchen"], "pot": ["kitchen"]})
    >>> [(each.product_id, each.orders, each.total) for each in Popularity(half_life_days=30).fit(baskets).rank("kitchen", 2)]
    [('pot', 1, 3), ('mug', 2, 3)]
    """

    half_life_days: float = 30.0
    kept: int = KEPT
    name: ClassVar[str] = "popularity"
    keyed_by: ClassVar[Literal["product", "category"]] = "category"

    @property
    def parameters(self) -> dict[str, float]:
        """Return its settings by name."""
        return {"half_life_days": self.half_life_days, "kept": self.kept}

    def fit(self, baskets: Baskets) -> Rankings:
        """Count orders."""
        age = _age_days(baskets)
        recent = age < WINDOW_DAYS
        counts = np.asarray(baskets.matrix.T @ recent.astype(np.int64))
        weights = np.asarray(baskets.matrix.T @ (0.5 ** (age / self.half_life_days))) * (counts > 0)
        members = _members(baskets)
        best = [_best(weights, members[key], self.kept) for key in members]
        lengths = [len(each) for each in best]
        item = np.concatenate(best) if best else np.empty(0, np.int64)
        return Rankings(
            keys=tuple(members),
            items=baskets.product_ids,
            start=np.concatenate(([0], np.cumsum(lengths))).astype(np.int64),
            item=item.astype(np.int32),
            score=np.concatenate([weights[each] / weights[each[:1]] for each in best]).astype(np.float32) if best else np.empty(0, np.float32),
            orders=counts[item].astype(np.int32),
            total=np.full(len(members), recent.sum(), np.int32),
        )


def _age_days(baskets: Baskets) -> NDArray[np.float64]:
    if not baskets.orders:
        return np.empty(0)
    age: NDArray[np.float64] = (baskets.placed_at.max() - baskets.placed_at) / np.timedelta64(1, "D")
    return age


def _members(baskets: Baskets) -> dict[str, NDArray[np.int64]]:
    members: dict[str, list[int]] = defaultdict(list)
    for place, names in enumerate(baskets.categories):
        for name in dict.fromkeys(names):
            members[name].append(place)
    found = {name: np.array(members[name], np.int64) for name in sorted(members)}
    return {EVERYTHING: np.arange(len(baskets.product_ids)), **found}


def _best(weights: NDArray[np.float64], members: NDArray[np.int64], kept: int) -> NDArray[np.int64]:
    alive = members[weights[members] > 0]
    return alive[np.lexsort((alive, -weights[alive]))[:kept]]
