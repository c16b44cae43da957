"""Which files count, and how the many of a day become one."""

from __future__ import annotations

import os
from datetime import date, timedelta
from pathlib import Path

import pytest

from hanse.data.lake import compaction, datasets, files, records, sessions
from tests.conftest import NOW
from tests.data.lake.conftest import values

TODAY = NOW.date()


def add(lake: Path, first: int, last: int, day: date = TODAY) -> None:
    """Write a file with one row for each number."""
    at = NOW.replace(year=day.year, month=day.month, day=day.day)
    rows = [(f"e{number}", number, "track", "X", None, None, "shop", at, at, None, "{}", None, None, None) for number in range(first, last + 1)]
    files.add(lake, "events", records.table(rows, datasets.EVENTS), arrived="received_at", first=first, last=last)


def names(lake: Path) -> list[str]:
    return [f"{part.day}/{part.first}-{part.last}" for part in files.counting(files.parts(lake, "events"))]


def numbers(lake: Path) -> list[int]:
    table = sessions._open(lake, sessions._duckdb)
    with table:
        found: list[int] = table.tables.events.order_by("sequence").to_pyarrow()["sequence"].to_pylist()
    return found


def test_finished_days_become_one_file_each(tmp_path: Path) -> None:
    yesterday = TODAY - timedelta(days=1)
    for first in (1, 4, 7):
        add(tmp_path, first, first + 2, yesterday)
    for first in (10, 13):
        add(tmp_path, first, first + 2)
    assert compaction.merge_days(tmp_path, before=TODAY) == 1
    assert names(tmp_path) == ["2026-06-14/1-9", "2026-06-15/10-12", "2026-06-15/13-15"]
    assert numbers(tmp_path) == list(range(1, 16))
    assert compaction.merge_days(tmp_path, before=TODAY) == 0


def test_rows_that_arrive_late_on_a_merged_day_are_merged_too(tmp_path: Path) -> None:
    for first in (1, 4):
        add(tmp_path, first, first + 2)
    compaction.merge_days(tmp_path, before=TODAY + timedelta(days=1))
    add(tmp_path, 7, 9)
    compaction.merge_days(tmp_path, before=TODAY + timedelta(days=1))
    assert names(tmp_path) == ["2026-06-15/1-9"]
    assert numbers(tmp_path) == list(range(1, 10))


def test_merged_files_stay_an_hour_for_those_who_read_them(tmp_path: Path) -> None:
    for first in (1, 4):
        add(tmp_path, first, first + 2)
    compaction.merge_days(tmp_path, before=TODAY + timedelta(days=1))
    merged = tmp_path / "events" / "day=2026-06-15" / "1-6.parquet"
    os.utime(merged, (NOW.timestamp(), NOW.timestamp()))
    files.tidy(tmp_path, NOW + timedelta(minutes=59))
    assert len(values(tmp_path)) == 12
    files.tidy(tmp_path, NOW + timedelta(minutes=61))
    assert len(values(tmp_path)) == 6
    assert numbers(tmp_path) == list(range(1, 7))


@pytest.mark.parametrize(
    ("position", "resumed", "left"),
    [
        (20, 20, ["2026-06-14/1-9", "2026-06-15/10-12", "2026-06-15/13-15"]),
        (15, 15, ["2026-06-14/1-9", "2026-06-15/10-12", "2026-06-15/13-15"]),
        (12, 12, ["2026-06-14/1-9", "2026-06-15/10-12"]),
        (11, 9, ["2026-06-14/1-9"]),
        (5, 0, []),
    ],
)
def test_files_beyond_the_position_are_copied_again(tmp_path: Path, position: int, resumed: int, left: list[str]) -> None:
    add(tmp_path, 1, 9, TODAY - timedelta(days=1))
    for first in (10, 13):
        add(tmp_path, first, first + 2)
    assert files.resume(tmp_path, "events", position) == resumed
    assert names(tmp_path) == left


def test_an_error_leaves_no_file(tmp_path: Path) -> None:
    path = tmp_path / "events" / "day=2026-06-15" / "1-2.parquet"
    with pytest.raises(SystemError), files.Writing(path, datasets.EVENTS):
        raise SystemError
    assert list(path.parent.iterdir()) == []
