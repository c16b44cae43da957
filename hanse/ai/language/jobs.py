"""The job of the record."""

from __future__ import annotations

from typing import Any

from hanse.ai.language import record
from hanse.base.context import Context
from hanse.base.job import job


@job(schedule="15 3 * * *", quick=True)
async def forget(context: Context) -> dict[str, Any]:
    """Delete calls of language models that are older than the record is kept."""
    return {"calls": await record.forget(context)}
