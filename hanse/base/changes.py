"""News between processes: who changes something says so, and every process forgets what it remembered of it.

Carried by PostgreSQL's LISTEN and NOTIFY, so that it arrives when the change is committed and not before.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable

import psycopg
import structlog

from hanse.base import database
from hanse.base.database import Connection

CHANNEL = "hanse_changes"
RECONNECT_SECONDS = 1.0

React = Callable[[str], Awaitable[None]]


async def announce(connection: Connection, topic: str, detail: str = "") -> None:
    """Tell every process, once this transaction is committed, that something of a topic changed."""
    await connection.execute("SELECT pg_notify(%s, %s)", (CHANNEL, f"{topic}:{detail}"))


class Changes:
    """The news of one process: who wants to hear of which topic."""

    def __init__(self) -> None:
        """Start with nobody listening."""
        self._reactions: dict[str, list[React]] = defaultdict(list)

    def on(self, topic: str, react: React) -> None:
        """Have a function called with the detail whenever a topic changes, and with "" when news may have been missed."""
        self._reactions[topic].append(react)

    async def listen(self, conninfo: str) -> None:
        """Listen until cancelled, through losses of the connection."""
        while True:
            try:
                connection = await database.connect(conninfo, autocommit=True)
                async with connection:
                    await connection.execute(f"LISTEN {CHANNEL}")
                    await self._missed()
                    async for notice in connection.notifies():
                        topic, _, detail = notice.payload.partition(":")
                        await self.tell(topic, detail)
            except (psycopg.OperationalError, psycopg.InterfaceError):
                structlog.get_logger().warning("lost the database, listening again soon")
            await asyncio.sleep(RECONNECT_SECONDS)

    async def tell(self, topic: str, detail: str) -> None:
        """Call everybody who wants to hear of a topic."""
        for react in self._reactions[topic]:
            try:
                await react(detail)
            except (psycopg.OperationalError, psycopg.InterfaceError):
                raise  # the database is away; everybody is told again once it is back
            except Exception:  # noqa: BLE001  # one who fails must not keep the others from hearing of a revoked key
                structlog.get_logger().exception("somebody failed to take in news", topic=topic)

    async def _missed(self) -> None:
        for topic in list(self._reactions):
            await self.tell(topic, "")
