"""When an event happened by our clock, from what the sender's clock said; and whether that clock can be believed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from enum import StrEnum

EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
"""No shop had tracking before; an older time is a clock that was never set."""


LATEST = datetime.max.replace(tzinfo=UTC)
TOLERANCE = timedelta(minutes=1)
"""How far ahead a time may be without a word: clocks differ, and a request takes a while."""
SKEW = timedelta(hours=1)
"""How far off a sender's clock may be without a word, where it can be put right."""


class ClockFault(StrEnum):
    """What was wrong with a sender's clock, as it is noted with the event."""

    FUTURE = "future"
    """The time lay in the future; the event counts as of its arrival."""
    PAST = "past"
    """The time lay before there was tracking; the event counts as of its arrival."""
    SKEWED = "skewed"
    """The clock was off by more than an hour; the time was put right."""


def aware(moment: datetime | None) -> datetime | None:
    """Return a time in UTC, taking one without a zone as UTC; one at the edge of time, whose UTC has no year, becomes that edge."""
    if moment is None or moment.tzinfo is UTC:
        return moment
    try:
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except OverflowError:
        return LATEST if moment.year > EARLIEST.year else datetime.min.replace(tzinfo=UTC)


def corrected(original_at: datetime | None, sent_at: datetime | None, received_at: datetime) -> tuple[datetime, ClockFault | None]:
    """Return when something happened: its time by the sender's clock, put right by how far that clock was off when it was sent.

    All times are aware. Where `sent_at` is missing, the sender's clock is taken as right.
    """
    if original_at is None:
        return received_at, None
    try:
        occurred_at = received_at - (sent_at - original_at) if sent_at is not None else original_at
    except OverflowError:
        return received_at, ClockFault.PAST if sent_at and sent_at > original_at else ClockFault.FUTURE
    if occurred_at > received_at:
        return received_at, ClockFault.FUTURE if occurred_at - received_at > TOLERANCE else None
    if occurred_at < EARLIEST:
        return received_at, ClockFault.PAST
    skewed = sent_at is not None and abs(received_at - sent_at) > SKEW
    return occurred_at, ClockFault.SKEWED if skewed else None
