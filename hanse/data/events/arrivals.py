"""What is new in the log, look after look: each event once, also one whose transaction ends long after others that began later.

The ids of events are UUIDv7, given when an event reaches Hanse, so the primary key of each month is in order of arrival, and a look
reads its end and nothing else. (`sequence` would be the nearer order, but its BRIN index does not know the newest pages before a
vacuum has summed them up, so every look would read all of those.)

An id is older than the commit that makes it visible, by as long as the commit takes. So each look goes back over the last seconds,
counts the events of each quarter of a second in the index, and reads only those quarters that have grown. A transaction that takes
longer, such as an import of many orders, is known by its number and its beginning: where it has ended, the next look goes back to
before it began. (Comparing the xmin of rows with a snapshot would be shorter, but is wrong for rows written after a savepoint.)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from hanse.base import ids
from hanse.base.database import Connection
from hanse.data.events import store
from hanse.data.events.schemas import EventType

OVERLAP = timedelta(seconds=10)
"""How far every look goes back: a request waits for its commit 8 seconds at most, and the clocks of two servers may differ a little."""
LONGEST = timedelta(minutes=10)
"""How long a transaction may take so that its events are found."""
MOST_READ = 10_000
"""New events of one look that are read; where more have come, as after an import, the rest is only counted."""
MOST_REMEMBERED = 50_000
"""Ids that are remembered, so that what comes late beside them can be told apart; beyond, it is only counted."""
DIGITS = 11
"""Characters of an id, as text, that name its quarter of a second: 40 of the 48 bits of its milliseconds, so 256 ms."""


class Arrival(msgspec.Struct, frozen=True, kw_only=True):
    """What a new event is, in short."""

    event_id: UUID
    type: EventType
    name: str | None
    source: str
    occurred_at: datetime
    identified: bool
    """Whether it came with a customer number."""


@dataclass(frozen=True)
class News:
    """What one look has found."""

    arrivals: Sequence[Arrival] = ()
    """The new events, the latest first."""
    unread: int = 0
    """New events beside them that were only counted."""


@dataclass
class _Quarter:
    """What is known of the events that came in one quarter of a second."""

    count: int
    event_ids: set[UUID] | None = field(default_factory=set)
    """Null where they were only counted."""


class Watch:
    """Somebody who looks at the log again and again."""

    def __init__(self) -> None:
        """Begin with the first look, which finds out what is there and returns nothing."""
        self._quarters: dict[str, _Quarter] = {}
        self._writing: dict[int, datetime] = {}
        self._has_begun = False

    async def look(self, connection: Connection, now: datetime) -> News:
        """Return what is new since the last time; `now` is by the machine's clock, as the ids of events are."""
        since = await self._since(connection, now)
        rows = await (await connection.execute(store.queries["count_arrivals"], {"since": first_id(since), "digits": DIGITS})).fetchall()
        grown = {row["quarter"]: row["count"] for row in rows if row["count"] > self._known(row["quarter"])}
        news = await self._read(connection, grown) if grown else News()
        self._forget(now)
        has_begun, self._has_begun = self._has_begun, True
        return news if has_begun else News()

    async def _since(self, connection: Connection, now: datetime) -> datetime:
        """Return how far to go back: before the beginning of the transactions that have ended since, at first also of those that have not."""
        rows = await (await connection.execute(store.queries["writing"])).fetchall()
        before, self._writing = self._writing, {row["number"]: row["begun_at"] for row in rows}
        gone = [begun for number, begun in before.items() if number not in self._writing] if self._has_begun else list(self._writing.values())
        return max(min([now, *gone]) - OVERLAP, now - LONGEST)

    def _known(self, quarter: str) -> int:
        known = self._quarters.get(quarter)
        return known.count if known else 0

    async def _read(self, connection: Connection, grown: Mapping[str, int]) -> News:
        """Read the quarters that have grown, the latest first and as many as there is room for, and count the others."""
        wanted, unread, room = [], 0, MOST_READ
        for quarter in sorted(grown, reverse=True):
            known = self._quarters.get(quarter)
            if room >= grown[quarter] and (known is None or known.event_ids is not None):
                room -= grown[quarter]
                wanted.append(quarter)
            else:
                unread += grown[quarter] - self._known(quarter)
                self._quarters[quarter] = _Quarter(grown[quarter], None)
        return News(await self._arrivals(connection, wanted), unread) if wanted else News((), unread)

    async def _arrivals(self, connection: Connection, quarters: Sequence[str]) -> list[Arrival]:
        wanted = {"since": _padded(quarters[-1], "0"), "until": _padded(quarters[0], "f"), "digits": DIGITS, "quarters": quarters}
        rows = await (await connection.execute(store.queries["arrivals"], wanted)).fetchall()
        found = []
        for arrival in msgspec.convert(rows, list[Arrival]):
            quarter = self._quarters.setdefault(str(arrival.event_id)[:DIGITS], _Quarter(0))
            if quarter.event_ids is not None and arrival.event_id not in quarter.event_ids:
                quarter.event_ids.add(arrival.event_id)
                quarter.count += 1
                found.append(arrival)
        return found

    def _forget(self, now: datetime) -> None:
        """Forget what no look goes back to, and ids beyond the number that is remembered, the oldest first."""
        oldest = str(first_id(now - LONGEST - OVERLAP))[:DIGITS]
        left = MOST_REMEMBERED
        for quarter in sorted(self._quarters, reverse=True):
            known = self._quarters[quarter]
            left -= len(known.event_ids or ())
            if quarter < oldest:
                del self._quarters[quarter]
            elif left < 0:
                known.event_ids = None


def first_id(moment: datetime) -> UUID:
    """Return the smallest id that an event of a moment can have."""
    return UUID(int=ids.new(moment).int >> 80 << 80)


def _padded(quarter: str, digit: str) -> UUID:
    """Return the smallest (`0`) or largest (`f`) id of a quarter of a second."""
    return UUID(quarter.replace("-", "").ljust(32, digit))
