"""The record of what language models were asked and said, masked; kept for some days, searched and judged by people."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import msgspec

from hanse.ai.language import budgets, endings
from hanse.ai.language.errors import UnknownCall
from hanse.ai.language.models import queries
from hanse.ai.language.schemas import AskCalls, Call, Judge, WholeCall
from hanse.base import database
from hanse.base.context import Context
from hanse.base.database import Connection

LONGEST_TEXT = 200_000


@asynccontextmanager
async def apart(context: Context) -> AsyncIterator[Connection]:
    """Give a connection with a transaction of its own: what a call has cost stays, whatever becomes of the request that made it.

    It is not held while a model is asked. Only where there is no pool, as in some tests, it is that of the context.
    """
    if context.resources.pool.closed and context.fixed_connection is not None:
        async with context.fixed_connection.transaction():
            yield context.fixed_connection
        return
    async with context.resources.pool.connection() as connection, connection.pipeline():
        await connection.execute(queries["quick"])
        yield connection


async def add(connection: Connection, facts: Mapping[str, Any]) -> None:
    """Put a call on record."""
    texts = {name: _kept(facts[name]) for name in ("masked_prompt", "masked_answer")}
    await connection.execute(queries["add_call"], {**facts, **texts, **{name: database.jsonb(facts[name]) for name in ("tried", "checks")}})


async def note_checks(context: Context, call_id: UUID, checks: Mapping[str, Any]) -> None:
    """Add to a call what checks found in its answer, without quoting it."""
    await endings.finish(context)
    async with apart(context) as connection:
        await connection.execute(queries["note_checks"], {"call_id": call_id, "checks": database.jsonb(dict(checks))})


async def search(context: Context, request: AskCalls) -> list[Call]:
    """Return calls that match, the newest first."""
    await endings.finish(context)
    rows = await (await (await context.connection()).execute(queries["calls"], msgspec.structs.asdict(request))).fetchall()
    return [Call(**_plain(row)) for row in rows]


async def whole(context: Context, call_id: UUID) -> WholeCall:
    """Return one call; raises `UnknownCall`."""
    await endings.finish(context)
    row = await (await (await context.connection()).execute(queries["call"], {"call_id": call_id})).fetchone()
    if row is None:
        raise UnknownCall(call_id=call_id)
    return WholeCall(**_plain(row))


async def judge(context: Context, request: Judge) -> None:
    """Note what somebody thinks of an answer; raises `UnknownCall`."""
    await endings.finish(context)
    facts = {"by": context.caller.name, "now": context.clock.now()} if request.verdict else {"by": "", "now": None}
    cursor = await (await context.connection()).execute(queries["judge"], {**msgspec.structs.asdict(request), **facts})
    if not cursor.rowcount:
        raise UnknownCall(call_id=request.call_id)


async def forget(context: Context) -> int:
    """Delete what is older than it is kept; return how many calls."""
    connection = await context.connection()
    await connection.execute(queries["forget_usage"], {"day": budgets.today(context)})
    return (await connection.execute(queries["forget"], {"now": context.clock.now()})).rowcount


def _plain(row: Mapping[str, Any]) -> dict[str, Any]:
    return {**row, "cost_minor": round(float(row["cost_minor"]), 4)}


def _kept(text: str) -> str:
    return text.replace("\0", "\ufffd")[:LONGEST_TEXT]
