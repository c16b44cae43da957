"""Clocks say the time in UTC; a fixed one moves only when told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hanse.base.clock import FixedClock, SystemClock
from tests.conftest import NOW


def test_the_machines_clock_is_aware_and_in_utc() -> None:
    before = datetime.now(UTC)
    told = SystemClock().now()
    assert before <= told <= datetime.now(UTC)
    assert told.tzinfo is UTC


def test_a_fixed_clock_stands_until_it_is_moved() -> None:
    clock = FixedClock(NOW)
    assert clock.now() == clock.now() == NOW
    clock.advance(hours=2, seconds=1)
    assert clock.now() == NOW + timedelta(hours=2, seconds=1)
