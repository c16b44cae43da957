"""`hanse demo`, `hanse serve` and `hanse worker`: the processes of a running Hanse."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from hanse.base import config
from hanse.data import events
from hanse.serve import logs, runtime, supervisor
from hanse.serve.cli import terminal
from hanse.serve.jobs import Queue
from hanse.serve.runtime import Runtime
from hanse.serve.shop import opening


def demo(*, host: str = supervisor.HOST, port: int | None = None, customers: int = 2000, seed: int = 7) -> None:
    """Start Hanse with the sample shop: make it the first time, train on it, and serve.

    Parameters
    ----------
    host
        Address to listen on.
    port
        Port to listen on; 8321, or a free one where that is taken.
    customers
        How many customers the sample shop has.
    seed
        Where its chance begins.
    """
    settings = config.load()
    with runtime.database_of(settings) as conninfo:
        shop = asyncio.run(_prepare(settings, conninfo, customers, seed))
        supervisor.serve(settings, conninfo, host=host, port=port, shop=shop, announce=terminal.out.print)


def serve(*, host: str = supervisor.HOST, port: int | None = None, workers: int = 1, jobs: bool = True) -> None:
    """Serve console, API and MCP, with a worker for the jobs.

    Parameters
    ----------
    host
        Address to listen on.
    port
        Port to listen on; 8321, or a free one where that is taken.
    workers
        How many server processes there are.
    jobs
        Whether a worker for the jobs runs beside them.
    """
    settings = config.load()
    with runtime.database_of(settings) as conninfo:
        supervisor.serve(settings, conninfo, host=host, port=port, workers=workers, jobs=jobs, announce=terminal.out.print)


def worker(*, once: bool = False, concurrency: int = 1) -> None:
    """Run jobs until stopped.

    Parameters
    ----------
    once
        Whether to stop when no job is waiting.
    concurrency
        How many jobs run at the same time.
    """
    settings = config.load()
    logs.configure(settings.log_level)
    supervisor.follow_parent()

    async def work(conninfo: str) -> None:
        async with runtime.started(settings, conninfo) as running:
            queue = Queue(running)
            await queue.open()
            await queue.work(concurrency=concurrency, wait=not once)

    with runtime.database_of(settings) as conninfo:
        asyncio.run(work(conninfo))


async def _prepare(settings: config.Settings, conninfo: str, customers: int, seed: int) -> Mapping[str, str]:
    """Make the sample shop where the log is empty, bring lake, figures and models up to date with it, and open its pages."""
    logs.configure("warning")
    async with runtime.started(settings, conninfo) as running:
        if await _is_empty(running):
            await _fill(running, customers, seed)
        return await opening.environment(running)


async def _fill(running: Runtime, customers: int, seed: int) -> None:
    with terminal.progress("Sample shop") as tell:
        filling = running.registry.jobs["sample.fill"]
        async with running.context(progress=tell) as context:
            await filling(context, customers=customers, seed=seed)
        for following in running.registry.following(filling):
            async with running.context(progress=tell) as context:
                await following(context)


async def _is_empty(running: Runtime) -> bool:
    async with running.resources.pool.connection() as connection:
        return await events.is_empty(connection)
