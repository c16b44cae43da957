"""Events of many requests on their way into the log together: who comes while one commit is under way shares the next.

A request waits until its events are on the disk. One task writes; it takes everything that waits, up to a limit, in one transaction.
An event that the database refuses is found by halving and becomes a dead letter; where the database is away, everybody waits, until
their time is over. What waits is bounded in number and bytes: beyond that there is no room, and the sender is told when to come again.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from uuid import UUID

import msgspec
import psycopg
import structlog

from hanse.base import database, errors, ids, tasks, tracing
from hanse.base.clock import Clock
from hanse.base.database import Connection
from hanse.data import imports
from hanse.data.events import dead_letters, store
from hanse.data.events.errors import Full, Unfit
from hanse.data.events.metrics import IntakeMetrics
from hanse.data.events.schemas import Event
from hanse.data.imports import DeadLetter

COMMIT_EVENTS = 4_000
"""Events of one commit at most (one request is never parted)."""
MOST_EVENTS = 30_000
"""Events that wait at most."""
MOST_BYTES = 64_000_000
"""Bytes of requests that are under way at most, from when they are being read until they are answered."""
DEADLINE_SECONDS = 8.0
"""How long a request waits at most; clients give up after 10 to 15 seconds."""
WATCH_SECONDS = 0.25
GATHER_SECONDS = 0.004
"""How long a commit of few events waits for more, where the one before was shared."""
GATHERED_EVENTS = 64
"""Events from which on a commit does not wait for more."""
LONGEST_RETRY_AFTER_SECONDS = 60
RETRY_AFTER_SECONDS = 2
"""When to come again after a fault of ours."""
PAUSES_SECONDS = (0.05, 0.1, 0.2, 0.5, 1.0)
"""Between one try to reach the database and the next; the last one again and again."""
REFUSED = (*store.POISON, UnicodeError, OverflowError)
"""What is raised because of an event. Everything else is the database's own trouble, and passes."""


@dataclass(frozen=True, eq=False)
class Submission:
    """What one request brought, and what became of it."""

    events: Sequence[Event]
    letters: Sequence[DeadLetter]
    event_ids: Sequence[UUID]
    arrived: float
    done: asyncio.Future[None]
    duplicates: set[int] = field(default_factory=set)
    """Places of events that were known already."""
    refused: dict[int, Unfit] = field(default_factory=dict)
    """Why the database refused events, by their places."""


@dataclass(frozen=True)
class _Part:
    """Some events and dead letters of one submission."""

    submission: Submission
    places: Sequence[int]
    letters: Sequence[DeadLetter] = ()

    @property
    def size(self) -> int:
        return len(self.places) + len(self.letters)

    def halves(self) -> tuple[_Part, _Part]:
        """Return two parts that are smaller; dead letters first part from events."""
        if self.places and self.letters:
            return _Part(self.submission, self.places), _Part(self.submission, (), self.letters)
        middle, center = len(self.places) // 2, len(self.letters) // 2
        return (
            _Part(self.submission, self.places[:middle], self.letters[:center]),
            _Part(self.submission, self.places[middle:], self.letters[center:]),
        )


class Room:
    """The bytes of one request."""

    __slots__ = ("_log", "_size")

    def __init__(self, log: GroupCommit) -> None:
        """Take nothing yet."""
        self._log = log
        self._size = 0

    def take(self, size: int) -> None:
        """Take room for more bytes; raises `Full`."""
        self._log.take_room(size)
        self._size += size

    def __enter__(self) -> Callable[[int], None]:
        """Return what takes room."""
        return self.take

    def __exit__(self, *error: object) -> None:
        """Give all of it back."""
        self._log.give_room(self._size)


