"""Lift: two products are near when they are together more often than chance would have it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from hanse.capabilities.recommend import cooccurrence
from hanse.capabilities.recommend.baskets import Baskets
from hanse.capabilities.recommend.cooccurrence import Floats
from hanse.capabilities.recommend.method import KEPT, Method, Rankings


@dataclass(frozen=True)
class Lift(Method):
    """How many times more often two products are in one order than if they had nothing to do with each other, shrunk.

    With N orders, n that have both products, a and b that have each: l = n N / (a b) · n / (n + shrinkage), given as
    l / (l + 1) to lie within 0 and 1. Lift (there called interest) is Brin et al. 1997 (Dynamic Itemset Counting and
    Implication Rules for Market Basket Data). It finds what is special about a product where cosine leans to best-sellers.

    >>> from hanse.capabilities.recommend.baskets import Baskets
    >>> baskets = Baskets.from_lines([1, 1, 2, 2, 3], ["cup", "tea", "cup", "tea", "pot"], ["2026-01-01"] * 5)
    >>> [(each.product_id, each.orders, round(each.score, 2)) for each in Lift(shrinkage=1).fit(baskets).rank("cup", 5)]
    [('tea', 2, 0.5)]
    """

    shrinkage: float = 50.0
    kept: int = KEPT
    name: ClassVar[str] = "lift"
    keyed_by: ClassVar[Literal["product", "category"]] = "product"

    @property
    def parameters(self) -> dict[str, float]:
        """Return its settings by name."""
        return {"shrinkage": self.shrinkage, "kept": self.kept}

    def fit(self, baskets: Baskets) -> Rankings:
        """Find the neighbours of each product."""
        return cooccurrence.neighbours(baskets, self._score, self.kept)

    def _score(self, both: Floats, one: Floats, other: Floats, orders: int) -> Floats:
        lift = both * orders / (one * other) * both / (both + self.shrinkage)
        score: Floats = lift / (lift + 1)
        return score
