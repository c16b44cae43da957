"""Records of delimited text, one by one and forgiving: for files that are not quite CSV.

A quotation mark that never closes costs its own row only, not the rest of the file.
"""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from hanse.base import delimited
from hanse.sources.files.reading.table import Record

LONGEST_RECORD_LINES = 200
"""Lines that one record may span; a quotation mark open for longer is a slip."""

Line = tuple[int, str]


@dataclass
class Records:
    """Goes through the lines of a file and gives its records."""

    lines: Iterator[Line]
    separator: str
    width: int
    """Cells of the header."""
    _waiting: deque[Line] = field(default_factory=deque)

    def __iter__(self) -> Iterator[Record]:
        """Give the records; lines with nothing in them are none."""
        while (line := self._next()) is not None:
            if line[1].strip():
                yield self._record(line)

    def _next(self) -> Line | None:
        return self._waiting.popleft() if self._waiting else next(self.lines, None)

    def _record(self, line: Line) -> Record:
        number, text = line
        if '"' not in text:
            return fitted(number, text.rstrip("\r\n").split(self.separator), self.width)
        cells = self._parse([text])
        if cells is None:
            cells = self._longer(text)
        if cells is None:
            return self._unquoted(number, text)
        return fitted(number, cells, self.width)

    def _parse(self, lines: Iterable[str], *, strict: bool = True) -> list[str] | None:
        """Return the cells of one record; null where the lines are not exactly one."""
        try:
            rows = list(delimited.reader(lines, self.separator, strict=strict))
        except csv.Error:
            return None
        if len(rows) != 1:
            return None
        last = rows[0][-1:]
        return rows[0][:-1] + [cell.rstrip("\r\n") for cell in last]

    def _longer(self, first: str) -> list[str] | None:
        """Add lines until the open quotation mark closes; give them back where that makes no record of the right width."""
        taken: list[Line] = []
        cells = None
        while len(taken) < LONGEST_RECORD_LINES and (line := self._next()) is not None:
            taken.append(line)
            if line[1].count('"') % 2:
                cells = self._parse([first, *(text for _, text in taken)])
                break
        if cells is None or len(cells) > self.width:
            self._waiting.extendleft(reversed(taken))
            return None
        return cells

    def _unquoted(self, number: int, text: str) -> Record:
        """Read the line alone, forgiving or with quotation marks as letters, where that gives the right width."""
        plain = text.rstrip("\r\n")
        for cells in (self._closed(plain), plain.split(self.separator)):
            if cells is not None and len(cells) == self.width:
                return Record(number, cells)
        return Record(number, [None] * self.width, "open_quote", plain)

    def _closed(self, text: str) -> list[str] | None:
        """Read a line with text after a closing quotation mark, such as `"5" pipe"`."""
        open_at_end = self._parse([text + '"'], strict=True) is not None
        return None if open_at_end else self._parse([text], strict=False)


def fitted(number: int, cells: list[str], width: int) -> Record:
    """Return cells as a record of the header's width: short ones are filled up, surplus ones make it unusable."""
    if len(cells) == width:
        return Record(number, cells)
    surplus = cells[width:]
    if any(cell.strip() for cell in surplus):
        return Record(number, cells[:width], "too_many_cells", " | ".join(surplus))
    return Record(number, (cells + [""] * (width - len(cells)))[:width])
