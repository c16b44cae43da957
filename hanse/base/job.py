"""Long work as a declaration: a function that runs in a worker, by schedule or on demand, with retries and progress.

`@job` returns a frozen value and registers nothing; `serve` collects the values and hands them to the queue.
"""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hanse.base.context import Context

JobFunction = Callable[..., Awaitable[dict[str, Any] | None]]


@dataclass(frozen=True)
class Job:
    """A piece of work for the workers: `(context, **arguments) -> result`, arguments and result being plain JSON."""

    function: JobFunction
    schedule: str | None = None
    """When it runs by itself, as a cron expression in UTC; null runs it on demand only."""
    retries: int = 3
    """How often it is tried again, waiting 30 s, 60 s, 120 s and so on."""
    lock: bool = True
    """Whether a second one waits until the first is done."""
    then: tuple[str, ...] = ()
    """Jobs that are to follow when it is done, by name or by a pattern such as `*.train`."""
    on: tuple[str, ...] = ()
    """Topics of `changes` at whose news it is to run."""
    quick: bool = False
    """Whether it takes seconds, so that it does not wait behind those that take longer."""
    name: str = field(init=False)

    def __post_init__(self) -> None:
        """Name it by its place: `hanse.capabilities.recommend.jobs.train` is `recommend.train`."""
        object.__setattr__(self, "name", f"{self.function.__module__.split('.')[-2]}.{self.function.__name__}")

    @property
    def summary(self) -> str:
        """Return the first sentence of its docstring."""
        return (inspect.getdoc(self.function) or "").partition("\n")[0]

    async def __call__(self, context: Context, **arguments: Any) -> dict[str, Any] | None:
        """Do the work here and now."""
        return await self.function(context, **arguments)


def job(
    *, schedule: str | None = None, retries: int = 3, lock: bool = True, then: tuple[str, ...] = (), on: tuple[str, ...] = (), quick: bool = False
) -> Callable[[JobFunction], Job]:
    """Declare an async function `(context, **arguments)` as a job."""

    def declare(function: JobFunction) -> Job:
        return Job(function, schedule, retries, lock, then, on, quick)

    return declare
