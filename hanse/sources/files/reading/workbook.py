"""Workbooks of Excel and its relatives: the first sheet with rows; the line is the number of the row in the sheet."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from hanse.sources.files import errors
from hanse.sources.files.reading import table
from hanse.sources.files.reading.records import fitted
from hanse.sources.files.reading.table import RawTable
from hanse.sources.files.schemas import Finding, finding
from hanse.sources.files.workspace import Workspace

if TYPE_CHECKING:
    from python_calamine import CalamineSheet, CalamineWorkbook

Cell = object


def read(workspace: Workspace, path: Path, *, limit: int | None = None) -> RawTable:
    """Read a workbook into a raw table.

    Raises `EmptyFile` and `UnreadableFile`.
    """
    import python_calamine

    try:
        with python_calamine.CalamineWorkbook.from_path(path) as book:
            return _read(workspace, book, path.name, limit)
    except python_calamine.PasswordError as error:
        raise errors.UnreadableFile(file=path.name, reason="it is locked by a password; save it without one") from error
    except (python_calamine.CalamineError, OSError, ValueError) as error:
        raise errors.UnreadableFile(file=path.name, reason=f"it is no workbook, or a damaged one ({error})") from error


def _read(workspace: Workspace, book: CalamineWorkbook, file: str, limit: int | None) -> RawTable:
    sheet, found = _sheet(book, file)
    rows = enumerate(sheet.iter_rows(), 1)
    filled = ((line, cells) for line, cells in rows if any(cell not in {"", None} for cell in cells))
    header = next(filled, (0, []))[1]
    names = table.headers(_text(cell) for cell in _without_empty_end(header))
    name = table.create(workspace, len(names))
    records = (fitted(line, [_text(cell) for cell in cells], len(names)) for line, cells in filled)
    count = table.fill(workspace, name, len(names), islice(records, limit))
    if count == 0:
        raise errors.EmptyFile(file=file, reason="has a header but no rows")
    return RawTable(name, names, count, native=True, findings=found)


def _sheet(book: CalamineWorkbook, file: str) -> tuple[CalamineSheet, tuple[Finding, ...]]:
    sheets = ((name, book.get_sheet_by_name(name)) for name in book.sheet_names)
    filled = [(name, sheet.height, sheet) for name, sheet in sheets if sheet.height]
    if not filled:
        raise errors.EmptyFile(file=file, reason="has no sheet with rows")
    first, *others = filled
    names = ", ".join(name for name, _, _ in others)
    text = "Of {file} only the sheet {sheet} was read, not {others}."
    return first[2], (finding(text, file=file, sheet=first[0], others=names),) if others else ()


def _without_empty_end(cells: Sequence[Cell]) -> Sequence[Cell]:
    end = len(cells)
    while end > 1 and cells[end - 1] in {"", None}:
        end -= 1
    return cells[:end]


def _text(cell: Cell) -> str:
    """Write a cell as text that says the same; whole numbers, which workbooks keep as floats, without a dot."""
    if isinstance(cell, str):
        return cell.replace("\0", "\ufffd")
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    if isinstance(cell, (datetime, date, time)):
        return cell.isoformat()
    return "" if cell is None else str(cell)
