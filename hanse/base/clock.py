"""Time as an argument: code asks its context for the time, so that tests and the sample shop can set it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Whatever can say what time it is, aware and in UTC."""

    def now(self) -> datetime:
        """Return the present moment."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Return the present moment, aware and in UTC."""
        return datetime.now(UTC)


class FixedClock:
    """A clock that stands still until it is moved; for tests and simulations."""

    def __init__(self, moment: datetime) -> None:
        """Stand at an aware moment."""
        self.moment = moment

    def now(self) -> datetime:
        """Return the moment it stands at."""
        return self.moment

    def advance(self, **duration: float) -> None:
        """Move on by a duration, in the words of `timedelta`: `clock.advance(hours=2)`."""
        self.moment += timedelta(**duration)
