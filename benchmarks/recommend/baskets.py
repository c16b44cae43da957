"""Reads receipts: lines with a household, a basket, a product and a time, as Parquet or CSV, with a file of products where there is one."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import duckdb
import numpy as np

from hanse.capabilities.recommend import questions
from hanse.capabilities.recommend.histories import Histories
from hanse.capabilities.recommend.questions import Kind, Questions

LEAST_BASKETS, MOST_BASKETS = 3, 50
NO_PRODUCTS = "FUEL|COUP|MISC"
"""Departments that sell nothing a customer could be recommended."""
COLUMNS = {
    "owner": ("household_id", "household_key", "customer_id", "user_id", "card_id"),
    "basket": ("basket_id", "order_id", "transaction_id", "invoice_id"),
    "product": ("product_id", "item_id", "article_id", "sku"),
    "at": ("transaction_timestamp", "timestamp", "time", "ordered_at", "date", "order_date", "day"),
}

SQL = """
    WITH kept AS (
        SELECT "{owner}" AS owner, "{basket}" AS basket, "{product}" AS product, min("{at}") AS bought_at
        FROM lines WHERE "{product}" IS NOT NULL AND "{basket}" IS NOT NULL {sold} {left_out}
        GROUP BY ALL
    ), placed AS (
        SELECT owner, basket, count(*) OVER (PARTITION BY owner) AS number,
            row_number() OVER (PARTITION BY owner ORDER BY min(bought_at), basket) - 1 AS place
        FROM kept GROUP BY owner, basket
    ), asked AS (
        SELECT kept.*, number, place, max(CASE WHEN place < number - 1 THEN bought_at END) OVER (PARTITION BY owner) AS last_at
        FROM kept JOIN placed USING (owner, basket)
        WHERE number >= {least} AND place >= number - {most}
    )
    SELECT dense_rank() OVER (ORDER BY last_at, owner) - 1 AS owner, (place - greatest(number - {most}, 0))::INTEGER AS basket,
        (dense_rank() OVER (ORDER BY product) - 1)::INTEGER AS product, {days} AS days
    FROM asked ORDER BY 1, 2, 3
"""


def read(files: Sequence[Path]) -> tuple[Histories, Questions, str]:
    """Return the baskets of each household but the last one, questions for the last one, and how this was done."""
    with duckdb.connect() as connection:
        lines = _with_columns(connection, files)
        columns = _columns(connection, lines)
        connection.execute(f"CREATE VIEW lines AS SELECT * FROM {lines}")
        types = dict(connection.execute("SELECT column_name, column_type FROM (DESCRIBE lines)").fetchall())
        days = "bought_at::DOUBLE" if types[columns["at"]] in {"BIGINT", "INTEGER", "DOUBLE"} else "epoch(bought_at) / 86400"
        left_out = _left_out(connection, files, columns["product"])
        sold = "AND quantity > 0" if "quantity" in types else ""
        query = SQL.format(**columns, left_out=left_out, sold=sold, least=LEAST_BASKETS, most=MOST_BASKETS, days=days)
        found = connection.execute(query).fetchnumpy()
    owner, at = np.asarray(found["owner"], np.int64), np.asarray(found["days"], np.float64)
    start = np.searchsorted(owner, np.arange(owner.max(initial=-1) + 2)).astype(np.int64)
    product = np.asarray(found["product"], np.int32)
    whole = Histories(start, product, np.asarray(found["basket"], np.int32), at - at.min(initial=np.inf), int(product.max(initial=-1)) + 1)
    made = questions.split(Kind.BASKET, whole, seed=0, most=len(whole))
    note = f"the last basket of those with at least {LEAST_BASKETS} is asked for, the last {MOST_BASKETS} are known"
    return made.log, made.questions, note + (f"; departments {NO_PRODUCTS} are left out" if left_out else "")


def _with_columns(connection: duckdb.DuckDBPyConnection, files: Sequence[Path]) -> str:
    """Return how the file is read that has a column of each kind; raise where none has."""
    tables = [_source(each) for each in files if _is_table(each)]
    for table in tables:
        present = _names(connection, table)
        if all(any(name in present for name in names) for names in COLUMNS.values()):
            return table
    raise SystemExit(f"No file has a column of each of these kinds: {', '.join(' or '.join(names) for names in COLUMNS.values())}.")


def _is_table(path: Path) -> bool:
    return path.name.removesuffix(".gz").endswith((".parquet", ".csv"))


def _source(path: Path) -> str:
    quoted = str(path).replace("'", "''")
    return f"read_parquet('{quoted}')" if ".parquet" in path.name else f"read_csv('{quoted}')"


def _names(connection: duckdb.DuckDBPyConnection, table: str) -> list[str]:
    return [str(row[0]) for row in connection.execute(f"SELECT column_name FROM (DESCRIBE SELECT * FROM {table})").fetchall()]


def _columns(connection: duckdb.DuckDBPyConnection, table: str) -> dict[str, str]:
    present = _names(connection, table)
    return {kind: next(name for name in names if name in present) for kind, names in COLUMNS.items()}


def _left_out(connection: duckdb.DuckDBPyConnection, files: Sequence[Path], product: str) -> str:
    """Return a condition that leaves products out that are none, where a file tells the department of each."""
    for table in [_source(each) for each in files if _is_table(each)]:
        if {product, "department"} <= set(_names(connection, table)):
            return f"""AND "{product}" NOT IN (SELECT "{product}" FROM {table} WHERE regexp_matches(coalesce(department, ''), '{NO_PRODUCTS}'))"""
    return ""
