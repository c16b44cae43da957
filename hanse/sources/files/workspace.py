"""Where one import works: a DuckDB in memory that moves to a folder of its own under the home when it grows."""

from __future__ import annotations

import contextlib
import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any, LiteralString
from uuid import uuid4

from filelock import FileLock, Timeout

from hanse.base import money
from hanse.base.database import Queries
from hanse.sources.files.kinds.declaration import PIECE_UNITS

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

MEMORY_LIMIT = "1GB"
"""What one import may use, whatever the size of its files; the rest goes to the folder."""
SIGNS = {
    "€": "EUR",
    "EURO": "EUR",
    "$": "USD",
    "US$": "USD",
    "£": "GBP",
    "¥": "JPY",
    "FR": "CHF",
    "SFR": "CHF",
    "KČ": "CZK",
    "ZŁ": "PLN",
    "FT": "HUF",
    "LEI": "RON",
    "₺": "TRY",
    "₹": "INR",
    "₽": "RUB",
    "₴": "UAH",
}
"""Currency by what stands beside amounts, in capitals and without a dot."""

cells = Queries(f"{__package__}.checking", "cells.sql")

_PART = re.compile(r"<([a-z_]+)>")


@dataclass
class Workspace:
    """The tables of one import and the folder for its temporary files."""

    duck: duckdb.DuckDBPyConnection
    folder: Path
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def run(self, sql: LiteralString, values: Mapping[str, Any] | None = None, **parts: str) -> list[tuple[Any, ...]]:
        """Run one statement, each `<name>` in it replaced by that part; return its rows."""
        return self._execute(sql, values, parts).fetchall()

    def one(self, sql: LiteralString, values: Mapping[str, Any] | None = None, **parts: str) -> tuple[Any, ...]:
        """Run one statement like `run`; return its only row."""
        return self.run(sql, values, **parts)[0]

    def dicts(self, sql: LiteralString, values: Mapping[str, Any] | None = None, **parts: str) -> list[dict[str, Any]]:
        """Run one statement like `run`; return its rows by column name."""
        found = self._execute(sql, values, parts)
        names = [column[0] for column in found.description]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]

    def insert(self, table: str, rows: pa.Table) -> None:
        """Add rows to a table."""
        self.duck.register("arrow_rows", rows)
        self.run("INSERT INTO <table> SELECT * FROM arrow_rows", table=table)
        self.duck.unregister("arrow_rows")

    def name(self, kind: str) -> str:
        """Return a name that no other table or file of this import has."""
        return f"{kind}_{next(self._numbers)}"

    def _execute(self, sql: LiteralString, values: Mapping[str, Any] | None, parts: Mapping[str, str]) -> duckdb.DuckDBPyConnection:
        statement = _PART.sub(lambda match: parts[match[1]], sql)
        return self.duck.execute(statement, values) if values else self.duck.execute(statement)


@contextmanager
def opened(home: Path) -> Iterator[Workspace]:
    """Open a workspace below a home folder; everything in it is gone afterwards."""
    import duckdb

    work = home / "imports" / f"work-{uuid4().hex}"
    _sweep(work.parent)
    settings: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": MEMORY_LIMIT,
        "temp_directory": str(work),
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
    }
    with _held(work), duckdb.connect(":memory:", config=settings) as duck:
        workspace = Workspace(duck, work)
        _furnish(workspace)
        yield workspace


def literal(text: str) -> str:
    """Return a text as a literal of SQL."""
    return "'" + text.replace("'", "''") + "'"


def file_literal(path: Path) -> str:
    """Return a path as a literal of SQL that means this one file, whatever signs are in it."""
    return literal(re.sub(r"([*?\[])", r"[\1]", str(path)))


def identifier(name: str) -> str:
    """Return a name as an identifier of SQL."""
    return '"' + name.replace('"', '""') + '"'


@contextmanager
def _held(work: Path) -> Iterator[None]:
    """Make a folder for as long as this process needs it; the lock beside it says that somebody does."""
    work.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(work.with_suffix(".lock")) as lock:
        work.mkdir()
        try:
            yield
        finally:
            shutil.rmtree(work, ignore_errors=True)
            Path(lock.lock_file).unlink(missing_ok=True)


def _sweep(folder: Path) -> None:
    """Remove the folders of imports whose process was killed."""
    for work in folder.glob("work-*/"):
        with contextlib.suppress(Timeout), _held_no_more(work):
            shutil.rmtree(work, ignore_errors=True)


@contextmanager
def _held_no_more(work: Path) -> Iterator[None]:
    with FileLock(work.with_suffix(".lock"), timeout=0) as lock:
        yield
        Path(lock.lock_file).unlink(missing_ok=True)


def _furnish(workspace: Workspace) -> None:
    """Set up what the checks of cells use: the macros, the currencies and the units that mean pieces."""
    from babel.numbers import list_currencies

    workspace.run("SET TimeZone = 'UTC'")
    for macro in cells["macros"].split(";\n"):
        workspace.duck.execute(macro)
    signs = SIGNS | {code: code for code in list_currencies()}
    workspace.run("CREATE TABLE currencies (sign VARCHAR, code VARCHAR, digits INTEGER)")
    workspace.run("CREATE TABLE piece_units (unit VARCHAR)")
    known = ", ".join(f"({literal(sign)}, '{code}', {money.digits(code)})" for sign, code in signs.items())
    workspace.run("INSERT INTO currencies VALUES <known>", known=known)
    workspace.run("INSERT INTO piece_units VALUES <units>", units=", ".join(f"({literal(unit)})" for unit in sorted(PIECE_UNITS)))
