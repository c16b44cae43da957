"""The jobs that push to the CRM."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

from hanse.base.context import Context
from hanse.base.job import job
from hanse.sources.crm import delivering, store

KEEP_DAYS = 90


@job(schedule="* * * * *", retries=0)
async def deliver(context: Context) -> dict[str, Any]:
    """Push entries and traits to the CRM."""
    return {"targets": await delivering.deliver_all(context, random.Random())}  # noqa: S311  # only spreads attempts in time


@job(schedule="50 3 * * *")
async def sweep(context: Context) -> dict[str, Any]:
    """Forget entries, and pushes that were done with, after 90 days."""
    before, connection = context.clock.now() - timedelta(days=KEEP_DAYS), await context.connection()
    deliveries = await connection.execute(store.queries["sweep_deliveries"], {"before": before})
    entries = await connection.execute(store.queries["sweep_entries"], {"before": before})
    return {"deliveries": deliveries.rowcount, "entries": entries.rowcount}
