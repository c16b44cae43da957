"""Parquet: DuckDB reads it; the line is the number of the row."""

from __future__ import annotations

from pathlib import Path

from hanse.sources.files import errors
from hanse.sources.files.reading import table
from hanse.sources.files.reading.table import RawTable
from hanse.sources.files.workspace import Workspace, quoted


def read(workspace: Workspace, path: Path, *, limit: int | None = None) -> RawTable:
    """Read a Parquet file into a raw table.

    Raises `EmptyFile` and `UnreadableFile`.
    """
    import duckdb

    file = f"read_parquet({quoted(str(path))}, file_row_number = true)"
    raw = f"raw_{workspace.number()}"
    try:
        names = [row[0] for row in workspace.run(f"DESCRIBE SELECT * EXCLUDE (file_row_number) FROM {file}")]  # noqa: S608  # quoted
        cells = "".join(f", {_identifier(name)}::VARCHAR AS c{index}" for index, name in enumerate(names))
        top = "" if limit is None else f"LIMIT {limit}"
        workspace.run(
            f"CREATE TABLE {raw} AS SELECT file_row_number + 1 AS line, NULL::VARCHAR AS problem, NULL::VARCHAR AS rest{cells} "  # noqa: S608
            f"FROM {file} {top}"
        )
    except duckdb.Error as error:
        raise errors.UnreadableFile(file=path.name, reason=f"its Parquet is broken: {str(error).splitlines()[0]}") from error
    (rows,) = workspace.one(f"SELECT count(*) FROM {raw}")  # noqa: S608  # our own table names
    if rows == 0:
        raise errors.EmptyFile(file=path.name, reason="has columns but no rows")
    return RawTable(raw, table.headers(names), rows, native=True)


def _identifier(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
