"""The jobs of connected shops."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec

from hanse.base.context import Context
from hanse.base.job import job
from hanse.sources.connections import polling, processing, reconciling, store

KEEP_BODIES_DAYS = 7
KEEP_DELIVERIES_DAYS = 90
AT_ONCE = 1000


@job(retries=0, lock=False)
async def process(context: Context, *, delivery_id: str) -> dict[str, Any]:
    """Take in one delivery of a shop."""
    return {"state": await processing.process(context, UUID(delivery_id), may_ask=True)}


@job(schedule="*/5 * * * *", retries=0)
async def take_in_waiting(context: Context) -> dict[str, Any]:
    """Take in deliveries of shops that had to wait."""
    async with store.transaction(context) as connection:
        cursor = await connection.execute(store.queries["waiting_deliveries"], {"now": context.clock.now(), "limit": AT_ONCE})
        waiting = [row["delivery_id"] async for row in cursor]
    states = [await processing.process(context, each, may_ask=True) for each in waiting]
    return {state: states.count(state) for state in sorted(set(states))}


@job(schedule="*/15 * * * *", retries=0)
async def poll(context: Context, *, name: str = "") -> dict[str, Any]:
    """Read from all connected shops what their webhooks missed."""
    found = [await polling.poll(context, name)] if name else await polling.poll_all(context)
    return {"shops": msgspec.to_builtins(found)}


@job(schedule="20 4 * * *", retries=0)
async def reconcile(context: Context) -> dict[str, Any]:
    """Find out which products connected shops have removed."""
    return {"shops": msgspec.to_builtins(await reconciling.reconcile_all(context))}


@job(schedule="40 3 * * *")
async def sweep(context: Context) -> dict[str, Any]:
    """Forget the contents of deliveries that were taken in a week ago, and deliveries of three months ago."""
    now, connection = context.clock.now(), await context.connection()
    bodies = await connection.execute(store.queries["forget_bodies"], {"before": now - timedelta(days=KEEP_BODIES_DAYS)})
    old = await connection.execute(store.queries["delete_deliveries"], {"before": now - timedelta(days=KEEP_DELIVERIES_DAYS)})
    return {"bodies": bodies.rowcount, "deliveries": old.rowcount}
