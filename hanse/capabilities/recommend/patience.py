"""How long an answer waits for the database before it makes do with what is in memory."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from hanse.base.context import Context
from hanse.data.profiles import asking

SECONDS = 1.0
"""For one question; a page that waits longer for what it recommends is better off without."""
_hurried: ContextVar[bool] = ContextVar("_hurried", default=True)


@contextmanager
def unlimited() -> Iterator[None]:
    """Wait as long as it takes within the block: nobody waits for the answers of a job."""
    token = _hurried.set(False)
    try:
        yield
    finally:
        _hurried.reset(token)


async def rows(context: Context, query: Any, facts: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the rows of a statement that looks a few records up by an index.

    Raises `TimeoutError` where that takes too long; the transaction is of no use any more then.
    """
    async with asyncio.timeout(SECONDS if _hurried.get() else None):
        return (await asking.ask(await context.connection(), {"rows": (query, facts)}))["rows"]
