"""JSON: one object a line, or one array of objects; each line on its own, so that a broken one costs only itself."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

from hanse.sources.files import errors
from hanse.sources.files.reading import table
from hanse.sources.files.reading.table import RawTable, Record
from hanse.sources.files.reading.text import Text
from hanse.sources.files.workspace import Workspace, quoted

MOST_COLUMNS = 2_000
LONGEST_OBJECT = 64 << 20
"""Largest array in bytes that DuckDB may hold as one piece while it parts it into objects."""


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

    name = f"objects_{workspace.number()}"
    found = f"read_json_objects({quoted(str(path))}, format = 'array', maximum_object_size = {LONGEST_OBJECT}, compression = 'none')"
    top = "" if limit is None else f"LIMIT {limit}"
    try:
        workspace.run(f"CREATE TABLE {name} AS SELECT row_number() OVER () AS line, json::VARCHAR AS text FROM {found} {top}")  # noqa: S608
    except duckdb.Error as error:
        raise errors.UnreadableFile(file=file, reason=f"its JSON is broken: {str(error).splitlines()[0]}") from error
    return _spread(workspace, name, file)


def _well_formed(workspace: Workspace, text: Text) -> str | None:
    """Let DuckDB part the lines, by a separator that valid JSON never holds; null where that does not give each line."""
    import duckdb

    name = f"objects_{workspace.number()}"
    options = "delim = '\x01', columns = {'text': 'VARCHAR'}, auto_detect = false, header = false, quote = '', escape = '', strict_mode = true"
    try:
        workspace.run(f"CREATE TABLE {name}_text AS SELECT * FROM read_csv({quoted(str(text.path))}, {options}, max_line_size = 8388608)")  # noqa: S608
    except duckdb.Error:
        return None
    (rows,) = workspace.one(f"SELECT count(*) FROM {name}_text")  # noqa: S608  # our own table names
    if rows != text.lines:
        return None
    workspace.run(f"CREATE VIEW {name} AS SELECT rowid + 1 AS line, ltrim(text, chr(65279)) AS text FROM {name}_text WHERE text IS NOT NULL")  # noqa: S608
    return name


def _forgiving(workspace: Workspace, text: Text, limit: int | None) -> str:
    raw = table.create(workspace, 1)
    with text.path.open(encoding="utf-8-sig", errors="replace", newline="\n") as stream:
        lines = (Record(number, [line.strip()]) for number, line in enumerate(stream, 1) if line.strip())
        table.fill(workspace, raw, 1, islice(lines, limit))
    name = f"objects_{workspace.number()}"
    workspace.run(f"CREATE VIEW {name} AS SELECT line, c0 AS text FROM {raw}")  # noqa: S608  # our own table names
    return name


def _spread(workspace: Workspace, objects: str, file: str) -> RawTable:
    """Give each key of the objects a column."""
    valid = f"(SELECT line, text FROM {objects} WHERE json_valid(text) AND json_type(text) = 'OBJECT')"
    keys = workspace.run(
        "SELECT key FROM (SELECT line, unnest(json_keys(text)) AS key, generate_subscripts(json_keys(text), 1) AS place "  # noqa: S608
        f"FROM {valid}) GROUP BY key ORDER BY min(line * 10000 + place) LIMIT {MOST_COLUMNS + 1}"
    )
    names = [key for (key,) in keys]
    if len(names) > MOST_COLUMNS:
        raise errors.UnreadableFile(file=file, reason=f"its objects have more than {MOST_COLUMNS} different keys")
    raw = _table(workspace, objects, names)
    (rows, good) = workspace.one(f"SELECT count(*), count(*) FILTER (problem IS NULL) FROM {raw}")  # noqa: S608  # our own table names
    if rows == 0:
        raise errors.EmptyFile(file=file, reason="has no objects")
    if good == 0:
        raise errors.UnreadableFile(file=file, reason="none of its lines is a JSON object")
    return RawTable(raw, table.headers(names), rows, native=True)


def _table(workspace: Workspace, objects: str, names: list[str]) -> str:
    raw = f"raw_{workspace.number()}"
    paths = ", ".join(quoted("/" + name.replace("~", "~0").replace("/", "~1")) for name in names)
    cells = "".join(f", cells[{index + 1}] AS c{index}" for index in range(len(names)))
    taken = f"json_extract_string(text, [{paths}])" if names else "NULL"
    workspace.run(
        f"CREATE TABLE {raw} AS SELECT line, CASE WHEN good THEN NULL ELSE 'not_json' END AS problem, "  # noqa: S608  # quoted
        f"CASE WHEN good THEN NULL ELSE text END AS rest{cells} "
        f"FROM (SELECT line, text, good, CASE WHEN good THEN {taken} END AS cells "
        f"FROM (SELECT line, text, coalesce(json_valid(text) AND json_type(text) = 'OBJECT', false) AS good FROM {objects})) ORDER BY line"
    )
    return raw
