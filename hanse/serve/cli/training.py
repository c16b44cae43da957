"""`hanse train` and `hanse evaluate`: a capability's models, here and now."""

from __future__ import annotations

from typing import Any

import msgspec
from rich.markup import escape
from rich.table import Table

from hanse.base.errors import HanseError
from hanse.serve import registry
from hanse.serve.cli import terminal
from hanse.serve.runtime import Runtime


class NothingToTrain(HanseError):
    """{capability} has nothing to {verb}. Those that have: {known}."""

    exit_code = 2


def train(capability: str, /, *, as_json: terminal.Json = False) -> None:
    """Train a capability's models on what is in the log now, and put them to work.

    Parameters
    ----------
    capability
        Name of the capability, such as recommend.
    """
    jobs = registry.load().jobs
    job = jobs.get(f"{capability}.train")
    if job is None:
        raise NothingToTrain(capability=capability, verb="train", known=", ".join(name.partition(".")[0] for name in jobs if name.endswith(".train")))

    async def work(running: Runtime) -> dict[str, Any] | None:
        with terminal.progress(f"Training {capability}") as tell:
            async with running.context(progress=tell) as context:
                return await job(context)

    terminal.answer(terminal.run(work), as_json=as_json)


def evaluate(capability: str, /, *, as_json: terminal.Json = False) -> None:
    """Measure a capability on held-out data, beside its baseline.

    Parameters
    ----------
    capability
        Name of the capability, such as recommend.
    """
    declared = registry.load()
    module = declared.module(capability, "evaluation") if capability in declared.capabilities else None
    if module is None:
        known = [name for name in declared.capabilities if declared.module(name, "evaluation")]
        raise NothingToTrain(capability=capability, verb="evaluate", known=", ".join(known))

    async def work(running: Runtime) -> Any:
        with terminal.progress(f"Evaluating {capability}") as tell:
            async with running.context(progress=tell) as context:
                return await module.evaluate(context)

    terminal.answer(terminal.run(work), as_json=as_json, show=_show)


def _show(evaluation: Any) -> None:
    facts = msgspec.to_builtins(evaluation)
    table = Table(box=None, pad_edge=False)
    rows = facts.pop("rows")
    for name in rows[0] if rows else ():
        table.add_column(name, justify="right" if isinstance(rows[0][name], int | float) else "left")
    for row in rows:
        table.add_row(*(f"{value:.4f}" if isinstance(value, float) else escape(str(value)) for value in row.values()))
    for name, value in facts.items():
        terminal.out.print(f"[dim]{name}[/dim] {escape(value if isinstance(value, str) else msgspec.json.encode(value).decode())}")
    terminal.out.print(table)
