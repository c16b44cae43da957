"""Rows that each say everything of one thing: where several are about the same, the last one counts."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Any

from hanse.base.database import Queries
from hanse.sources.files.kinds.loading import InputFile, Load, aside

steps = Queries(__package__, "last_rows.sql")
PAGE = 5_000

Row = dict[str, Any]


async def make(load: Load, key: str, template: str, *, example: str) -> None:
    """Keep the last row of each key; tell with a finding how many others there were, with an expression for an example."""
    await aside(load.workspace.run, steps["make_last_rows"], key=key)
    repeated, first = load.workspace.one(steps["repeated"], example=example)
    load.note(template, rows=repeated, example=first)


async def pages(load: Load, others: Mapping[int, Mapping[str, str]]) -> AsyncIterator[tuple[InputFile, list[Row]]]:
    """Go through the last rows, some at a time, each with the other columns of its file by the names given for them."""
    (count,) = load.workspace.one("SELECT count(*) FROM last_rows")
    for file in load.files:
        cells = {header: f"c{index}" for index, header in enumerate(file.raw.headers)}
        extra = "".join(f", raw.{cells[header]} AS {name}" for name, header in others.get(file.number, {}).items())
        for first in range(0, count, PAGE):
            place = {"file": file.number, "first": first, "last": first + PAGE}
            rows = await aside(load.workspace.dicts, steps["page_of_last_rows"], place, others=extra, raw=file.raw.name)
            if rows:
                yield file, rows
                done = min(first + PAGE, count)
                await load.progress(0.5 + 0.5 * done / count, f"writing {done:,} of {count:,}")
