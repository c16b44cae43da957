"""Housekeeping of access."""

from __future__ import annotations

from typing import Any

from hanse.base.context import Context
from hanse.base.job import job
from hanse.data.access import sessions


@job(schedule="50 3 * * *")
async def sweep(context: Context) -> dict[str, Any]:
    """Forget sessions that have ended."""
    return {"sessions": await sessions.sweep(await context.connection(), now=context.clock.now())}
