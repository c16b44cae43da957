"""One file of any format, read into a raw table."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from hanse.sources.files.reading import delimited, formats, json_lines, parquet, workbook
from hanse.sources.files.reading import text as texts
from hanse.sources.files.reading.formats import Format
from hanse.sources.files.reading.table import RawTable
from hanse.sources.files.schemas import Finding, finding
from hanse.sources.files.workspace import Workspace


def read(workspace: Workspace, path: Path, *, encoding: str | None = None, limit: int | None = None) -> RawTable:
    """Read a file, or only its first rows.

    Raises the classes of `FileError` that say what is wrong with it.
    """
    format_ = formats.recognise(path)
    if format_ is Format.PARQUET:
        return parquet.read(workspace, path, limit=limit)
    if format_ is Format.WORKBOOK:
        return workbook.read(workspace, path, limit=limit)
    text = texts.to_utf8(path, workspace.folder, encoding, workspace.name("text"))
    if format_ is Format.JSON_ARRAY:
        raw = json_lines.read_array(workspace, text.path, file=path.name, limit=limit)
    elif format_ is Format.JSON_LINES:
        raw = json_lines.read_lines(workspace, text, file=path.name, limit=limit)
    else:
        raw = delimited.read(workspace, text, file=path.name, limit=limit)
    broken = _broken(workspace, raw, path.name) if text.broken else ()
    return replace(raw, findings=(*text.findings, *broken))


def _broken(workspace: Workspace, raw: RawTable, file: str) -> tuple[Finding, ...]:
    cells = ", ".join(["rest", *(f"c{index}" for index in range(len(raw.headers)))])
    count, line = workspace.one("SELECT count(*), min(line) FROM <raw> WHERE contains(concat_ws('', <cells>), chr(65533))", raw=raw.name, cells=cells)
    text = "{file} has characters that its encoding cannot have; they were replaced by \ufffd."
    return (finding(text, rows=count, example=f"line {line}", file=file),)
