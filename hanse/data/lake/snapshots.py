"""The catalog in the lake: written whole when it has changed, known by a mark in the file. Copying calls this."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pyarrow.parquet as pq
from psycopg.rows import tuple_row

from hanse.base.context import Context
from hanse.base.database import Queries
from hanse.data.lake import datasets, files, records

queries = Queries(__package__)

BATCH = 5_000
MARK = b"hanse.mark"


async def refresh(context: Context) -> dict[str, int]:
    """Write those parts of the catalog that have changed; return how many rows each has now, 0 where it did not change."""
    return {dataset: await _refresh(context, dataset) for dataset in datasets.WHOLE}


async def _refresh(context: Context, dataset: str) -> int:
    """Write one part; the mark is read before the rows, so that a change in between is found the next time."""
    language = context.settings.language
    async with context.resources.pool.connection() as connection:
        row = await (await connection.execute(queries[f"{dataset}_mark"])).fetchone()
        mark = f"{language}:{row['mark'] if row else ''}".encode()
        path = files.whole(context.settings.lake, dataset)
        if await asyncio.to_thread(_mark, path) == mark:
            return 0
        schema = datasets.WHOLE[dataset].with_metadata({MARK: mark})
        with files.Writing(path, schema) as writing:
            async with connection.cursor("lake", row_factory=tuple_row) as cursor:
                await cursor.execute(queries[dataset], {"language": language}, binary=True)
                while rows := await cursor.fetchmany(BATCH):
                    await asyncio.to_thread(writing.add, records.table(rows, schema))
        facts = {"dataset": dataset, "sequence": 0, "rows": writing.rows, "now": context.clock.now(), "appended": False}
        await connection.execute(queries["put_position"], facts)
        return writing.rows


def _mark(path: Path) -> bytes | None:
    if not path.exists():
        return None
    return (pq.read_metadata(path).metadata or {}).get(MARK)
