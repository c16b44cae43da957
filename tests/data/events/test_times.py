"""When something happened, by a clock that can be believed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from hanse.data.events import times
from hanse.data.events.times import ClockFault

NOW = datetime(2026, 6, 15, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


def test_a_clock_that_is_off_is_put_right_by_the_time_of_sending() -> None:
    wrong = NOW - 10 * DAY
    assert times.corrected(wrong, wrong + 5 * MINUTE, NOW) == (NOW - 5 * MINUTE, ClockFault.SKEWED)


def test_a_clock_that_is_right_is_left_alone() -> None:
    assert times.corrected(NOW - 3 * MINUTE, NOW, NOW) == (NOW - 3 * MINUTE, None)


def test_without_a_time_of_sending_the_clock_is_taken_as_right() -> None:
    assert times.corrected(NOW - 100 * DAY, None, NOW) == (NOW - 100 * DAY, None)


def test_without_any_time_it_happened_when_it_arrived() -> None:
    assert times.corrected(None, NOW - DAY, NOW) == (NOW, None)


def test_a_little_ahead_is_clamped_without_a_word() -> None:
    assert times.corrected(NOW + timedelta(seconds=2), None, NOW) == (NOW, None)


@pytest.mark.parametrize(
    ("original", "sent"), [(NOW + DAY, None), (NOW, NOW - DAY), (times.LATEST, None), (times.LATEST, datetime.min.replace(tzinfo=UTC))]
)
def test_the_future_is_clamped_and_marked(original: datetime, sent: datetime | None) -> None:
    assert times.corrected(original, sent, NOW) == (NOW, ClockFault.FUTURE)


@pytest.mark.parametrize("original", [datetime(1970, 1, 1, tzinfo=UTC), datetime.min.replace(tzinfo=UTC)])
@pytest.mark.parametrize("sent", [None, NOW, times.LATEST])
def test_a_time_before_there_was_tracking_is_clamped_and_marked(original: datetime, sent: datetime | None) -> None:
    assert times.corrected(original, sent, NOW) == (NOW, ClockFault.PAST)


def test_a_clock_that_was_never_set_is_put_right_where_it_was_sent_with_it() -> None:
    never_set = datetime(1970, 1, 1, 0, 5, tzinfo=UTC)
    assert times.corrected(never_set, never_set + MINUTE, NOW) == (NOW - MINUTE, ClockFault.SKEWED)


@pytest.mark.parametrize("hours", [-12, 12])
def test_the_edges_of_time_do_not_overflow(hours: int) -> None:
    zone = timezone(timedelta(hours=hours))
    for edge in (datetime.min.replace(tzinfo=zone), datetime.max.replace(tzinfo=zone)):
        moment = times.aware(edge)
        assert moment is not None
        assert moment.tzinfo is UTC
        assert abs(moment.year - edge.year) <= 1


def test_a_time_without_a_zone_is_utc() -> None:
    assert times.aware(datetime(2026, 6, 15, 12, 0)) == NOW  # noqa: DTZ001  # that is the point
