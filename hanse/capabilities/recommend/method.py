"""The protocol of methods that learn rankings of products from orders: arrays in, arrays out, no I/O.

Every class here is run through `tests/contracts/test_methods.py`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, Literal, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from hanse.capabilities.recommend.baskets import Baskets

KEPT = 100
"""How many products a ranking keeps, where its method is not told otherwise."""


class Ranked(NamedTuple):
    """One product in a ranking, with the numbers that its reason is made of."""

    product_id: str
    score: float
    orders: int
    """In how many orders it was: together with the product asked for, or at all."""
    total: int
    """Of how many orders that is."""


@dataclass(frozen=True)
class Rankings:
    """What a method learned: for each key (a product, a category) products from the best to the worst, end to end in flat arrays."""

    keys: Sequence[str]
    items: Sequence[str]
    start: NDArray[np.int64]
    """Where the ranking of each key starts in the three arrays below; one more entry than keys."""
    item: NDArray[np.int32]
    """Place of the product in `items`."""
    score: NDArray[np.float32]
    orders: NDArray[np.int32]
    """In how many orders it was, as in `Ranked`."""
    total: NDArray[np.int32]
    """One number a key."""

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]], texts: Mapping[str, Sequence[str]]) -> Rankings:
        """Take them back from the two maps that `arrays` and `texts` gave."""
        return cls(**texts, **arrays)  # type: ignore[arg-type]  # the names are those of the fields, see below

    @property
    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return the arrays by name."""
        return {"start": self.start, "item": self.item, "score": self.score, "orders": self.orders, "total": self.total}

    @property
    def texts(self) -> dict[str, Sequence[str]]:
        """Return the texts by name."""
        return {"keys": self.keys, "items": self.items}

    @cached_property
    def places(self) -> dict[str, int]:
        """Return the place of each key."""
        return {key: place for place, key in enumerate(self.keys)}

    def rank(self, key: str, limit: int, skip: int = 0) -> list[Ranked]:
        """Return the best products of a key, or those after the first `skip`; none where the key is not known."""
        place = self.places.get(key)
        if place is None:
            return []
        first = int(self.start[place]) + skip
        last = min(int(self.start[place + 1]), first + limit)
        total, items = int(self.total[place]), self.items
        found = zip(self.item[first:last].tolist(), self.score[first:last].tolist(), self.orders[first:last].tolist(), strict=True)
        return [Ranked(items[item], score, orders, total) for item, score, orders in found]

    def table(self, places: NDArray[np.int64], width: int) -> NDArray[np.int64]:
        """Return the best products of many keys at once, a row each, as places in `items`; -1 fills what is left."""
        columns = self.start[places][:, None] + np.arange(width)
        inside = columns < self.start[places + 1][:, None]
        found = np.full(columns.shape, -1, np.int64)
        found[inside] = self.item[columns[inside]]
        return found


class Method(Protocol):
    """A way to learn rankings; instances hold its settings and nothing that was learned."""

    name: ClassVar[str]
    """Its name in the literature, in small letters."""
    keyed_by: ClassVar[Literal["product", "category"]]
    """What one asks it with."""

    @property
    def parameters(self) -> dict[str, float]:
        """Return its settings by name."""
        ...

    def fit(self, baskets: Baskets) -> Rankings:
        """Learn from orders; the same orders give the same rankings."""
        ...
