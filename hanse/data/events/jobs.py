"""Housekeeping of the log: events are deleted when they have been kept long enough, and message keys settle."""

from __future__ import annotations

from typing import Any

import msgspec

from hanse.base.context import Context
from hanse.base.job import job
from hanse.data.events import retention, settling
from hanse.data.lake.retention import retain as retain_in_lake


@job(schedule="20 3 * * *")
async def retain(context: Context) -> dict[str, Any]:
    """Delete events that have been kept long enough, from the log and from the lake."""
    async with context.resources.pool.connection() as connection:
        rules = await retention.rules(connection)
    deleted = await retention.apply(context)
    rows = await retain_in_lake(context.settings, retention.cutoffs(rules, context.clock.now()))
    return {**msgspec.structs.asdict(deleted), "lake_rows": rows}


@job(schedule="*/10 * * * *")
async def settle(context: Context) -> dict[str, Any]:
    """Move the keys of messages to where the old ones are, once there are many."""
    return {"messages": await settling.settle(context)}
