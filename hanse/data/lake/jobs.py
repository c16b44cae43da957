"""The job that keeps the lake up to date."""

from __future__ import annotations

from typing import Any

from hanse.base.context import Context
from hanse.base.job import job
from hanse.data.lake import copying


@job(schedule="*/10 * * * *")
async def refresh(context: Context) -> dict[str, Any]:
    """Copy what is new in log, decisions and catalog to the lake."""
    return dict(await copying.refresh(context))
