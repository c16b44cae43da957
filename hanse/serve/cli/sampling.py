"""`hanse sample`: the sample shop in the database, and its hidden truth in a file beside it."""

from __future__ import annotations

from typing import Any

from hanse.serve.cli import terminal
from hanse.serve.runtime import Runtime


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

    async def work(running: Runtime) -> dict[str, Any]:
        with terminal.progress("Sample shop") as tell:
            async with running.context(progress=tell) as context:
                return await running.registry.jobs["sample.fill"](context, customers=customers, seed=seed) or {}

    terminal.answer(terminal.run(work), as_json=as_json, show=lambda counts: terminal.out.print(_sentence(counts)))


def _sentence(counts: dict[str, int]) -> str:
    return "[green]✓[/green] The sample shop is there: " + ", ".join(f"{count:,} {name.replace('_', ' ')}" for name, count in counts.items()) + "."
