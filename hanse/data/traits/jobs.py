"""The job that computes traits."""

from __future__ import annotations

from typing import Any

from hanse.base.context import Context
from hanse.base.job import job
from hanse.data.traits import computing


@job(schedule="10 2 * * *")
async def compute(context: Context) -> dict[str, Any]:
    """Compute traits of customers from orders and visits."""
    written = await computing.compute(context)
    await context.progress(1.0, "done")
    return {
        "traits": len(written),
        "people": max((each.people for each in written.values()), default=0),
        "changed": sum(each.changed for each in written.values()),
        "removed": sum(each.removed for each in written.values()),
    }
