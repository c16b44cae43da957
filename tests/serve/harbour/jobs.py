"""One job for each way a job may go."""

from __future__ import annotations

import asyncio
from typing import Any

from hanse.base import errors
from hanse.base.context import Context
from hanse.base.job import job
from tests.serve.harbour.operations import UnknownBoat


@job()
async def sail(context: Context, *, boat: str = "Cog", miles: int = 1) -> dict[str, Any]:
    """Sail some miles."""
    await context.progress(0.5, f"{boat} is half way")
    return {"boat": boat, "miles": miles}


@job(retries=2)
async def founder(context: Context, *, boat: str = "Cog") -> dict[str, Any]:
    """Write something, and fail for a reason that may pass."""
    await (await context.connection()).execute("INSERT INTO lake_positions VALUES ('harbour', 1, 1, now())")
    raise errors.Unavailable(what=f"The tide for {boat}")


@job()
async def search(context: Context, *, boat: str = "Cog") -> dict[str, Any]:
    """Fail for a reason that stays."""
    raise UnknownBoat(boat=boat)


@job(retries=0)
async def collide(context: Context, *, boat: str = "Cog") -> dict[str, Any]:
    """Fail for a reason that nobody foresaw, with somebody's address in it."""
    raise ZeroDivisionError(f"{boat} of anna@example.org")


@job(schedule="0 3 * * *")
async def sweep_deck(context: Context) -> None:
    """Sweep the deck every night."""


@job(lock=False)
async def drift(context: Context) -> None:
    """Drift until somebody ends it."""
    await context.progress(0.1, "drifting")
    await asyncio.Event().wait()


@job(on=("tide",), quick=True)
async def moor(context: Context) -> dict[str, Any]:
    """Moor as soon as the tide turns."""
    return {"moored": True}
