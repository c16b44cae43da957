"""The jobs of the catalog."""

from __future__ import annotations

from typing import Any

from hanse.base.context import Context
from hanse.base.job import job
from hanse.data.catalog import statistics


@job(schedule="25 * * * *")
async def refresh_statistics(context: Context) -> dict[str, Any]:
    """Compute what sold of each product."""
    products = await statistics.refresh(context)
    await (await context.connection()).execute(statistics.queries["analyze"])
    return {"products": products}
