"""Where one import works: a DuckDB in memory that moves to a folder of its own under the home when it grows."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hanse.base.database import Queries

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

MEMORY_LIMIT = "1GB"
"""What one import may use, whatever the size of its files; the rest goes to the folder."""

cells = Queries(f"{__package__}.checking", "cells.sql")


@dataclass
class Workspace:
    """The tables of one import and the folder for its temporary files."""

    duck: duckdb.DuckDBPyConnection
    folder: Path
    _numbers: Iterator[int]

    def run(self, sql: str, values: Sequence[Any] | dict[str, Any] | None = None) -> list[tuple[Any, ...]]:
        """Run one statement; return its rows."""
        return self.duck.execute(sql, values).fetchall()

    def one(self, sql: str, values: Sequence[Any] | dict[str, Any] | None = None) -> tuple[Any, ...]:
        """Run one statement; return its only row."""
        return self.run(sql, values)[0]

    def dicts(self, sql: str, values: Sequence[Any] | dict[str, Any] | None = None) -> list[dict[str, Any]]:
        """Run one statement; return its rows by column name."""
        found = self.duck.execute(sql, values)
        names = [column[0] for column in found.description]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]

    def insert(self, table: str, rows: pa.Table) -> None:
        """Add rows to a table."""
        self.duck.register("arrow_rows", rows)
        self.duck.execute(f"INSERT INTO {table} SELECT * FROM arrow_rows")  # noqa: S608  # our own table names
        self.duck.unregister("arrow_rows")

    def number(self) -> int:
        """Return a number that no other table or file of this import has."""
        return next(self._numbers)


@contextmanager
def opened(home: Path) -> Iterator[Workspace]:
    """Open a workspace below a home folder; everything in it is gone afterwards."""
    import duckdb

    folder = home / "imports"
    folder.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix="work-", dir=folder))
    settings = {
        "memory_limit": MEMORY_LIMIT,
        "temp_directory": str(work),
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
    }
    try:
        with duckdb.connect(":memory:", config=settings) as duck:
            duck.execute("SET TimeZone = 'UTC'")
            for statement in cells["macros"].split(";\n"):
                duck.execute(statement)
            yield Workspace(duck, work, count(1))
    finally:
        shutil.rmtree(work, ignore_errors=True)


def quoted(text: str) -> str:
    """Return a text as a literal of SQL."""
    return "'" + text.replace("'", "''") + "'"
