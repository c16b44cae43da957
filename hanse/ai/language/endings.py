"""The ends of calls: an answer does not wait until it is on record and its budget is settled; that is done behind it.

A process that is stopped does what is left; one that is killed loses the last moment of its record. Where there is no process that runs on,
as in commands and some tests, and where too many wait, an end is done at once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from hanse.base.context import Context

MOST = 200
"""Ends that wait at most: beyond, whoever asks waits for the end of the own call, so that memory stays bounded."""


class Endings:
    """The ends of calls of one process that are not done yet."""

    def __init__(self) -> None:
        """Have none."""
        self._under_way: set[asyncio.Future[None]] = set()

    async def forget(self, detail: str = "") -> None:
        """Keep them: what ends is news of nobody."""

    async def close(self) -> None:
        """Do what is left."""
        await self.finish()

    async def finish(self) -> None:
        """Wait until the calls that have ended up to now are on record."""
        await asyncio.gather(*self._under_way, return_exceptions=True)

    async def add(self, end: Callable[[], Awaitable[None]]) -> None:
        """Do an end behind the answer, or now where too many wait; a fault in it is logged."""
        if len(self._under_way) >= MOST:
            return await end()
        task = asyncio.ensure_future(end())
        self._under_way.add(task)
        task.add_done_callback(self._done)
        return None

    def _done(self, task: asyncio.Future[None]) -> None:
        self._under_way.discard(task)
        if not task.cancelled() and (error := task.exception()):
            structlog.get_logger().error("the end of a call failed", kind=type(error).__name__)


async def add(context: Context, end: Callable[[], Awaitable[None]]) -> None:
    """Do an end behind the answer where the process runs on, and now where it does not."""
    found = _held(context)
    await (found.add(end) if found else end())


async def finish(context: Context) -> None:
    """Wait until the calls of this process that have ended are on record."""
    if found := _held(context):
        await found.finish()


def _held(context: Context) -> Endings | None:
    found = context.resources.held.get(Endings)
    return found if isinstance(found, Endings) else None
