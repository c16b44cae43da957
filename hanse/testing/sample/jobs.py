"""The sample shop as a job: started by `hanse sample`, by `hanse demo` and from the console where nothing has come in yet."""

from __future__ import annotations

import asyncio
from typing import Any

from hanse.base.context import Context
from hanse.base.errors import HanseError
from hanse.base.job import job
from hanse.data import events
from hanse.testing.sample.journal import SOURCE
from hanse.testing.sample.load import load
from hanse.testing.sample.shop import generate, write_truth


class SampleExists(HanseError):
    """The sample shop is there already. Set HANSE_HOME to an empty folder to make another."""

    status = 409
    exit_code = 4


class RealShop(HanseError):
    """There are events of a real shop already: those of a sample beside them could not be told apart. Use an empty HANSE_HOME for it."""

    status = 409
    exit_code = 4


@job(retries=0, then=("catalog.refresh_statistics", "*.index", "*.train"))
async def fill(context: Context, customers: int = 2000, seed: int = 7) -> dict[str, Any]:
    """Make the sample shop, to look around.

    Writes its truth beside and returns how many of each kind were written. Raises `SampleExists`, as a shop made at another moment
    has other events, and `RealShop`.
    """
    async with context.resources.pool.connection() as connection:
        if await events.has_source(connection, SOURCE):
            raise SampleExists
        if not await events.is_empty(connection):
            raise RealShop
    now = context.clock.now()
    await context.progress(0.0, "inventing customers")
    shop = await asyncio.to_thread(generate, customers, seed, now.replace(minute=0, second=0, microsecond=0))
    counts = await load(await context.connection(), shop, now, context.progress)
    truth = context.settings.home / "sample" / "truth.json.gz"
    truth.parent.mkdir(parents=True, exist_ok=True)
    await asyncio.to_thread(write_truth, shop, truth)
    return counts
