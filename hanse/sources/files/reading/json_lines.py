"""JSON: one object a line, or one array of objects; each line on its own, so that a broken one costs only itself."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

from hanse.base.database import Queries
from hanse.sources.files import errors
from hanse.sources.files.reading import table
from hanse.sources.files.reading.table import RawTable, Record
from hanse.sources.files.reading.text import Text
from hanse.sources.files.workspace import Workspace, file_literal, literal

reading = Queries(__package__)
MOST_COLUMNS = 2_000
LINES = frozenset({"line_items", "lineitems", "items", "order_items", "products", "lines", "order_lines", "positions", "positionen", "artikel"})
"""Keys under which shops put the lines of an order."""
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
        workspace.run(reading["read_json_array"], name=name, file=file_literal(path), longest=str(LONGEST_ARRAY), top=top)
    except duckdb.Error as error:
        raise errors.UnreadableFile(file=file, reason=f"its JSON is broken: {str(error).splitlines()[0]}") from error
    return _spread(workspace, name, file)


def _well_formed(workspace: Workspace, text: Text) -> str | None:
    """Let DuckDB part the lines; null where that does not give each line."""
    import duckdb

    name, lines = workspace.name("objects"), workspace.name("lines")
    try:
        workspace.run(reading["read_lines"], lines=lines, file=file_literal(text.path))
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
    """Give each key of the objects a column, and each item of their lines a row."""
    judged, unfolded = workspace.name("judged"), workspace.name("unfolded")
    workspace.run(reading["judge_objects"], judged=judged, objects=objects)
    keys = [key for (key,) in workspace.run(reading["json_keys"], judged=judged, most=str(MOST_COLUMNS + 1))]
    lines = _key_of_lines(workspace, judged, keys)
    step = "unfold" if lines else "do_not_unfold"
    workspace.run(reading[step], unfolded=unfolded, judged=judged, path=literal(_path(lines or "")))
    items = [key for (key,) in workspace.run(reading["item_keys"], unfolded=unfolded, most=str(MOST_COLUMNS + 1))] if lines else []
    names = [key for key in keys if key != lines]
    if len(names) + len(items) > MOST_COLUMNS:
        raise errors.UnreadableFile(file=file, reason=f"its objects have more than {MOST_COLUMNS} different keys")
    raw = _table(workspace, unfolded, names, items)
    rows, good = workspace.one("SELECT count(*), count(*) FILTER (problem IS NULL) FROM <raw>", raw=raw)
    if rows == 0:
        raise errors.EmptyFile(file=file, reason="has no objects")
    if good == 0:
        raise errors.UnreadableFile(file=file, reason="none of its lines is a JSON object")
    outer = (f"order.{name}" if name in items else name for name in names)
    return RawTable(raw, table.headers([*outer, *items]), rows, native=True)


def _key_of_lines(workspace: Workspace, judged: str, keys: list[str]) -> str | None:
    """Return the key under which the objects have their lines, as orders of shops do; null where they have none."""
    likely = (key for key in keys if key.casefold() in LINES)
    return next((key for key in likely if workspace.one(reading["has_items"], judged=judged, path=literal(_path(key)))[0]), None)


def _table(workspace: Workspace, unfolded: str, names: list[str], items: list[str]) -> str:
    raw = workspace.name("raw")
    cells = "".join(f", cells[{index + 1}] AS c{index}" for index in range(len(names)))
    cells += "".join(f", item_cells[{index + 1}] AS c{index + len(names)}" for index in range(len(items)))
    taken, item_taken = _extract("text", names), _extract("item", items)
    workspace.run(reading["spread_objects"], raw=raw, cells=cells, unfolded=unfolded, taken=taken, item_taken=item_taken)
    return raw


def _extract(column: str, names: list[str]) -> str:
    paths = ", ".join(literal(_path(name)) for name in names)
    return f"json_extract_string({column}, [{paths}])" if names else "NULL"


def _path(name: str) -> str:
    """Return the JSON pointer (RFC 6901) of a key."""
    return "/" + name.replace("~", "~0").replace("/", "~1")
