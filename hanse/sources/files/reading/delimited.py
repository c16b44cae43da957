"""Delimited text (CSV, TSV and the like): DuckDB reads what is well-formed, the forgiving reader all else."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from hanse.base import delimited
from hanse.base.database import Queries
from hanse.sources.files import errors
from hanse.sources.files.reading import table
from hanse.sources.files.reading.records import Line, Records
from hanse.sources.files.reading.table import RawTable
from hanse.sources.files.reading.text import Text
from hanse.sources.files.workspace import Workspace, file_literal, literal

reading = Queries(__package__)
SEPARATORS = ",;\t|"
SAMPLE_LINES = 100
MOST_COLUMNS = 2_000


@dataclass(frozen=True)
class Layout:
    """How a file is laid out."""

    separator: str
    headers: tuple[str, ...]
    skip: int
    """Lines up to and with the header."""


def read(workspace: Workspace, text: Text, *, file: str, limit: int | None = None) -> RawTable:
    """Read a text file into a raw table; only the first rows where a limit is given.

    Raises `EmptyFile` and `UnreadableFile`.
    """
    layout = _layout(text, file)
    if limit is None:
        name = _read_well_formed(workspace, text, layout) or _read_forgiving(workspace, text, layout, limit)
    else:
        name = _read_forgiving(workspace, text, layout, limit)
    rows = table.count(workspace, name)
    if rows == 0:
        raise errors.EmptyFile(file=file, reason="has a header but no rows")
    return RawTable(name, layout.headers, rows, native=False, separator=layout.separator)


def _layout(text: Text, file: str) -> Layout:
    lines = list(islice(_lines(text), SAMPLE_LINES))
    start = next((index for index, (_, line) in enumerate(lines) if line.strip()), len(lines))
    said = _said_separator(lines[start][1]) if start < len(lines) else None
    start += said is not None
    sample = [line for _, line in lines[start:]]
    if not sample:
        raise errors.EmptyFile(file=file, reason="is empty")
    separator = said or _separator(sample)
    reader = delimited.reader(sample, separator)
    cells = next(reader, [])
    if len(cells) > MOST_COLUMNS:
        raise errors.UnreadableFile(file=file, reason=f"its first line has more than {MOST_COLUMNS} columns")
    return Layout(separator, table.headers(_without_empty_end(cells)), start + reader.line_num)


def _lines(text: Text) -> Iterator[Line]:
    with text.path.open(encoding="utf-8-sig", errors="replace", newline="\n") as stream:
        yield from enumerate(stream, 1)


def _said_separator(line: str) -> str | None:
    """Return what a first line such as `sep=;`, which Excel understands, says."""
    plain = line.strip("\r\n")
    return plain[4] if len(plain) == 5 and plain.lower().startswith("sep=") and plain[4] in SEPARATORS else None


def _separator(sample: list[str]) -> str:
    return max(SEPARATORS, key=lambda separator: _fit(sample, separator))


def _fit(sample: list[str], separator: str) -> tuple[bool, float, int]:
    """Return how well a separator fits: the rows should be as wide as the header, and that should be wide."""
    try:
        widths = [len(row) for row in delimited.reader(sample, separator) if row]
    except csv.Error:
        return False, 0.0, 0
    header = widths[0] if widths else 0
    agreement = sum(width == header for width in widths) / max(len(widths), 1)
    return header > 1, round(agreement, 1), header


def _without_empty_end(cells: list[str]) -> list[str]:
    """Leave out one empty name at the end, which is there because each line ends with a separator."""
    return cells[:-1] if len(cells) > 1 and not cells[-1].strip() else cells


def _read_well_formed(workspace: Workspace, text: Text, layout: Layout) -> str | None:
    """Let DuckDB read the file; null where it is not well-formed or a record spans several lines."""
    import duckdb

    name, cells = workspace.name("raw"), workspace.name("cells")
    columns = ", ".join(f"'c{index}': 'VARCHAR'" for index in range(len(layout.headers)))
    options = f"delim = {literal(layout.separator)}, skip = {layout.skip}, columns = {{{columns}}}"
    try:
        workspace.run(reading["read_well_formed"], cells=cells, file=file_literal(text.path), options=options)
    except duckdb.Error:
        return None
    if table.count(workspace, cells) + layout.skip != text.lines:
        workspace.run("DROP TABLE <cells>", cells=cells)
        return None
    workspace.run(reading["number_lines"], name=name, cells=cells, first=str(layout.skip + 1))
    return name


def _read_forgiving(workspace: Workspace, text: Text, layout: Layout, limit: int | None) -> str:
    width = len(layout.headers)
    name = table.create(workspace, width)
    records = Records(islice(_lines(text), layout.skip, None), layout.separator, width)
    table.fill(workspace, name, width, islice(records, limit))
    return name
