"""The files of the lake: where they lie, which of them count, and how they get there whole or not at all.

    <home>/lake/events/day=2026-06-15/1-100000.parquet      numbers 1 to 100000, as far as they arrived on that day
    <home>/lake/products/whole.parquet                      written anew when it has changed

Days are those of *arrival* in UTC, not of what happened: so every copy adds one file for each day it touches, and an import of
years of history is a few large files instead of thousands of tiny ones.

A file is written under another name and renamed; after that the position is committed. A crash in between leaves files beyond
the position, which the next copy removes (`resume`), so that no row is doubled or lost. Files of a finished day are merged
(`compaction`); a file whose numbers another file of its day covers has been merged and counts no longer.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from pathlib import Path
from types import TracebackType
from typing import Self

import filelock
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from hanse.data.lake import datasets

UNFINISHED = ".unfinished"
MERGED_STAY = timedelta(hours=1)
"""How long files that were merged stay for those who are reading them."""


@dataclass(frozen=True)
class Part:
    """One file of a dataset that grows."""

    path: Path
    first: int
    last: int

    @property
    def day(self) -> date:
        """Return the day on which its rows arrived."""
        return date.fromisoformat(self.path.parent.name.removeprefix("day="))

    def covers(self, other: Part) -> bool:
        """Return whether another file was merged into this one."""
        return self != other and self.day == other.day and self.first <= other.first and other.last <= self.last


def lock(lake: Path) -> filelock.AsyncFileLock:
    """Return the lock of who changes files: one copy or erasure at a time, in any process."""
    lake.mkdir(parents=True, exist_ok=True)
    return filelock.AsyncFileLock(lake / "lake.lock")


def paths(lake: Path, dataset: str) -> list[Path]:
    """Return the files that make up a dataset at this moment."""
    if dataset in datasets.WHOLE:
        return [path for path in [whole(lake, dataset)] if path.exists()]
    return [part.path for part in counting(parts(lake, dataset))]


def whole(lake: Path, dataset: str) -> Path:
    """Return the file of a dataset that is written anew when it has changed."""
    return lake / dataset / "whole.parquet"


def parts(lake: Path, dataset: str) -> list[Part]:
    """Return all files of a dataset that grows, by day and number."""
    found = [_part(path) for path in (lake / dataset).glob("day=*/*.parquet")]
    return sorted(found, key=lambda part: (part.day, part.first, -part.last))


def counting(found: Iterable[Part]) -> list[Part]:
    """Leave out the files that were merged into others; the files come, and go, by day and number."""
    kept = []
    for _, of_day in groupby(found, key=lambda part: part.day):
        last = -1
        for part in of_day:
            if part.last > last:
                kept.append(part)
                last = part.last
    return kept


def resume(lake: Path, dataset: str, position: int) -> int:
    """Remove the files beyond a position; return from where to copy.

    That is the position, unless a merged file reaches beyond it, or the whole dataset is missing: as after a backup of the
    database was restored, or the folder deleted. Then it is copied again from there.
    """
    if not (lake / dataset).exists():
        position = 0
    (lake / dataset).mkdir(parents=True, exist_ok=True)
    found = parts(lake, dataset)
    while beyond := [part for part in found if part.last > position]:
        position = min([position, *(part.first - 1 for part in beyond)])
        found = [part for part in found if part not in beyond]
        for part in beyond:
            part.path.unlink()
    return position


def count(found: Iterable[Path]) -> int:
    """Return how many rows files have."""
    return sum(pq.read_metadata(path).num_rows for path in found)


def add(lake: Path, dataset: str, table: pa.Table, *, arrived: str, first: int, last: int) -> None:
    """Write rows with the numbers `first` to `last` by the day in their column `arrived`."""
    days = pc.cast(table[arrived], pa.date32())
    for day in pc.unique(days).to_pylist():
        with Writing(lake / dataset / f"day={day}" / f"{first}-{last}.parquet", table.schema) as writing:
            writing.add(table.filter(pc.equal(days, day)))


class Writing:
    """A file in the making, table by table; leaving puts it into its place, an error leaves nothing there."""

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        """Begin under another name."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self.rows = 0
        self._path = path
        self._unfinished = path.with_suffix(UNFINISHED)
        self._writer = pq.ParquetWriter(self._unfinished, schema, compression="zstd")

    def add(self, table: pa.Table) -> None:
        """Write rows."""
        if table.num_rows:
            self._writer.write_table(table)
        self.rows += table.num_rows

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Rename the file once it is on the disk for good, or remove it after an error."""
        self._writer.close()
        if kind is not None:
            self._unfinished.unlink()
            return
        _to_disk(self._unfinished)
        self._unfinished.replace(self._path)
        _to_disk(self._path.parent)


def tidy(lake: Path, now: datetime) -> None:
    """Remove what a crash left unfinished, and files that were merged a while ago."""
    remove_unfinished(lake)
    for dataset in datasets.APPENDED:
        found = parts(lake, dataset)
        old = [part for part in counting(found) if part.path.stat().st_mtime < (now - MERGED_STAY).timestamp()]
        for part in found:
            if any(merged.covers(part) for merged in old):
                part.path.unlink()


def remove_unfinished(lake: Path) -> None:
    """Remove what a crash left unfinished; only who holds the lock may."""
    for path in lake.glob(f"**/*{UNFINISHED}"):
        path.unlink()


def _part(path: Path) -> Part:
    first, _, last = path.stem.partition("-")
    return Part(path, int(first), int(last))


def _to_disk(path: Path) -> None:
    """Have the machine write a file, or the names in a folder, for good: the position is committed after that."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
