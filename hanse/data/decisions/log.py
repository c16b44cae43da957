"""Writing decisions behind the answer: they gather in memory and go to the database together, five times a second.

An answer does not wait for its log entry. A process that is stopped writes what it holds; one that is killed loses at most the
last moment of decisions, never an event. When the database cannot keep up, answers wait, so that memory stays bounded.
"""

from __future__ import annotations

import asyncio

import psycopg
import structlog

from hanse.base.database import Pool
from hanse.data.decisions import store
from hanse.data.decisions.schemas import DecisionRecord

WRITE_EVERY_SECONDS = 0.2
LIMIT = 20_000
"""Decisions held in memory at most."""
BATCH = 5_000
AWAY = (psycopg.OperationalError, psycopg.InterfaceError)
"""What says that the database does not answer, not that a decision is wrong."""


class DecisionLog:
    """The decisions of one process on their way to the database."""

    def __init__(self, pool: Pool) -> None:
        """Write through a pool once `run` is started."""
        self._pool = pool
        self._held: list[DecisionRecord] = []
        self._months: set[tuple[int, int]] = set()
        self._writing = asyncio.Lock()
        self._room = asyncio.Event()
        self._room.set()

    async def add(self, record: DecisionRecord) -> None:
        """Take a decision; waits only while there are too many that are not written yet."""
        while len(self._held) >= LIMIT:
            self._room.clear()
            await self._room.wait()
        self._held.append(record)

    async def run(self) -> None:
        """Write until cancelled; `finish` writes the rest."""
        while True:
            await asyncio.sleep(WRITE_EVERY_SECONDS)
            await self.finish()

    async def finish(self) -> None:
        """Write what is held, as far as the database is there."""
        try:
            await self.flush()
        except AWAY as error:
            structlog.get_logger().warning("decisions wait for the database", held=len(self._held), error=type(error).__name__)

    async def flush(self) -> None:
        """Write what is held now; what comes meanwhile waits for the next time, so that batches stay large."""
        async with self._writing:
            left = len(self._held)
            while left > 0:
                batch = self._held[: min(left, BATCH)]
                await self._write(batch)
                del self._held[: len(batch)]
                left -= len(batch)
        self._room.set()

    async def _write(self, batch: list[DecisionRecord]) -> None:
        try:
            async with self._pool.connection() as connection:
                await store.append(connection, batch, self._months)
        except psycopg.Error as error:
            self._months.clear()  # those made in a transaction that failed are not there
            if isinstance(error, AWAY):
                raise
            await self._write_what_fits(batch)

    async def _write_what_fits(self, batch: list[DecisionRecord]) -> None:
        """Write a batch that the database refused as a whole: some may be there already, and one may be unfit."""
        try:
            async with self._pool.connection() as connection:
                await store.put(connection, batch)
        except AWAY:
            raise
        except psycopg.Error as error:
            if len(batch) == 1:
                structlog.get_logger().error("a decision cannot be logged", operation=batch[0].operation, error=type(error).__name__)
                return
            middle = len(batch) // 2
            await self._write_what_fits(batch[:middle])
            await self._write_what_fits(batch[middle:])