class GroupCommit:
    """The events of one process on their way to the database."""

    def __init__(self, conninfo: str, clock: Clock) -> None:
        """Write through a connection of its own, once `run` is started."""
        self._conninfo = conninfo
        self._clock = clock
        self._waiting: deque[Submission] = deque()
        self._writing: list[Submission] = []
        self._events = 0
        self._bytes = 0
        self._come = asyncio.Event()
        self._stopping = False
        self._shared = False
        self._rate = 1000.0
        self._connection: Connection | None = None
        self._months: set[store.Month] = set()
        self.metrics = IntakeMetrics(lambda: self._events, lambda: self._bytes)

    def room(self) -> Room:
        """Return what takes room for the bytes of a request; use as `with`, they are given back at its end."""
        return Room(self)

    async def submit(self, events: Sequence[Event], letters: Sequence[DeadLetter] = ()) -> Submission:
        """Have events and dead letters written; return what became of them once they are on the disk.

        Raises `Full` where too many wait, and `Unavailable` where the database does not answer in time: whether the events were
        written is then not known, and they are to be sent again.
        """
        if self._stopping:
            raise _unavailable()
        self._check_room(0)
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        submission = Submission(events, letters, [ids.new() for _ in events], time.monotonic(), done)
        self._waiting.append(submission)
        self._events += len(events)
        self._come.set()
        await done
        return submission

    def take_room(self, size: int) -> None:
        """Take room for so many bytes; raises `Full`."""
        self._check_room(size)
        self._bytes += size

    def give_room(self, size: int) -> None:
        """Give room back."""
        self._bytes -= size

    def _check_room(self, size: int) -> None:
        if self._events >= MOST_EVENTS or self._bytes + size > MOST_BYTES:
            self.metrics.turned_away.inc()
            seconds = min(LONGEST_RETRY_AFTER_SECONDS, math.ceil(self._events / self._rate))
            raise Full(retry_after_seconds=max(1, seconds))

    async def run(self) -> None:
        """Write until stopped."""
        watching = asyncio.create_task(self._watch())
        while self._waiting or not self._stopping:
            await self._come.wait()
            await self._gather()
            self._take()
            await self._write_taken()
            self._events -= sum(len(each.events) for each in self._writing)
            self._writing = []
        await tasks.end(watching)
        await self._disconnect()

    async def stop(self) -> None:
        """Take nothing more, and have what waits written; `run` ends after that."""
        self._stopping = True
        self._come.set()

    async def _gather(self) -> None:
        """Wait a moment for others, where there are others: a commit costs about the same for one event and for fifty."""
        if self._shared and self._events < GATHERED_EVENTS and not self._stopping:
            await asyncio.sleep(GATHER_SECONDS)

    def _take(self) -> None:
        count = 0
        while self._waiting and (not self._writing or count + len(self._waiting[0].events) <= COMMIT_EVENTS):
            count += len(self._waiting[0].events)
            self._writing.append(self._waiting.popleft())
        self._shared = len(self._writing) > 1
        if not self._waiting and not self._stopping:
            self._come.clear()

    async def _write_taken(self) -> None:
        try:
            await self._write(_Part(each, range(len(each.events)), each.letters) for each in self._writing)
        except Exception as error:  # noqa: BLE001  # this task must live on; senders are told to come again, the log has the trace
            structlog.get_logger().error("events cannot be written", exc_info=error)
            await self._disconnect()
            for each in self._writing:
                _give_up(each)
        now = time.monotonic()
        for each in self._writing:
            if not each.done.done():
                self.metrics.lag.observe(now - each.arrived)
                each.done.set_result(None)

    async def _watch(self) -> None:
        """Tell those whose time is over; one look at all of them costs less than a timer for each."""
        while True:
            await asyncio.sleep(WATCH_SECONDS)
            late = time.monotonic() - DEADLINE_SECONDS
            for each in (*self._writing, *self._waiting):
                if each.arrived > late:
                    break
                self.metrics.given_up.inc(_give_up(each))

    async def _write(self, parts: Iterable[_Part]) -> None:
        """Write parts together; where an event is refused, each half by itself."""
        parts = [part for part in parts if part.size]
        try:
            await self._commit(parts)
        except REFUSED as error:
            await self._roll_back()
            if len(parts) > 1:
                middle = len(parts) // 2
                await self._write(parts[:middle])
                await self._write(parts[middle:])
            elif parts[0].size > 1:
                for half in parts[0].halves():
                    await self._write([half])
            else:
                await self._refuse(parts[0], error)

    async def _commit(self, parts: Sequence[_Part]) -> None:
        """Write parts in one transaction, again and again where the database is away, for as long as somebody waits for them."""
        attempt, left = 0, list(parts)
        while left := [part for part in left if not part.submission.done.done()]:
            try:
                connection = await self._connected()
                if attempt:
                    left = [await self._not_written(connection, part) for part in left]
                await self._transaction(connection, left)
            except REFUSED:
                raise
            except (psycopg.Error, OSError) as error:
                structlog.get_logger().warning("events wait for the database", waiting=self._events, error=type(error).__name__)
                self.metrics.interruptions.inc()
                await self._disconnect()
                await asyncio.sleep(PAUSES_SECONDS[min(attempt, len(PAUSES_SECONDS) - 1)])
                attempt += 1
            else:
                return

    async def _not_written(self, connection: Connection, part: _Part) -> _Part:
        """Leave out what the last transaction wrote, where its connection was lost in the middle of the commit."""
        submission = part.submission
        events = [submission.events[place] for place in part.places]
        there = await store.written(connection, events, [submission.event_ids[place] for place in part.places])
        self.metrics.accepted.inc(sum(there))
        return _Part(submission, [place for place, known in zip(part.places, there, strict=True) if not known], part.letters)

    async def _transaction(self, connection: Connection, parts: Sequence[_Part]) -> None:
        begin = time.monotonic()
        events = [part.submission.events[place] for part in parts for place in part.places]
        event_ids = [part.submission.event_ids[place] for part in parts for place in part.places]
        letters = [letter for part in parts for letter in part.letters]
        now = self._clock.now()
        with tracing.span("group commit", hanse__events=len(events), hanse__dead_letters=len(letters)) as span:
            if span.recorded:
                span.set("hanse.bytes", _size(events))
            taken = await store.write(connection, events, event_ids, now=now, months=self._months) if events else []
            if letters:
                await imports.add_dead_letters(connection, letters)
            await connection.commit()
        self._count(taken, len(letters), time.monotonic() - begin)
        places = ((part.submission, place) for part in parts for place in part.places)
        for (submission, place), new in zip(places, taken, strict=True):
            if not new:
                submission.duplicates.add(place)

    def _count(self, taken: Sequence[bool], letters: int, seconds: float) -> None:
        self.metrics.accepted.inc(sum(taken))
        self.metrics.duplicates.inc(len(taken) - sum(taken))
        self.metrics.dead.inc(letters)
        self.metrics.commit.observe(seconds)
        self.metrics.size.observe(len(taken))
        self._rate = max(100.0, 0.9 * self._rate + 0.1 * len(taken) / max(seconds, 0.001))

    async def _refuse(self, part: _Part, error: Exception) -> None:
        """Keep the one event that the database refuses as a dead letter, or a dead letter without its payload."""
        structlog.get_logger().warning("the database refuses an event", error=type(error).__name__)
        if part.letters:
            fields = ("dead_letter_id", "kind", "source", "field", "reason", "created_at")
            bare = DeadLetter(**{name: getattr(part.letters[0], name) for name in fields})
            return await self._commit([_Part(part.submission, (), [bare])])
        place = part.places[0]
        part.submission.refused[place] = unfit = store.unfit(error)
        letter = dead_letters.refused(part.submission.events[place], unfit, self._clock.now())
        return await self._write([_Part(part.submission, (), [letter])])

    async def _connected(self) -> Connection:
        if self._connection is None:
            self._connection = await database.connect(self._conninfo, connect_timeout=int(DEADLINE_SECONDS))
        return self._connection

    async def _roll_back(self) -> None:
        """Undo a transaction that failed; what it made is not there."""
        self._months.clear()
        try:
            if self._connection is not None:
                await self._connection.rollback()
        except (psycopg.Error, OSError):
            await self._disconnect()

    async def _disconnect(self) -> None:
        """Leave a connection that is lost or cannot be trusted."""
        connection, self._connection = self._connection, None
        self._months.clear()
        if connection is not None:
            with suppress(psycopg.Error, OSError):
                await connection.close()


def _size(events: Sequence[Event]) -> int:
    """Return the bytes of what events carry, those of them that came as JSON."""
    return sum(len(bytes(part)) for event in events for part in (event.properties, event.context) if isinstance(part, msgspec.Raw))


def _give_up(submission: Submission) -> bool:
    """Tell a sender to come again; return whether it still waited."""
    if submission.done.done():
        return False
    submission.done.set_exception(_unavailable())
    return True


def _unavailable() -> errors.Unavailable:
    return errors.Unavailable(what="The log", retry_after_seconds=RETRY_AFTER_SECONDS)
