"""Cells of delimited text: one limit for all that read it, as Python keeps one for the whole process."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from typing import Protocol

LONGEST_CELL = 16 << 20
"""Characters of one cell; descriptions with pictures in them are longer than the 131,072 that Python allows unless told."""

csv.field_size_limit(LONGEST_CELL)


class Reader(Protocol):
    """The rows of delimited text, and how many lines were read for them."""

    line_num: int

    def __iter__(self) -> Iterator[list[str]]: ...
    def __next__(self) -> list[str]: ...


def reader(lines: Iterable[str], delimiter: str = ",", *, strict: bool = False) -> Reader:
    """Read rows of cells; `csv.Error` where a cell is longer than `LONGEST_CELL` or, if strict, is not quoted by the rules.

    Source: RFC 4180, with any delimiter.
    """
    return csv.reader(lines, delimiter=delimiter, strict=strict)
