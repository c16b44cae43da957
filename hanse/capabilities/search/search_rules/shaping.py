"""What rules make of one search: who is hidden, pinned and moved, and where to go instead. Arrays and sets; no database.

`rulebook` makes it of rules; `finding` applies it. Products are known by their ids and the numbers of their facets in the index.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from uuid import UUID

import numpy as np
from psycopg import sql

from hanse.capabilities.search.ranking import FEATURES, Floats
from hanse.capabilities.search.search_rules.schemas import Kind, Strength

STEPS: dict[Strength, float] = {"slightly": 0.2, "clearly": 0.6, "strongly": 1.8, "wholly": 20.0}
"""What a product gains, in the scores of `ranking`: a word in the title is worth up to 1.6, a number 3."""
IN_STOCK = FEATURES.index("in_stock")


@dataclass(frozen=True)
class Target:
    """Which products a rule means: all that is given must hold."""

    product_ids: tuple[str, ...] | None = None
    """These, with their variants; null for all."""
    facets: tuple[tuple[int, ...], ...] = ()
    """Numbers of facets, of each row one."""
    in_stock: bool | None = None
    ids: frozenset[str] = field(init=False, repr=False, compare=False, default=frozenset())
    rows: tuple[frozenset[int], ...] = field(init=False, repr=False, compare=False, default=())

    def __post_init__(self) -> None:
        """Make ready to look up."""
        object.__setattr__(self, "ids", frozenset(self.product_ids or ()))
        object.__setattr__(self, "rows", tuple(map(frozenset, self.facets)))

    @property
    def is_empty(self) -> bool:
        """Return whether nothing is asked for, so that nothing is meant."""
        return self.product_ids is None and not self.facets and self.in_stock is None

    def means(self, product_id: str, facets: Collection[int], *, in_stock: bool) -> bool:
        """Return whether a product is meant."""
        return (
            (self.product_ids is None or product_id in self.ids)
            and (self.in_stock is None or self.in_stock == in_stock)
            and not any(row.isdisjoint(facets) for row in self.rows)
        )

    @property
    def condition(self) -> sql.Composable:
        """Return it as a condition on `entry`."""
        parts: list[sql.Composable] = []
        if self.product_ids is not None:
            parts.append(sql.SQL("entry.product_id = ANY ({}::text[])").format(sql.Literal(list(self.product_ids))))
        parts += [sql.SQL("entry.facets && {}::integer[]").format(sql.Literal(list(row) or [0])) for row in self.facets]
        if self.in_stock is not None:
            parts.append(sql.SQL("(entry.in_stock IS NOT FALSE) = {}").format(sql.Literal(self.in_stock)))
        return sql.SQL("({})").format(sql.SQL(" AND ").join(parts))


@dataclass(frozen=True)
class Act:
    """What one rule does to products."""

    rule_id: UUID
    rule_name: str
    kind: Kind
    target: Target = Target()
    gain: float = 0.0


@dataclass(frozen=True)
class Pin:
    """A product on a place, by a rule."""

    place: int
    product_id: str
    rule_id: UUID
    rule_name: str


@dataclass(frozen=True)
class Shaping:
    """What rules make of a search."""

    pins: tuple[Pin, ...] = ()
    """By their places, no place and no product twice."""
    moves: tuple[Act, ...] = ()
    hides: tuple[Act, ...] = ()
    redirect_url: str | None = None
    rule_ids: tuple[UUID, ...] = ()
    """The rules that hold, in their order."""

    @property
    def hidden(self) -> tuple[Target, ...]:
        """Return which products are never shown."""
        return tuple(each.target for each in self.hides)

    @property
    def pinned(self) -> tuple[str, ...]:
        """Return the products that have a place."""
        return tuple(each.product_id for each in self.pins)

    def gains(self, product_ids: Sequence[str], facets: Sequence[Sequence[int]], features: Floats) -> Floats:
        """Return what each product gains or loses."""
        found = np.zeros(len(product_ids))
        if not self.moves or not product_ids:
            return found
        numbers = np.array([number for row in facets for number in row], np.int64)
        owners = np.repeat(np.arange(len(facets)), [len(row) for row in facets])
        for each in self.moves:
            meant = np.ones(len(product_ids), bool)
            for row in each.target.facets:
                has = np.zeros(len(product_ids), bool)
                has[owners[np.isin(numbers, row)]] = True
                meant &= has
            if each.target.product_ids is not None:
                meant &= np.array([product_id in each.target.ids for product_id in product_ids], bool)
            if each.target.in_stock is not None:
                meant &= (features[:, IN_STOCK] > 0) == each.target.in_stock
            found += each.gain * meant
        return found


NOTHING = Shaping()
