"""Ids carry their moment and sort by it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hanse.base import ids
from tests.conftest import NOW


def test_an_id_carries_its_moment_to_the_millisecond() -> None:
    moment = NOW + timedelta(milliseconds=123)
    made = ids.new(moment)
    assert ids.moment(made) == moment
    assert made.version == 7


def test_ids_of_later_moments_sort_after_earlier_ones() -> None:
    made = [ids.new(NOW + timedelta(milliseconds=step)) for step in range(200)]
    assert made == sorted(made)
    assert len(set(made)) == 200


def test_ids_of_the_same_moment_differ() -> None:
    assert len({ids.new(NOW) for _ in range(1000)}) == 1000


def test_an_id_of_no_given_moment_is_of_now() -> None:
    before = datetime.now(UTC) - timedelta(milliseconds=1)
    assert before <= ids.moment(ids.new()) <= datetime.now(UTC)
