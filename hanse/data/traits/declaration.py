"""How a computed trait is declared: one function over the lake, with its purpose and unit; the same on DuckDB and on Spark.

    @trait(purpose=Purpose.OPERATION, unit="orders")
    def order_count(lake: Lake) -> Expression:
        '''How many orders somebody kept at least a part of.'''
        kept = lake.kept_orders
        return kept.group_by("profile_id").agg(value=kept.count())

`@trait` returns a frozen value and registers nothing. Families here are listed in `families`; a capability declares its own in its
`traits.py`, and `serve` collects them.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from hanse.base.errors import HanseError
from hanse.base.operation import Purpose

if TYPE_CHECKING:
    from hanse.data.traits.tables import Lake

Expression = Any
"""An Ibis table with the columns `profile_id` and `value`, and `key` where a trait has a value for each of something; Ibis has no types."""


class MisdeclaredTrait(HanseError):
    """The trait {name} cannot be declared: {reason}."""


@dataclass(frozen=True)
class Trait:
    """A trait that is computed in the lake, as it was declared."""

    function: Callable[[Lake], Expression]
    purpose: Purpose
    unit: str
    """What the value is measured in, in English, such as `days` or `minor units by currency`; empty for a word."""
    name: str = field(init=False)

    def __post_init__(self) -> None:
        """Name it by its function; raises `MisdeclaredTrait`."""
        object.__setattr__(self, "name", self.function.__name__)
        if self.purpose is Purpose.ADVERTISING:
            raise MisdeclaredTrait(name=self.name, reason="advertising is agreed to medium by medium; what chooses an offer is personalisation")
        if not self.description:
            raise MisdeclaredTrait(name=self.name, reason="its function has no docstring")

    @property
    def description(self) -> str:
        """Return the first sentence of its docstring."""
        return (inspect.getdoc(self.function) or "").partition("\n")[0]


@dataclass(frozen=True)
class Declared:
    """The computed traits of this installation by name; held by the process, as the layers below do not know those above."""

    traits: Mapping[str, Trait]
    say: Callable[[str, str], str] = lambda text, _: text
    """Gives a declared text in a language."""


def trait(*, purpose: Purpose, unit: str = "") -> Callable[[Callable[[Lake], Expression]], Trait]:
    """Declare a function `lake -> table of profile_id and value` as a computed trait.

    Whose are computed follows from `purpose`: of one that needs consent, only those who agreed.
    """

    def declare(function: Callable[[Lake], Expression]) -> Trait:
        return Trait(function, purpose, unit)

    return declare
