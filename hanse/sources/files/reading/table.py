"""What every reader gives: a table of texts, one row a record, with the line each stood in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple

from hanse.sources.files.schemas import Finding
from hanse.sources.files.workspace import Workspace

BATCH = 20_000
"""Rows that pass through Python at once."""


@dataclass(frozen=True)
class RawTable:
    """The rows of one file as texts, in the columns row (unique), line, problem, rest, c0, c1 and so on."""

    name: str
    """Its name in the workspace."""
    headers: tuple[str, ...]
    rows: int
    native: bool
    """Whether numbers were numbers in the file, so that a dot in them is a decimal point."""
    separator: str = ""
    """What parted the cells of a text file."""
    findings: tuple[Finding, ...] = ()


class Record(NamedTuple):
    """One row of a file."""

    line: int
    cells: Sequence[str | None]
    problem: str | None = None
    """Code of the reason for which it cannot be a row."""
    rest: str | None = None
    """What did not fit the columns."""


def create(workspace: Workspace, width: int) -> str:
    """Make an empty raw table; return its name."""
    name = workspace.name("raw")
    cells = "".join(f", c{index} VARCHAR" for index in range(width))
    workspace.run("CREATE TABLE <name> (row BIGINT, line BIGINT, problem VARCHAR, rest VARCHAR<cells>)", name=name, cells=cells)
    return name


def count(workspace: Workspace, name: str) -> int:
    """Return how many rows a table has."""
    (rows,) = workspace.one("SELECT count(*) FROM <name>", name=name)
    return int(rows)


def fill(workspace: Workspace, name: str, width: int, records: Iterable[Record]) -> int:
    """Put records into a raw table, some at a time; return how many."""
    filled = 0
    for batch in _batches(records):
        _insert(workspace, name, width, batch, filled)
        filled += len(batch)
    return filled


def headers(names: Iterable[object]) -> tuple[str, ...]:
    """Return the names of columns, each once and none empty."""
    made: dict[str, None] = {}
    for index, name in enumerate(names):
        plain = str(name if name is not None else "").strip(" \t\r\n\ufeff\xa0") or f"column {index + 1}"
        number = 2
        unique = plain
        while unique in made:
            unique = f"{plain}_{number}"
            number += 1
        made[unique] = None
    return tuple(made)


def _batches(records: Iterable[Record]) -> Iterator[list[Record]]:
    rest = iter(records)
    while batch := list(islice(rest, BATCH)):
        yield batch


def _insert(workspace: Workspace, name: str, width: int, batch: list[Record], first: int) -> None:
    import pyarrow as pa

    columns = list(zip(*(record.cells for record in batch), strict=True)) if width else []
    arrays = [
        pa.array(range(first, first + len(batch)), pa.int64()),
        pa.array([record.line for record in batch], pa.int64()),
        pa.array([record.problem for record in batch], pa.string()),
        pa.array([record.rest for record in batch], pa.string()),
        *(pa.array(column, pa.string()) for column in columns),
    ]
    workspace.insert(name, pa.Table.from_arrays(arrays, names=["row", "line", "problem", "rest", *(f"c{index}" for index in range(width))]))
