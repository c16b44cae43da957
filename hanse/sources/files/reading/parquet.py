"""Parquet: DuckDB reads it; the line is the number of the row."""

from __future__ import annotations

from pathlib import Path

from hanse.base.database import Queries
from hanse.sources.files import errors
from hanse.sources.files.reading import table
from hanse.sources.files.reading.table import RawTable
from hanse.sources.files.workspace import Workspace, file_literal, identifier

reading = Queries(__package__)


def read(workspace: Workspace, path: Path, *, limit: int | None = None) -> RawTable:
    """Read a Parquet file into a raw table.

    Raises `EmptyFile` and `UnreadableFile`.
    """
    import duckdb

    raw, file = workspace.name("raw"), file_literal(path)
    top = "" if limit is None else f"LIMIT {limit}"
    try:
        names = [row[0] for row in workspace.run("DESCRIBE SELECT * FROM read_parquet(<file>)", file=file)]
        cells = "".join(f", {identifier(name)}::VARCHAR AS c{index}" for index, name in enumerate(names))
        workspace.run(reading["read_parquet"], raw=raw, file=file, cells=cells, top=top)
    except duckdb.Error as error:
        raise errors.UnreadableFile(file=path.name, reason=f"its Parquet is broken: {str(error).splitlines()[0]}") from error
    rows = table.count(workspace, raw)
    if rows == 0:
        raise errors.EmptyFile(file=path.name, reason="has columns but no rows")
    return RawTable(raw, table.headers(names), rows, native=True)
