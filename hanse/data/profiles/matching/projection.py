"""Expressions over a table in memory, as one DuckDB statement: the only place here that talks to the engine."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import duckdb
import pyarrow as pa

Expressions = Mapping[str, str]
"""Name of a column to how it is made."""


FEW = 64
"""Up to so many rows the plan of a statement costs more than its work, and is kept for the next time."""


def project(connection: duckdb.DuckDBPyConnection, table: pa.Table, *steps: Expressions) -> pa.Table:
    """Return the columns that the last step makes, row by row; each step sees the columns of the one before, the first those of the table.

    All columns of the table are texts.
    """
    if 0 < table.num_rows <= FEW and "\x00" not in (text := _arguments(table)):
        return _prepared(connection, _statement(_parameters(table.column_names), steps), text)
    with connection.cursor() as cursor:
        cursor.register("given", table)
        return cursor.sql(_statement("given", steps)).to_arrow_table()


def _prepared(connection: duckdb.DuckDBPyConnection, statement: str, arguments: str) -> pa.Table:
    name = f"p{hashlib.sha256(statement.encode()).hexdigest()[:24]}"
    try:
        return connection.sql(f"EXECUTE {name}({arguments})").to_arrow_table()
    except duckdb.BinderException:
        # The first time on this connection.
        connection.execute(f"PREPARE {name} AS {statement}")
        return connection.sql(f"EXECUTE {name}({arguments})").to_arrow_table()


def _statement(source: str, steps: Sequence[Expressions]) -> str:
    for expressions in steps:
        source = _select(", ".join(f'{expression} AS "{name}"' for name, expression in expressions.items()), source)
    return source


def _parameters(names: Sequence[str]) -> str:
    columns = (f'unnest(CAST(${number} AS VARCHAR[])) AS "{name}"' for number, name in enumerate(names, 1))
    return f"(SELECT {', '.join(columns)})"


def _arguments(table: pa.Table) -> str:
    """Write columns as lists; doubling the quote is all that DuckDB asks of a text."""
    return ", ".join(f"[{', '.join(map(_literal, column.to_pylist()))}]" for column in table.columns)


def _literal(value: str | None) -> str:
    return "NULL" if value is None else "'" + value.replace("'", "''") + "'"


def groups(connection: duckdb.DuckDBPyConnection, table: pa.Table, by: str, *columns: str) -> Sequence[tuple[Any, ...]]:
    """Return one row for each value of a column that is not null: the value, then what the other expressions come to."""
    statement = _select(", ".join([f'"{by}"', *columns]), f'given WHERE "{by}" IS NOT NULL GROUP BY 1')
    with connection.cursor() as cursor:
        cursor.register("given", table)
        return cursor.execute(statement).fetchall()


def _select(columns: str, source: str) -> str:
    return f"(SELECT {columns} FROM {source})"  # noqa: S608  # columns and conditions are our own; values never stand in the text
