"""Bringing the lake up to date: what has been added to log and decisions since the last time, and the catalog where it changed.

Sequence numbers become visible out of order: a transaction takes number 7, a later one takes 8 and is committed first. So a
copy reads how far the numbers have been given out, waits until everybody who was writing then has ended, and copies up to there.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pyarrow as pa
import structlog
from psycopg.rows import tuple_row

from hanse.base.context import Context
from hanse.base.database import Connection, Queries
from hanse.data.lake import compaction, datasets, files, records, snapshots

queries = Queries(__package__)

REFRESH_LOCK = 4_842_027
"""Key of the advisory lock under which the lake moves on; who holds it, such as a backup, has lake and database agree."""
WAIT_SECONDS = 5.0
"""How long to wait for those who are writing; an import may take longer, then the next time copies it."""
POLL_SECONDS = 0.05
STEP = 100_000
"""Rows in one file at most, and held in memory at once."""
STEP_BYTES = 64_000_000
"""Bytes of them at most."""
BATCH = 5_000
"""Rows fetched and converted at once."""


@dataclass(frozen=True)
class Stream:
    """A table that grows, and the datasets made of it."""

    name: str
    datasets: tuple[str, ...]
    arrived: str
    """Column of the day under which rows are filed."""
    convert: Callable[[records.Rows, str], dict[str, pa.Table]]


STREAMS = (Stream("log", ("events", "order_lines"), "received_at", records.log), Stream("decisions", ("decisions",), "decided_at", records.decisions))


async def refresh(context: Context, *, wait_seconds: float = WAIT_SECONDS) -> dict[str, int]:
    """Bring the lake up to date; return how many rows were copied into each dataset.

    Works in short transactions of its own, so that a crash loses no more than one step. Where somebody keeps writing for longer
    than `wait_seconds`, log and decisions are left for the next time, with a note.
    """
    lake = context.settings.lake
    copied = dict.fromkeys(datasets.SCHEMAS, 0)
    async with _refresh_lock(context), files.lock(lake):
        await asyncio.to_thread(files.tidy, lake, context.clock.now())
        numbers = await _settled(context, wait_seconds)
        for stream in STREAMS if numbers else ():
            await _append(context, stream, numbers[stream.name], copied)
        copied |= await snapshots.refresh(context)
        await asyncio.to_thread(compaction.merge_days, lake, before=context.clock.now().date())
    return copied


@asynccontextmanager
async def _refresh_lock(context: Context) -> AsyncIterator[None]:
    """Hold the lock on copying; waiting for it holds no connection, so that those who have it find one in the pool."""
    while True:
        async with context.resources.pool.connection() as connection:
            row = await (await connection.execute(queries["try_lock"], {"key": REFRESH_LOCK})).fetchone()
            if row and row["locked"]:
                yield
                return
        await asyncio.sleep(POLL_SECONDS)


async def _settled(context: Context, wait_seconds: float) -> dict[str, int]:
    """Return up to which number each stream is complete; nothing where somebody is still writing.

    Reads the numbers first and the transactions after them: whoever took one of these numbers is among these transactions. It
    writes nothing itself, or it would wait for itself.
    """
    async with context.resources.pool.connection() as connection:
        numbers = await (await connection.execute(queries["last_numbers"])).fetchone()
        begun = await _number(connection, "next_transaction")
        for _ in range(1 + round(wait_seconds / POLL_SECONDS)):
            if await _number(connection, "oldest_transaction") >= begun:
                return numbers or {}
            await asyncio.sleep(POLL_SECONDS)
    structlog.get_logger().info("somebody is still writing; the lake copies log and decisions next time", waited_seconds=wait_seconds)
    await context.progress(0.5, "somebody is still writing; log and decisions are copied next time")
    return {}


async def _append(context: Context, stream: Stream, until: int, copied: dict[str, int]) -> None:
    start = after = await _resume(context, stream)
    while after < until:
        tables, reached = await _read(context, stream, after, min(until, after + STEP))
        await asyncio.to_thread(_write, context, stream, tables, after + 1, reached)
        await _note(context, {dataset: table.num_rows for dataset, table in tables.items()}, reached, appended=True)
        for dataset, table in tables.items():
            copied[dataset] += table.num_rows
        after = reached
        await context.progress((after - start) / (until - start) * 0.9, f"copying {stream.name}: {after - start} of {until - start}")


async def _resume(context: Context, stream: Stream) -> int:
    """Return the number up to which all datasets of a stream are there, after clearing what lies beyond."""
    lake = context.settings.lake
    async with context.resources.pool.connection() as connection:
        rows = await (await connection.execute(queries["positions"])).fetchall()
    noted: dict[str, int] = {row["dataset"]: row["sequence"] for row in rows}
    position = min(noted.get(dataset, 0) for dataset in stream.datasets)
    while (lower := min([files.resume(lake, dataset, position) for dataset in stream.datasets])) < position:
        position = lower
    if any(noted.get(dataset, 0) != position for dataset in stream.datasets):
        left = {dataset: files.count(files.paths(lake, dataset)) for dataset in stream.datasets}
        await _note(context, left, position, appended=False)
    return position


async def _read(context: Context, stream: Stream, after: int, until: int) -> tuple[dict[str, pa.Table], int]:
    """Read rows behind `after` up to `until`, or fewer where they are large; return them and how far it went."""
    read = {dataset: [datasets.SCHEMAS[dataset].empty_table()] for dataset in stream.datasets}
    size = 0
    async with context.resources.pool.connection() as connection, connection.cursor("lake", row_factory=tuple_row) as cursor:
        await cursor.execute(queries[stream.name], {"after": after, "until": until}, binary=True)
        rows = await cursor.fetchmany(BATCH)
        while rows and size < STEP_BYTES:
            last = rows[-1][1]
            conversion = asyncio.to_thread(stream.convert, rows, context.settings.currency)
            converted, rows = await asyncio.gather(conversion, cursor.fetchmany(BATCH))
            for dataset, table in converted.items():
                read[dataset].append(table)
                size += table.nbytes
        if rows:
            until = last
    return {dataset: pa.concat_tables(tables) for dataset, tables in read.items()}, until


def _write(context: Context, stream: Stream, tables: dict[str, pa.Table], first: int, last: int) -> None:
    for dataset, table in tables.items():
        files.add(context.settings.lake, dataset, table, arrived=stream.arrived, first=first, last=last)


async def _note(context: Context, rows: dict[str, int], sequence: int, *, appended: bool) -> None:
    async with context.resources.pool.connection() as connection:
        for dataset, count in rows.items():
            facts = {"dataset": dataset, "sequence": sequence, "rows": count, "now": context.clock.now(), "appended": appended}
            await connection.execute(queries["put_position"], facts)


async def _number(connection: Connection, query: str) -> int:
    row = await (await connection.execute(queries[query])).fetchone()
    return int(row["number"]) if row else 0
