"""Making a batch, page by page: each is answered, logged and written in one transaction, which also notes how far it is.

Whoever is killed leaves a batch that is running; the next one with the same wishes takes it up after the last page that is noted. Files
lie in a folder that says that it is unfinished, and rows belong to a batch that is not done, until all of it is there.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, NamedTuple
from uuid import UUID

import msgspec

from hanse.base import database, ids, tasks
from hanse.base.context import Context
from hanse.base.database import Queries
from hanse.capabilities.recommend.batch import engines, recipients, writing
from hanse.capabilities.recommend.batch.answering import Made
from hanse.capabilities.recommend.batch.engines import Begun, Engine
from hanse.capabilities.recommend.batch.recipients import Page
from hanse.capabilities.recommend.batch.schemas import Batch, Wanted
from hanse.data.decisions import store as decisions

queries = Queries(__package__)
LOCK = 4_842_031
"""Key of the advisory lock under which batches are made."""
WAIT_SECONDS = 1.0
KEEP_DAYS = 30
"""After so many days a batch is deleted: whoever still wants to send a mail wants a newer one."""


@dataclass
class _Batch:
    """A batch that runs, as far as it is."""

    batch_id: UUID
    wanted: Wanted
    expected: int
    after_id: UUID | None = None
    parts: int = 0
    recipients: int = 0
    months: set[tuple[int, int]] = field(default_factory=set)


class _Ahead(NamedTuple):
    """A page that is read, as far as it is answered."""

    page: Page
    begun: Begun


async def run(context: Context, wanted: Wanted, *, page: int | None = None) -> Batch:
    """Make a batch, or go on with one of the same wishes that was broken off; waits while another process makes one.

    `page` is how many profiles are read, answered and written at once; without it as many as the engine likes.
    """
    async with _alone(context):
        await _tidy(context)
        batch = await _taken_up(context, wanted) or await _begun(context, wanted)
        await _answer_all(context, batch, page)
        return await _finished(context, batch)


async def _answer_all(context: Context, batch: _Batch, page: int | None) -> None:
    wanted = batch.wanted
    async with engines.chosen(context, wanted, batch.after_id) as engine:
        size = page or engine.page
        ahead = asyncio.create_task(_ahead(context, wanted, engine, batch.after_id, size))
        try:
            while (found := await ahead) is not None:
                ahead = asyncio.create_task(_ahead(context, wanted, engine, found.page.after_id, size))  # while these are answered
                await _answer(context, batch, engine, found)
                await context.progress(min(batch.recipients / max(batch.expected, 1), 0.99), "answering recipients")
        finally:
            await tasks.end(ahead)


def entry(row: dict[str, Any]) -> Batch:
    """Return a row of the table of batches as people see it."""
    is_folder = row["destination"] == "parquet" and row["state"] == "done"
    return msgspec.convert({**row, "folder": f"batches/{row['batch_id']}" if is_folder else None}, Batch)


async def _ahead(context: Context, wanted: Wanted, engine: Engine, after_id: UUID | None, size: int) -> _Ahead | None:
    """Read the next page and begin with it; null where nobody is left."""
    async with Context(context.resources, context.caller) as inner:
        page = await recipients.read(inner, wanted, after_id, size)
    return _Ahead(page, await engines.begin(engine, context, page.recipients)) if page else None


async def _answer(context: Context, batch: _Batch, engine: Engine, ahead: _Ahead) -> None:
    """Answer a page, and write and log that."""
    locked = writing.lock(context.settings) if batch.wanted.to == "parquet" else nullcontext()
    async with locked, Context(context.resources, context.caller, language=context.language) as inner:
        made = await _still_there(inner, await engines.finish(engine, inner, ahead.begun))
        await _write(inner, batch, made, ahead.page)
        await decisions.append(await inner.connection(), [each.record for each in made], batch.months)
    batch.after_id, batch.parts, batch.recipients = ahead.page.after_id, batch.parts + 1, batch.recipients + len(made)


async def _still_there(context: Context, made: Sequence[Made]) -> list[Made]:
    """Leave out who was erased meanwhile; the others are not erased before what is written of them can be found."""
    wanted = {"profile_ids": [each.profile_id for each in made]}
    rows = await (await (await context.connection()).execute(queries["hold"], wanted)).fetchall()
    there = {row["profile_id"] for row in rows}
    return [each for each in made if each.profile_id in there]


async def _write(context: Context, batch: _Batch, made: Sequence[Made], page: Page) -> None:
    connection, rows = await context.connection(), [row for each in made for row in each.rows]
    if batch.wanted.to == "parquet":
        await writing.to_file(context.settings, batch.batch_id, batch.parts + 1, rows)
    else:
        await writing.to_table(connection, batch.batch_id, rows)
    facts = {
        "batch_id": batch.batch_id,
        "after_id": page.after_id,
        "recipients": len(made),
        "personal": sum(each.is_personal for each in made),
        "held_out": sum(each.is_held_out for each in made),
        "rows": len(rows),
    }
    await connection.execute(queries["advance"], facts)


async def _begun(context: Context, wanted: Wanted) -> _Batch:
    async with Context(context.resources, context.caller) as inner:
        connection, now = await inner.connection(), inner.clock.now()
        batch = _Batch(ids.new(now), wanted, await recipients.count(connection, wanted))
        facts = {"batch_id": batch.batch_id, "destination": wanted.to, "request": database.jsonb(wanted), "expected": batch.expected, "now": now}
        await connection.execute(queries["begin"], facts)
    if wanted.to == "parquet":
        writing.take_up(context.settings, batch.batch_id, 0)
    return batch


async def _taken_up(context: Context, wanted: Wanted) -> _Batch | None:
    """Return the batch that was broken off where it has the same wishes and all its parts; any other is given up."""
    async with Context(context.resources, context.caller) as inner:
        connection = await inner.connection()
        row = await (await connection.execute(queries["running"])).fetchone()
        if row is None:
            return None
        same = msgspec.convert(row["request"], Wanted) == wanted
        if same and (wanted.to == "table" or writing.take_up(context.settings, row["batch_id"], row["parts"])):
            return _Batch(row["batch_id"], wanted, row["expected"], row["after_id"], row["parts"], row["recipients"])
        await _give_up(inner, row)
    await asyncio.to_thread(writing.remove, context.settings, row["batch_id"])
    return None


async def _give_up(context: Context, row: dict[str, Any]) -> None:
    """Delete what was answered for a batch that nobody will ever see, from the log, too; its files go once this is committed."""
    connection, facts = await context.connection(), {"batch_id": row["batch_id"], "began_at": row["began_at"]}
    for decision_ids in ([], *writing.decisions(context.settings, row["batch_id"])):
        await connection.execute(queries["forget_decisions"], {**facts, "decision_ids": decision_ids})
    await connection.execute(queries["delete_rows"], {"batch_ids": [row["batch_id"]]})
    await connection.execute(queries["abandon"], {"batch_id": row["batch_id"], "now": context.clock.now()})


async def _finished(context: Context, batch: _Batch) -> Batch:
    if batch.wanted.to == "parquet":
        async with writing.lock(context.settings):
            await asyncio.to_thread(writing.finish, context.settings, batch.batch_id)
    async with Context(context.resources, context.caller) as inner:
        facts = {"batch_id": batch.batch_id, "now": inner.clock.now()}
        row = await (await (await inner.connection()).execute(queries["finish"], facts)).fetchone()
    return entry(row or {})


@asynccontextmanager
async def _alone(context: Context) -> AsyncIterator[None]:
    """Hold the lock on making batches, or wait for it; waiting holds no connection, and whoever dies leaves it."""
    while True:
        async with Context(context.resources, context.caller) as inner:
            row = await (await (await inner.connection()).execute(queries["try_lock"], {"key": LOCK})).fetchone()
            if row and row["locked"]:
                yield
                return
        await asyncio.sleep(WAIT_SECONDS)


async def _tidy(context: Context) -> None:
    """Delete batches that were kept long enough."""
    async with Context(context.resources, context.caller) as inner:
        connection = await inner.connection()
        rows = await (await connection.execute(queries["old"], {"before": inner.clock.now() - timedelta(days=KEEP_DAYS)})).fetchall()
        old = [row["batch_id"] for row in rows]
        for batch_id in old:
            await asyncio.to_thread(writing.remove, context.settings, batch_id)
        await connection.execute(queries["delete_rows"], {"batch_ids": old})
        await connection.execute(queries["delete"], {"batch_ids": old})
