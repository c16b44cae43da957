"""A running Hanse: database, models, caches, logs and the registry, built the same way for every surface.

`database_of` has a database, `started` a runtime on it, and `runtime.context()` is what one request or job gets.
"""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg_pool import PoolTimeout

from hanse.ai.models import Models
from hanse.base import database, errors, tasks
from hanse.base.changes import Changes
from hanse.base.clock import Clock, SystemClock
from hanse.base.config import Settings
from hanse.base.context import SYSTEM, Caller, Context, Progress, Resources
from hanse.base.erasing import Erasers
from hanse.base.holding import Closable, Warmable
from hanse.base.postgres import EmbeddedPostgres
from hanse.data import migrations
from hanse.data.catalog.summaries import Summaries
from hanse.data.consent.processing import Declared
from hanse.data.decisions.log import DecisionLog
from hanse.data.experiments.running import Running
from hanse.data.traits.declaration import Declared as DeclaredTraits
from hanse.serve.ports import DataPorts
from hanse.serve.registry import Registry, load
from hanse.serve.telemetry import Telemetry

if TYPE_CHECKING:
    from hanse.serve.console.texts import Texts


COLLECT = (20_000, 20, 20)
"""When the garbage collector looks: what Hanse makes much of, rows and trees of files, seldom holds itself; the usual 700 cost a sixth of an import."""


@dataclass
class Runtime:
    """What one process has at hand."""

    settings: Settings
    registry: Registry
    conninfo: str
    resources: Resources
    changes: Changes
    log: DecisionLog
    telemetry: Telemetry
    _tasks: list[asyncio.Task[Any]] = field(default_factory=list)

    def context(self, caller: Caller = SYSTEM, *, language: str = "", progress: Progress | None = None) -> Context:
        """Return a fresh context for one request or job."""
        context = Context(self.resources, caller, language=language or self.settings.language)
        if progress is not None:
            context.progress = progress
        return context

    async def start(self) -> None:
        """Open the pool, load the models and begin to listen and to write."""
        gc.set_threshold(*COLLECT)
        self.telemetry.start()
        await self.resources.pool.open()
        await self.resources.get(Models).refresh()
        await self.resources.get(Running).refresh()
        self._tasks = [asyncio.create_task(self.changes.listen(self.conninfo)), asyncio.create_task(self.log.run())]

    async def warm(self) -> None:
        """Read what is held before somebody waits for it, as far as the database is there."""
        for held in [each for each in self.resources.held.values() if isinstance(each, Warmable)]:
            with suppress(psycopg.Error, PoolTimeout):
                async with self.context() as context:
                    await held.warm(context)

    async def stop(self) -> None:
        """Write what is held and close everything."""
        await tasks.end(*self._tasks)
        await self.log.finish()
        for held in [each for each in self.resources.held.values() if isinstance(each, Closable)]:
            await held.close()
        await self.resources.pool.close()
        await self.telemetry.stop()


@contextmanager
def database_of(settings: Settings) -> Iterator[str]:
    """Have a migrated database for as long as the block runs: the one that is set, or the embedded one; gives how to connect.

    Raises `Unavailable` where it does not answer.
    """
    if settings.database_url:
        _migrate(settings.database_url)
        yield settings.database_url
        return
    server = EmbeddedPostgres(settings.home)
    conninfo = server.start()
    try:
        _migrate(conninfo)
        yield conninfo
    finally:
        server.stop()


def _migrate(conninfo: str) -> None:
    try:
        migrations.apply(conninfo)
    except psycopg.OperationalError as error:
        raise errors.Unavailable(what="The database") from error


def build(settings: Settings, conninfo: str, *, clock: Clock | None = None, registry: Registry | None = None) -> Runtime:
    """Put a runtime together, not started yet."""
    registry = registry or load()
    pool = database.pool(conninfo, size=settings.pool_size)
    log = DecisionLog(pool)
    resources = Resources(settings, clock or SystemClock(), pool, DataPorts(registry, settings, log))
    changes = Changes()
    models, summaries, running = Models(pool, settings, registry.views), Summaries(), Running(pool)
    resources.hold(Models, models)
    resources.hold(Running, running)
    resources.hold(Summaries, summaries)
    resources.hold(Declared, Declared(registry.operations.values, _say(registry, settings)))
    resources.hold(DeclaredTraits, DeclaredTraits(registry.traits, _say(registry, settings)))
    resources.hold(Erasers, Erasers(tuple(registry.erasers.values())))
    changes.on("models", models.refresh)
    changes.on("catalog", summaries.forget)
    changes.on("experiments", running.refresh)
    for declared in registry.held:
        held = declared.make()
        resources.hold(type(held), held)
        for topic in declared.topics:
            changes.on(topic, held.forget)
    return Runtime(settings, registry, conninfo, resources, changes, log, Telemetry(settings))


def _say(registry: Registry, settings: Settings) -> Callable[[str, str], str]:
    """Return what gives declared texts in a language; they are read when they are first asked for."""

    @cache
    def read() -> Texts:
        from hanse.serve.console import texts

        return texts.load(registry, settings.time_zone)

    return lambda text, language: read().words(language).gettext(text)


@asynccontextmanager
async def started(settings: Settings, conninfo: str, *, clock: Clock | None = None, registry: Registry | None = None) -> AsyncIterator[Runtime]:
    """Give a running Hanse on a database that is there."""
    runtime = build(settings, conninfo, clock=clock, registry=registry)
    try:
        await runtime.start()
        yield runtime
    finally:
        await runtime.stop()
