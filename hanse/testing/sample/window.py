"""The 24 months of the sample shop: days, months and weekdays of its local time, and moments in them.

Plans count days from the first local midnight (a float); events carry seconds since the epoch.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from hanse.testing.sample import vocabulary
from hanse.testing.sample.chance import Urn

DAYS = 730
ZONE = ZoneInfo("Europe/Berlin")

WORKSHOP_HOURS = Urn(range(24), [0, 0, 0, 0, 0, 1, 6, 12, 12, 11, 10, 8, 5, 7, 8, 7, 5, 3, 2, 1, 1, 1, 0, 0])
PRIVATE_HOURS = Urn(range(24), [1, 0.4, 0.2, 0.1, 0.1, 0.3, 1, 2, 3, 3, 3, 3, 4, 3.5, 3, 3, 4, 6, 8, 11, 13, 12, 8, 4])
WORKSHOP_WEEK = (1.15, 1.1, 1.05, 1.0, 0.8, 0.12, 0.06)
PRIVATE_WEEK = (0.85, 0.85, 0.85, 0.9, 0.9, 1.25, 1.4)


class Window:
    """The time from 24 months before a moment until that moment."""

    def __init__(self, until: datetime) -> None:
        """Lay out the local days that lead up to an aware moment."""
        self.until = until.astimezone(UTC)
        self.since = self.until - timedelta(days=DAYS)
        self.first_second, self.last_second = self.since.timestamp(), self.until.timestamp()
        first = self.since.astimezone(ZONE).replace(hour=0, minute=0, second=0, microsecond=0)
        dates = [(first + timedelta(days=number)) for number in range(DAYS + 2)]
        self._midnights = [date.timestamp() for date in dates]
        self.months = [date.month - 1 for date in dates]
        self.weekdays = [date.weekday() for date in dates]
        self.first_day = self.day(self.first_second)
        self.last_day = self.day(self.last_second)
        self._campaigns = [_campaign_of(date) for date in dates]

    def day(self, second: float) -> float:
        """Return the day, with fraction, that a moment lies on."""
        return (second - self._midnights[0]) / 86400

    def second(self, day: float) -> float:
        """Return the moment of a day with fraction, which may lie outside the window."""
        return self._midnights[0] + day * 86400

    def datetime(self, second: float) -> datetime:
        """Return a moment, to the millisecond, as logs write it."""
        return datetime.fromtimestamp(round(second, 3), UTC)

    def visit_second(self, day: float, rng: Random, *, workshop: bool) -> float:
        """Draw the moment of a visit on a day or soon after, when such people have time."""
        number, week = min(max(int(day), 0), DAYS), WORKSHOP_WEEK if workshop else PRIVATE_WEEK
        while number < DAYS and rng.random() * 1.4 > week[self.weekdays[number]]:
            number = min(number + rng.randrange(1, 5), DAYS)
        hour = (WORKSHOP_HOURS if workshop else PRIVATE_HOURS).draw(rng)
        return self._midnights[number] + (hour + rng.random()) * 3600

    def season(self, family: str, day: float) -> float:
        """Return the factor of a family's season on a day."""
        return SEASON_OF[family][self.months[min(max(int(day), 0), DAYS)]]

    def campaign(self, day: float) -> vocabulary.Campaign | None:
        """Return the campaign that runs on a day."""
        return self._campaigns[min(max(int(day), 0), DAYS)]


SEASON_OF = {key: vocabulary.seasons()[family.season] for key, family in vocabulary.families().items()}


def _campaign_of(date: datetime) -> vocabulary.Campaign | None:
    for campaign in vocabulary.campaigns():
        month, day = (int(part) for part in campaign.first_day.split("-"))
        elapsed = (date - date.replace(month=month, day=day)).days
        if 0 <= elapsed < campaign.days:
            return campaign
    return None
