"""The job that erases who is to be erased."""

from __future__ import annotations

from typing import Any

from hanse.base.context import Context
from hanse.base.job import job
from hanse.data.privacy import erasing


@job(schedule="*/5 * * * *")
async def carry_out(context: Context) -> dict[str, Any]:
    """Erase everybody who waits for it, and finish what was broken off."""
    return {"erasures": await erasing.carry_out_all(context)}
