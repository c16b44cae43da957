"""What the loaders of all kinds share: what they are given, and what they tell."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol, TypeVar

from hanse.base.context import Progress
from hanse.base.database import Connection
from hanse.data.profiles.keys import Key
from hanse.sources.files.checking.mapping import ColumnMapping
from hanse.sources.files.reading.table import RawTable
from hanse.sources.files.schemas import Finding, finding
from hanse.sources.files.workspace import Workspace

ResultT = TypeVar("ResultT")


@dataclass(frozen=True)
class InputFile:
    """One file of an import, read and mapped."""

    number: int
    name: str
    raw: RawTable
    mapping: ColumnMapping


@dataclass
class Load:
    """One import on its way into the database: the checked rows, where they go, and what is found on the way."""

    workspace: Workspace
    connection: Connection
    source: str
    language: str
    """Language of texts that do not say it; `und` where nobody said it."""
    now: datetime
    progress: Progress
    files: tuple[InputFile, ...]
    own_transaction: Callable[[], AbstractAsyncContextManager[Connection]]
    """A connection for what has to be committed at once."""
    suffix: str = ""
    """What makes the message ids of a replayed row its own, where its order is known already."""
    newcomers: set[Key] = field(default_factory=set)
    """Kind and value of the identities that nobody knew before, and that others see already."""
    findings: list[Finding] = field(default_factory=list)
    made: dict[str, int] = field(default_factory=dict)
    loaded: int = 0
    known: int = 0

    def note(self, template: str, *, rows: int = 0, example: str = "", **facts: object) -> None:
        """Add a finding where it concerns any rows."""
        if rows:
            self.findings.append(finding(template, rows=rows, example=example, **facts))

    def count(self, what: str, number: int) -> None:
        """Add to what was made."""
        self.made[what] = self.made.get(what, 0) + number


class Loader(Protocol):
    """How the checked rows of one kind get into the database."""

    async def __call__(self, load: Load) -> None:
        """Write the rows of the table `checked` that have no problem; may find more problems first."""
        ...


async def aside(work: Callable[..., ResultT], *arguments: Any, **named: Any) -> ResultT:
    """Do work that computes for long in a thread, so that the process goes on answering."""
    return await asyncio.to_thread(work, *arguments, **named)


async def ahead(works: Iterable[Callable[[], ResultT]]) -> AsyncIterator[ResultT]:
    """Give the results of some works in order, each done in a thread while the caller is busy with the one before."""
    left = iter(works)
    coming = _begun(left)
    try:
        while coming is not None:
            done = await coming
            coming = _begun(left)
            yield done
    finally:
        if coming is not None:
            await asyncio.wait([coming])


def _begun(works: Iterator[Callable[[], ResultT]]) -> asyncio.Task[ResultT] | None:
    work = next(works, None)
    return asyncio.create_task(aside(work)) if work else None


def present(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return the facts that are there."""
    return {name: value for name, value in facts.items() if value is not None and value != {}}
