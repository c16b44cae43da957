"""The sample shop that is searched: loaded into a home folder, kept there where one is named, and indexed by the job of the search."""

from __future__ import annotations

import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from benchmarks.report import SEED
from hanse.base.config import Settings
from hanse.data import events
from hanse.serve import runtime
from hanse.serve.runtime import Runtime

CUSTOMERS = 200
INDEX = ("search.index", "search.encode")


@asynccontextmanager
async def opened(settings: Settings, conninfo: str, *, index: bool) -> AsyncIterator[Runtime]:
    """Have a running Hanse with the sample shop in it and, where asked for, its words and vectors up to date."""
    async with runtime.started(settings, conninfo) as running:
        async with running.context() as context:
            is_empty = await events.is_empty(await context.connection())
        if is_empty:
            await _run(running, "sample.fill", customers=CUSTOMERS, seed=SEED)
        if index:
            for name in INDEX:
                await _run(running, name)
        yield running


async def _run(running: Runtime, name: str, **arguments: int) -> None:
    begin = time.perf_counter()
    async with running.context() as context:
        await running.registry.jobs[name](context, **arguments)
    print(f"{name} took {time.perf_counter() - begin:.1f} s", file=sys.stderr)
