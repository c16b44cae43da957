"""Erasing people from the lake: their rows leave every file."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterator
from pathlib import Path
from uuid import UUID

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from hanse.base.config import Settings
from hanse.data.lake import datasets, files


async def forget(settings: Settings, profile_ids: Collection[UUID]) -> int:
    """Remove all rows of profiles from the lake; return how many there were.

    Call it once the transaction that deleted them from the database is committed, or a copy that runs in between brings them
    back. Each file is replaced whole: after a crash, call it again.
    """
    if not profile_ids or not settings.lake.exists():
        return 0
    async with files.lock(settings.lake):
        return await asyncio.to_thread(_forget, settings.lake, pa.array([str(profile_id) for profile_id in profile_ids]))


def _forget(lake: Path, people: pa.Array) -> int:
    """Go through all files, those that were merged into others too; what a crash left unfinished goes whole."""
    files.remove_unfinished(lake)
    return sum(_forget_in(part.path, people, datasets.SCHEMAS[dataset]) for dataset in datasets.PERSONAL for part in files.parts(lake, dataset))


def _forget_in(path: Path, people: pa.Array, schema: pa.Schema) -> int:
    with pq.ParquetFile(path) as file:
        found = sum(_count(file.read_row_group(index, ["profile_id"]), people) for index in range(file.num_row_groups))
        if found:
            with files.Writing(path, schema) as writing:
                for table in _others(file, people):
                    writing.add(table)
    return found


def _count(table: pa.Table, people: pa.Array) -> int:
    return int(pc.sum(pc.is_in(table["profile_id"], people)).as_py() or 0)


def _others(file: pq.ParquetFile, people: pa.Array) -> Iterator[pa.Table]:
    for index in range(file.num_row_groups):
        table = file.read_row_group(index)
        yield table.filter(pc.invert(pc.is_in(table["profile_id"], people)))
