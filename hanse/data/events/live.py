"""The events as they come in, for those who watch: one look at the log for all watchers of a process, and only while there are any.

Each watcher names what they want to see, and gets a tick for every look: how many events fit, and the latest of them whole. Who is
slow misses ticks and is told how many events were in them. No watcher holds a connection to the database.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
import psycopg
import structlog
from psycopg_pool import PoolTimeout

from hanse.base.clock import Clock
from hanse.base.database import Connection, Pool
from hanse.data.events import arrivals, store
from hanse.data.events.arrivals import Arrival, News, Watch
from hanse.data.events.schemas import EventType

LOOK_EVERY_SECONDS = 0.5
MOST_ROWS = 25
"""Events of one tick that are shown; of the rest it is told how many there were."""
MOST_TICKS = 8
"""Ticks that wait for a slow watcher."""
AMONG = 5_000
"""Among how many of the last events those that fit are looked for."""


class LoggedEvent(msgspec.Struct, frozen=True, kw_only=True):
    """One event of the log, whole."""

    event_id: UUID
    message_id: str
    type: EventType
    name: str | None
    profile_id: UUID | None
    user_id: str | None
    anonymous_id: str | None
    decision_id: UUID | None
    source: str
    occurred_at: datetime
    original_at: datetime | None
    sent_at: datetime | None
    received_at: datetime
    properties: dict[str, Any]
    context: dict[str, Any]


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """Which events somebody wants to see: null asks for all."""

    type: EventType | None = None
    name: str | None = None
    source: str | None = None
    identified: bool | None = None
    """Whether they came with a customer number."""

    def fits(self, arrival: Arrival) -> bool:
        """Return whether an event is wanted."""
        mine = (self.type, self.name, self.source, self.identified)
        its = (arrival.type, arrival.name, arrival.source, arrival.identified)
        return all(wanted is None or wanted == found for wanted, found in zip(mine, its, strict=True))


@dataclass(frozen=True)
class Tick:
    """What one look has brought somebody."""

    looked_at: datetime
    count: int = 0
    """How many new events fit."""
    rows: tuple[LoggedEvent, ...] = ()
    """The latest of them, the latest first."""
    skipped: int = 0
    """Events of the ticks before this one that were not told, because nobody took them in time."""
    away: bool = False
    """Whether the database did not answer."""


class Watcher:
    """Somebody who watches, and what waits for them."""

    def __init__(self, wish: Wish) -> None:
        """Wait for the first tick."""
        self.wish = wish
        self._ticks: deque[Tick] = deque()
        self._come = asyncio.Event()
        self._skipped = 0
        self._ended = False

    def give(self, tick: Tick) -> None:
        """Put a tick before them; where too many wait, the oldest goes."""
        self._ticks.append(tick)
        if len(self._ticks) > MOST_TICKS:
            dropped = self._ticks.popleft()
            self._skipped += dropped.count + dropped.skipped
        self._come.set()

    def end(self) -> None:
        """Tell them that nothing more comes."""
        self._ended = True
        self._come.set()

    async def next(self) -> Tick | None:
        """Return the next tick, waiting for it; null when nothing more comes."""
        while not self._ticks and not self._ended:
            self._come.clear()
            await self._come.wait()
        if not self._ticks or self._ended:
            return None
        tick, skipped = self._ticks.popleft(), self._skipped
        self._skipped = 0
        return replace(tick, skipped=tick.skipped + skipped) if skipped else tick


class Live:
    """The live view of one process."""

    def __init__(self, pool: Pool, clock: Clock) -> None:
        """Look through a pool, by the clock that the ids of events are made by."""
        self._pool = pool
        self._clock = clock
        self._watchers: set[Watcher] = set()
        self._task: asyncio.Task[None] | None = None
        self._ended = False

    def now(self) -> datetime:
        """Return the moment by the clock that the ids of events are made by."""
        return self._clock.now()

    @contextmanager
    def watching(self, wish: Wish) -> Iterator[Watcher]:
        """Give a watcher who gets ticks for as long as the block runs."""
        watcher = Watcher(wish)
        if self._ended:
            watcher.end()
        self._watchers.add(watcher)
        if self._task is None and not self._ended:
            self._task = asyncio.create_task(self._run())
        try:
            yield watcher
        finally:
            self._watchers.discard(watcher)
            if not self._watchers and self._task is not None:
                self._task.cancel()
                self._task = None

    def stop(self) -> None:
        """End every stream, so that the process can end."""
        self._ended = True
        for watcher in self._watchers:
            watcher.end()
        if self._task is not None:
            self._task.cancel()
            self._task = None

    async def _run(self) -> None:
        watch = Watch()
        while True:
            await self.look(watch)
            await asyncio.sleep(LOOK_EVERY_SECONDS)

    async def look(self, watch: Watch) -> None:
        """Look once, and tell every watcher."""
        now = self._clock.now()
        try:
            async with self._pool.connection() as connection:
                news = await watch.look(connection, now)
                chosen = {watcher: [each for each in news.arrivals if watcher.wish.fits(each)] for watcher in self._watchers}
                rows = await find_all(connection, {each.event_id: each for found in chosen.values() for each in found[:MOST_ROWS]}.values())
        except (psycopg.OperationalError, psycopg.InterfaceError, PoolTimeout, OSError):
            for watcher in self._watchers:
                watcher.give(Tick(now, away=True))
        except Exception as error:  # noqa: BLE001  # this task must live on for those who watch; the log has the trace
            structlog.get_logger().error("the live view failed to look", exc_info=error)
        else:
            for watcher, found in chosen.items():
                watcher.give(_tick(watcher.wish, news, found, rows, now))


def _tick(wish: Wish, news: News, found: Sequence[Arrival], rows: dict[UUID, LoggedEvent], now: datetime) -> Tick:
    """Return what somebody is told; of events that were only counted, nobody knows whether they would fit."""
    shown = tuple(rows[each.event_id] for each in found[:MOST_ROWS] if each.event_id in rows)
    return Tick(now, len(found) + (news.unread if wish == Wish() else 0), shown)


async def latest(connection: Connection, wish: Wish, *, limit: int, since: datetime | None = None) -> list[LoggedEvent]:
    """Return the latest events that fit among the last few thousand, the latest arrival first; `since` leaves out what came before."""
    facts = {**msgspec.structs.asdict(wish), "since": arrivals.first_id(since) if since else None, "limit": limit, "among": AMONG}
    rows = await (await connection.execute(store.queries["latest_arrivals"], facts, prepare=False)).fetchall()
    return msgspec.convert(rows, list[LoggedEvent])


async def find(connection: Connection, event_id: UUID) -> LoggedEvent | None:
    """Return one event whole."""
    wanted = {"event_ids": [event_id], "first": "-infinity", "last": "infinity"}
    row = await (await connection.execute(store.queries["events_by_id"], wanted, prepare=False)).fetchone()
    return msgspec.convert(row, LoggedEvent) if row else None


async def find_all(connection: Connection, wanted: Any) -> dict[UUID, LoggedEvent]:
    """Return events whole, by their ids; what retention has taken meanwhile is not there."""
    chosen = list(wanted)
    if not chosen:
        return {}
    moments = [each.occurred_at for each in chosen]
    facts = {"event_ids": [each.event_id for each in chosen], "first": min(moments), "last": max(moments)}
    rows = await (await connection.execute(store.queries["events_by_id"], facts, prepare=False)).fetchall()
    return {row["event_id"]: msgspec.convert(row, LoggedEvent) for row in rows}
