"""JSON: one object a line, or one array of objects; each line on its own, so that a broken one costs only itself."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

from hanse.base.database import Queries
from hanse.sources.files import errors
from hanse.sources.files.reading import table
from hanse.sources.files.reading.table import RawTable, Record
from hanse.sources.files.reading.text import Text
from hanse.sources.files.workspace import Workspace, literal

reading = Queries(__package__)
MOST_COLUMNS = 2_000
LONGEST_ARRAY = 256 << 20
"""Largest object of an array in bytes."""


def read_lines(workspace: Workspace, text: Text, *, file: str, limit: int | None = None) -> RawTable:
    """Read a file with one JSON object a line; empty lines are none.

    Raises `EmptyFile` and `UnreadableFile`.
    """
    name = _well_formed(workspace, text) if limit is None else None
    return _spread(workspace, name or _forgiving(workspace, text, limit), file)


def read_array(workspace: Workspace, path: Path, *, file: str, limit: int | None = None) -> RawTable:
    """Read a file that is one array of JSON objects; the line is the number of the object.

    Raises `EmptyFile` and `UnreadableFile`.
    """
    import duckdb

    name = workspace.name("objects")
    top = "" if limit is None else f"LIMIT {limit}"
    try:
        workspace.run(reading["read_json_array"], name=name, file=literal(str(path)), longest=str(LONGEST_ARRAY), top=top)
    except duckdb.Error as error:
        raise errors.UnreadableFile(file=file, reason=f"its JSON is broken: {str(error).splitlines()[0]}") from error
    return _spread(workspace, name, file)


def _well_formed(workspace: Workspace, text: Text) -> str | None:
    """Let DuckDB part the lines; null where that does not give each line."""
    import duckdb

    name, lines = workspace.name("objects"), workspace.name("lines")
    try:
        workspace.run(reading["read_lines"], lines=lines, file=literal(str(text.path)))
    except duckdb.Error:
        return None
    if table.count(workspace, lines) != text.lines:
        return None
    workspace.run(reading["number_objects"], name=name, lines=lines)
    return name


def _forgiving(workspace: Workspace, text: Text, limit: int | None) -> str:
    raw = table.create(workspace, 1)
    with text.path.open(encoding="utf-8-sig", errors="replace", newline="\n") as stream:
        lines = (Record(number, [line.strip()]) for number, line in enumerate(stream, 1) if line.strip())
        table.fill(workspace, raw, 1, islice(lines, limit))
    name = workspace.name("objects")
    workspace.run("CREATE VIEW <name> AS SELECT line, c0 AS text FROM <raw>", name=name, raw=raw)
    return name


def _spread(workspace: Workspace, objects: str, file: str) -> RawTable:
    """Give each key of the objects a column."""
    judged = workspace.name("judged")
    workspace.run(reading["judge_objects"], judged=judged, objects=objects)
    names = [key for (key,) in workspace.run(reading["json_keys"], judged=judged, most=str(MOST_COLUMNS + 1))]
    if len(names) > MOST_COLUMNS:
        raise errors.UnreadableFile(file=file, reason=f"its objects have more than {MOST_COLUMNS} different keys")
    raw = _table(workspace, judged, names)
    rows, good = workspace.one("SELECT count(*), count(*) FILTER (problem IS NULL) FROM <raw>", raw=raw)
    if rows == 0:
        raise errors.EmptyFile(file=file, reason="has no objects")
    if good == 0:
        raise errors.UnreadableFile(file=file, reason="none of its lines is a JSON object")
    return RawTable(raw, table.headers(names), rows, native=True)


def _table(workspace: Workspace, judged: str, names: list[str]) -> str:
    raw = workspace.name("raw")
    paths = ", ".join(literal("/" + name.replace("~", "~0").replace("/", "~1")) for name in names)
    cells = "".join(f", cells[{index + 1}] AS c{index}" for index in range(len(names)))
    taken = f"json_extract_string(text, [{paths}])" if names else "NULL"
    workspace.run(reading["spread_objects"], raw=raw, cells=cells, taken=taken, judged=judged)
    return raw
