"""What one process holds of a package and forgets at news, as a declaration: `serve` makes one for each process."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    from hanse.base.context import Context


class Forgetful(Protocol):
    """Something remembered that may become old."""

    def forget(self, detail: str = "") -> Awaitable[None]:
        """Forget what may have changed, at news with this detail; at "" everything, as news may have been missed."""
        ...


@runtime_checkable
class Warmable(Protocol):
    """Something remembered that is better read before somebody waits for it."""

    def warm(self, context: Context) -> Awaitable[None]:
        """Read it now."""
        ...


@runtime_checkable
class Closable(Protocol):
    """Something held that has to be closed when the process ends."""

    def close(self) -> Awaitable[None]:
        """Close it."""
        ...


@dataclass(frozen=True)
class Held:
    """A declaration in a `held.py`: how it is made, found again by its type with `context.resource(...)`, and the topics of its news."""

    make: Callable[[], Forgetful]
    topics: tuple[str, ...]
