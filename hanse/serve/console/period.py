"""The period a page tells of: whole days up to now, chosen by `?days=`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from hanse.serve.console.session import Visit
from hanse.serve.console.texts import midnight

CHOICES = (7, 30, 90, 365)
USUAL = 30


@dataclass(frozen=True)
class Period:
    """Some whole days that end with today."""

    days: int
    since: datetime
    until: datetime
    before: datetime
    """Where a period of the same length before it begins."""
    first: date

    @property
    def dates(self) -> list[date]:
        """Return every day of it."""
        return [self.first + timedelta(days=number) for number in range(self.days)]


def of(visit: Visit) -> Period:
    """Return the period a page is asked for."""
    wanted = visit.request.query_params.get("days", "")
    days = int(wanted) if wanted in {str(each) for each in CHOICES} else USUAL
    now, zone = visit.runtime.resources.clock.now(), visit.words.zone
    first = visit.words.local(now).date() - timedelta(days=days - 1)
    since = midnight(first, zone)
    return Period(days, since, now, midnight(first - timedelta(days=days), zone), first)


def change(present: float, before: float) -> float | None:
    """Return the change as a share of what was before; null where nothing was."""
    return (present - before) / before if before else None
