"""`hanse sample`: the sample shop in the database, and its hidden truth in a file beside it."""

from __future__ import annotations

import asyncio

from hanse.base.context import Progress
from hanse.base.errors import HanseError
from hanse.data import events
from hanse.serve.cli import terminal
from hanse.serve.runtime import Runtime

SOURCE = "sample"


class SampleExists(HanseError):
    """The sample shop is there already. Set HANSE_HOME to an empty folder to make another."""

    status = 409
    exit_code = 4


def sample(*, customers: int = 2000, seed: int = 7, as_json: terminal.Json = False) -> None:
    """Fill the database with the sample shop: 24 months of a trader in power tools, spare parts, work wear and wine.

    The same customers and seed always give the same shop. What moves its customers is written to a separate truth file.

    Parameters
    ----------
    customers
        How many customers it has.
    seed
        Where its chance begins.
    """

    async def work(running: Runtime) -> dict[str, int]:
        with terminal.progress("Sample shop") as tell:
            return await fill(running, customers, seed, tell)

    terminal.answer(terminal.run(work), as_json=as_json, show=lambda counts: terminal.out.print(_sentence(counts)))


async def fill(running: Runtime, customers: int, seed: int, progress: Progress) -> dict[str, int]:
    """Generate the sample shop and write it, with its truth beside; return how many of each there are.

    Raises `SampleExists`: a shop made at another moment has other events.
    """
    from hanse.testing import sample as shops

    async with running.context() as context:
        if await events.has_source(await context.connection(), SOURCE):
            raise SampleExists
    now = running.resources.clock.now()
    await progress(0.0, "inventing customers")
    until = now.replace(minute=0, second=0, microsecond=0)
    shop = await asyncio.to_thread(shops.generate, customers, seed, until)
    async with running.context(progress=progress) as context:
        counts = await shops.load(await context.connection(), shop, now, progress)
    truth = running.settings.home / "sample" / "truth.json.gz"
    truth.parent.mkdir(parents=True, exist_ok=True)
    await asyncio.to_thread(shops.write_truth, shop, truth)
    return counts


def _sentence(counts: dict[str, int]) -> str:
    return "[green]✓[/green] The sample shop is there: " + ", ".join(f"{count:,} {name.replace('_', ' ')}" for name, count in counts.items()) + "."
