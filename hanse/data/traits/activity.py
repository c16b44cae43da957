"""Traits of how active somebody is."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from hanse.base.operation import Purpose
from hanse.data.traits.declaration import Expression, trait

if TYPE_CHECKING:
    from hanse.data.traits.tables import Lake

RECENT = timedelta(days=30)
PAUSE_SECONDS = 1800
"""A longer pause ends a visit: half an hour, as web analytics count."""


@trait(purpose=Purpose.OPERATION)
def last_seen_at(lake: Lake) -> Expression:
    """When somebody last did anything."""
    habits = lake.habits
    return habits.group_by("profile_id").agg(value=habits.last_seen_at.max())


@trait(purpose=Purpose.PERSONALISATION, unit="visits")
def sessions_30_days(lake: Lake) -> Expression:
    """How often somebody visited in the last thirty days; half an hour without anything ends a visit."""
    events = lake.events
    events = events.filter(events.occurred_at > lake.now - RECENT, events.occurred_at <= lake.now)
    seconds = events.select("profile_id", second=events.occurred_at.epoch_seconds().cast("int64"))
    visits = lake.gaps(seconds, "second")
    begun = visits.filter(visits.gap.isnull() | (visits.gap > PAUSE_SECONDS))
    return begun.group_by("profile_id").agg(value=begun.count())
