"""The jobs that match customers: all at night, new ones every few minutes."""

from __future__ import annotations

from typing import Any

from hanse.base.context import Context
from hanse.base.job import job


@job(schedule="40 2 * * *")
async def find(context: Context) -> dict[str, Any]:
    """Compare all customers, and join those that are certainly one person."""
    from hanse.data.matches import finding  # with Splink and DuckDB, which other processes do without

    return await finding.find(context)


@job(schedule="*/5 * * * *")
async def join(context: Context) -> dict[str, Any]:
    """Compare new and changed customers with those that are there."""
    from hanse.data.matches import joining  # as above

    return await joining.join(context)
