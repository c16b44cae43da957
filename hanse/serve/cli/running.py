"""`hanse run`: any job from the command line, here and now."""

from __future__ import annotations

from typing import Any

import msgspec
from rich.markup import escape
from rich.table import Column, Table

from hanse.base import context as contract
from hanse.serve import registry
from hanse.serve.cli import terminal
from hanse.serve.jobs import UnknownJob
from hanse.serve.runtime import Runtime


def run(job: str | None = None, arguments: str = "{}", /, *, as_json: terminal.Json = False) -> None:
    """Run a job here and now with arguments as JSON, or list the jobs.

    Parameters
    ----------
    job
        Name of the job, such as recommend.batch; without one, all are listed.
    arguments
        Its arguments as JSON, such as '{"to": "table"}'.
    """
    declared = registry.load().jobs
    if job is None:
        facts = [{"name": each.name, "summary": each.summary} for _, each in sorted(declared.items())]
        terminal.answer(facts, as_json=as_json, show=_show)
        return
    if job not in declared:
        raise UnknownJob(name=job)
    wanted = _arguments(arguments)

    async def work(running: Runtime) -> dict[str, Any]:
        with terminal.progress(job) as tell:
            async with running.context(progress=tell) as context:
                return await declared[job](context, **wanted) or {}

    terminal.answer(terminal.run(work), as_json=as_json)


def _arguments(text: str) -> dict[str, Any]:
    try:
        return msgspec.json.decode(text.encode(), type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeEncodeError) as error:
        raise contract.invalid(error) from error


def _show(jobs: list[dict[str, str]]) -> None:
    table = Table(Column("job", no_wrap=True), "what it does", box=None, pad_edge=False)
    for each in jobs:
        table.add_row(each["name"], escape(each["summary"]))
    terminal.out.print(table)
