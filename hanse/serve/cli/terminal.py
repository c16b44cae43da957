"""What commands share: a running Hanse, progress on what takes longer than a second, answers as text or JSON, errors as exit codes."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import msgspec
import psycopg
from cyclopts import Parameter
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from hanse.base import config
from hanse.base.errors import HanseError, Unavailable

if TYPE_CHECKING:
    from hanse.base import context as contract
    from hanse.serve.runtime import Runtime

ValueT = TypeVar("ValueT")
Json = Annotated[bool, Parameter(name="--json", negative=(), help="Print the answer as JSON.")]

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)


def complain(error: Exception, *, as_json: bool) -> int:
    """Print what went wrong, and what to do, to standard error; return the exit code. What is not an error of ours is raised."""
    if isinstance(error, psycopg.OperationalError):
        error = Unavailable(what="The database")
    if not isinstance(error, HanseError):
        raise error
    if as_json:
        sys.stderr.write(msgspec.json.encode(error.problem()).decode() + "\n")
        return error.exit_code
    err.print(f"[red]✗[/red] {escape(error.detail())}")
    for field in error.fields:
        err.print(f"  {escape(field.field)}: {escape(f'{field.message} {field.remedy}'.strip())}")
    return error.exit_code


def answer(value: Any, *, as_json: bool, show: Callable[[Any], None] | None = None) -> None:
    """Print an answer: as JSON, or for people."""
    if as_json or show is None:
        text = msgspec.json.encode(value)
        sys.stdout.write((text if as_json else msgspec.json.format(text, indent=2)).decode() + "\n")
    else:
        show(value)


def run(work: Callable[[Runtime], Awaitable[ValueT]], settings: config.Settings | None = None) -> ValueT:
    """Do something with a running Hanse on this machine's database."""
    from hanse.serve import logs, runtime

    settings = settings or config.load()
    logs.configure("warning")

    async def main(conninfo: str) -> ValueT:
        async with runtime.started(settings, conninfo) as running:
            return await work(running)

    with runtime.database_of(settings) as conninfo:
        return asyncio.run(main(conninfo))


@contextmanager
def progress(title: str) -> Iterator[contract.Progress]:
    """Show how far long work is on standard error; gives the function that tells."""
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f} %"), TimeElapsedColumn())
    with Progress(*columns, console=err, transient=True) as bar:
        task = bar.add_task(title, total=1.0)

        async def tell(score: float, note: str) -> None:
            bar.update(task, completed=score, description=f"{title}: {note}")

        yield tell
