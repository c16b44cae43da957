"""Merging the many small files of a finished day into one, so that reading stays fast. Copying calls this at its end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import groupby
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from hanse.data.lake import datasets, files

ROWS = 100_000
"""Rows read and written at once."""


def merge_days(lake: Path, *, before: date) -> int:
    """Merge the files of each day before a date; return how many days had more than one."""
    merged = 0
    for dataset, schema in datasets.APPENDED.items():
        found = files.counting(files.parts(lake, dataset))
        for day, of_day in groupby(found, key=lambda part: part.day):
            parts = list(of_day)
            if day < before and len(parts) > 1:
                _merge(parts, schema)
                merged += 1
    return merged


def _merge(parts: Sequence[files.Part], schema: pa.Schema) -> None:
    """Write the one file; the many count no longer from then on and are removed when nobody reads them any more."""
    path = parts[0].path.with_name(f"{parts[0].first}-{parts[-1].last}.parquet")
    with files.Writing(path, schema) as writing:
        for table in _tables([part.path for part in parts], schema):
            writing.add(table)


def _tables(paths: Sequence[Path], schema: pa.Schema) -> Iterator[pa.Table]:
    batches: list[pa.RecordBatch] = []
    for path in paths:
        with pq.ParquetFile(path) as file:
            for batch in file.iter_batches(ROWS):
                batches.append(batch)
                if sum(each.num_rows for each in batches) >= ROWS:
                    yield pa.Table.from_batches(batches, schema)
                    batches = []
    if batches:
        yield pa.Table.from_batches(batches, schema)
