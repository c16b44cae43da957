"""Cosine: two products are near when those who buy the one mostly buy the other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np

from hanse.capabilities.recommend import cooccurrence
from hanse.capabilities.recommend.baskets import Baskets
from hanse.capabilities.recommend.cooccurrence import Floats
from hanse.capabilities.recommend.method import KEPT, Method, Rankings


@dataclass(frozen=True)
class Cosine(Method):
    """The cosine between the columns of two products in the matrix of orders, shrunk where few orders speak for it.

    With n orders that have both products, a and b orders that have each: n / sqrt(a b) · n / (n + shrinkage). Item-based
    filtering is Sarwar et al. 2001 (Item-Based Collaborative Filtering Recommendation Algorithms) and Deshpande and
    Karypis 2004 (Item-Based Top-N Recommendation Algorithms); the shrinkage is Bell and Koren's of 2007.

    >>> from hanse.capabilities.recommend.baskets import Baskets
    >>> baskets = Baskets.from_lines([1, 1, 2, 2, 3], ["cup", "tea", "cup", "tea", "pot"], ["2026-01-01"] * 5)
    >>> [(each.product_id, each.orders, round(each.score, 2)) for each in Cosine(shrinkage=2).fit(baskets).rank("cup", 5)]
    [('tea', 2, 0.5)]
    """

    shrinkage: float = 10.0
    kept: int = KEPT
    name: ClassVar[str] = "cosine"
    keyed_by: ClassVar[Literal["product", "category"]] = "product"

    @property
    def parameters(self) -> dict[str, float]:
        """Return its settings by name."""
        return {"shrinkage": self.shrinkage, "kept": self.kept}

    def fit(self, baskets: Baskets) -> Rankings:
        """Find the neighbours of each product."""
        return cooccurrence.neighbours(baskets, self._score, self.kept)

    def _score(self, both: Floats, one: Floats, other: Floats, orders: int) -> Floats:
        score: Floats = both / np.sqrt(one * other) * both / (both + self.shrinkage)
        return score
