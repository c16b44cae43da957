"""Erasing a person as a declaration: whoever keeps something of people says how it goes, in a module `erasure` of their folder.

`@eraser` returns a frozen value and registers nothing; `serve` collects the values and `privacy` calls each of them (Art. 17 DSGVO).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from uuid import UUID

if TYPE_CHECKING:
    from hanse.base.context import Context


@dataclass(frozen=True)
class Erased:
    """A person who is being erased."""

    profile_ids: tuple[UUID, ...]
    """All profiles that are this person."""
    identities: tuple[tuple[str, str], ...]
    """Kind and value of everything they are known by: identities, addresses and numbers among their traits."""
    keep_orders: bool
    """Whether their orders stay, without anybody in them."""


ErasingFunction = Callable[[Erased, "Context"], Awaitable[Mapping[str, int]]]


@dataclass(frozen=True)
class Eraser:
    """How something that is kept of people is erased: returns how much there was, by the name of the place."""

    function: ErasingFunction
    outside: bool = False
    """Whether it works on what lies outside the database, which is done once the database's transaction is committed; it may run twice."""
    name: str = field(init=False)

    def __post_init__(self) -> None:
        """Name it by its place: `hanse.data.lake.erasure.rows` is `lake.rows`."""
        object.__setattr__(self, "name", f"{self.function.__module__.split('.')[-2]}.{self.function.__name__}")

    async def __call__(self, person: Erased, context: Context) -> Mapping[str, int]:
        """Erase a person here and now."""
        return await self.function(person, context)


@dataclass(frozen=True)
class Erasers:
    """All that were declared; held by the process."""

    declared: tuple[Eraser, ...] = ()


def eraser(*, outside: bool = False) -> Callable[[ErasingFunction], Eraser]:
    """Declare an async function `(person, context) -> counts by place` as an eraser.

    Inside the database it works on the context's connection, in the one transaction of the erasure.
    """

    def declare(function: ErasingFunction) -> Eraser:
        return Eraser(function, outside)

    return declare
