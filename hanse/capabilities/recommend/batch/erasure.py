"""Erasing people from batches: their rows leave the table and every file, also of batches that are still made."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from hanse.base.context import Context
from hanse.base.database import Queries
from hanse.base.erasing import Erased, eraser
from hanse.capabilities.recommend.batch import writing
from hanse.data.lake import files as lake_files

queries = Queries(__package__)


@eraser()
async def rows(person: Erased, context: Context) -> dict[str, int]:
    """Erase a person from the table."""
    cursor = await (await context.connection()).execute(queries["erase"], {"profile_ids": list(person.profile_ids)})
    return {writing.TABLE: cursor.rowcount}


@eraser(outside=True)
async def files(person: Erased, context: Context) -> dict[str, int]:
    """Erase a person from the files."""
    home = writing.folder(context.settings)
    if not home.exists():
        return {}
    async with writing.lock(context.settings):
        return {"batch_files": await asyncio.to_thread(_forget, home, pa.array([str(each) for each in person.profile_ids], pa.string()))}


def _forget(home: Path, people: pa.Array) -> int:
    """Go through all files; what a crash left unfinished goes whole, as whoever holds the lock writes none."""
    for path in home.glob(f"*/*{lake_files.UNFINISHED}"):
        path.unlink()
    return sum(_forget_in(path, people) for path in sorted(home.glob("*/*.parquet")))


def _forget_in(path: Path, people: pa.Array) -> int:
    with pq.ParquetFile(path) as file:
        table = file.read()
    gone = pc.is_in(table["profile_id"], people)
    found = int(pc.sum(gone).as_py() or 0)
    if found:
        with lake_files.Writing(path, writing.SCHEMA) as fresh:
            fresh.add(table.filter(pc.invert(gone)))
    return found
