"""The database: a pool of connections, and statements read from `queries.sql` files.

Every statement stands in a `queries.sql` beside the code that uses it, with a name and what it is for:

    -- find_profile --
    -- The profile that an identity belongs to.
    SELECT profile_id FROM identities WHERE kind = %(kind)s AND value = %(value)s;
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib import resources
from typing import Any, LiteralString, cast

import msgspec
import psycopg
from psycopg import sql
from psycopg.rows import DictRow, dict_row
from psycopg.types.json import set_json_dumps, set_json_loads
from psycopg_pool import AsyncConnectionPool

Connection = psycopg.AsyncConnection[DictRow]
Pool = AsyncConnectionPool[Connection]

WAIT_SECONDS = 10.0
"""How long somebody waits for a connection before the database counts as away."""
RECONNECT_SECONDS = 5.0
"""How long one attempt to connect goes on, waiting longer and longer; the next one who asks starts another."""

_NAMED = re.compile(r"^-- ([a-z0-9_]+) --\n", re.MULTILINE)
_NUL = re.compile(rb"(?<!\\)((?:\\\\)*)\\u0000")
"""A NUL as JSON writes it; after an odd number of backslashes the same letters are plain text."""


class Queries(Mapping[str, LiteralString]):
    """The named statements of one package's `queries.sql`."""

    def __init__(self, package: str, file: str = "queries.sql") -> None:
        """Read the file that lies in a package, given by its import name."""
        text = resources.files(package).joinpath(file).read_text(encoding="utf-8")
        parts = _NAMED.split(text)[1:]
        self._statements = {name: cast("LiteralString", body.strip()) for name, body in zip(parts[::2], parts[1::2], strict=True)}

    def __getitem__(self, name: str) -> LiteralString:
        """Return one statement by its name."""
        return self._statements[name]

    def __iter__(self) -> Iterator[str]:
        """Go through the names."""
        return iter(self._statements)

    def __len__(self) -> int:
        """Return how many statements there are."""
        return len(self._statements)


def use_fast_json() -> None:
    """Have psycopg read and write jsonb with msgspec, here and in every later connection."""
    set_json_dumps(msgspec.json.encode)
    set_json_loads(msgspec.json.decode)


use_fast_json()


def pool(conninfo: str, *, size: int = 8) -> Pool:
    """Return a pool, still closed, of connections that give rows as dicts and speak UTC."""
    return AsyncConnectionPool(
        conninfo,
        min_size=1,
        max_size=size,
        open=False,
        timeout=WAIT_SECONDS,
        reconnect_timeout=RECONNECT_SECONDS,
        kwargs={"row_factory": dict_row, "options": "-c timezone=UTC"},
        check=AsyncConnectionPool.check_connection,
        connection_class=psycopg.AsyncConnection[DictRow],
    )


async def connect(conninfo: str, **options: Any) -> Connection:
    """Return one connection outside any pool, with the same habits."""
    return await psycopg.AsyncConnection.connect(conninfo, row_factory=dict_row, options="-c timezone=UTC", **options)


async def copy(connection: Connection, table: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> int:
    """Send rows into a table by COPY, the fastest way in; return how many there were."""
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table), _names(columns))
    count = 0
    async with connection.cursor() as cursor, cursor.copy(statement) as stream:
        for row in rows:
            count += 1
            if block := stream.formatter.write_row(row):  # a block at a time: awaiting each row costs more than the row
                await stream.write(block)
    return count


async def stage(connection: Connection, table: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> int:
    """Send rows into `staged_<table>`, a temporary table of the same columns that is empty at first and gone at commit."""
    staged = sql.Identifier(f"staged_{table}")
    await connection.execute(
        sql.SQL("CREATE TEMPORARY TABLE IF NOT EXISTS {} ON COMMIT DROP AS SELECT {} FROM {} WITH NO DATA").format(
            staged, _names(columns), sql.Identifier(table)
        )
    )
    await connection.execute(sql.SQL("TRUNCATE {}").format(staged))
    return await copy(connection, f"staged_{table}", columns, rows)


async def upsert(connection: Connection, table: str, columns: Sequence[str], key: Sequence[str], rows: Iterable[Sequence[object]]) -> int:
    """Insert rows, or change those whose key is there already; of rows with the same key the last one counts. Return how many."""
    await stage(connection, table, columns, rows)
    changed = [column for column in columns if column not in {*key, "created_at"}]
    update = sql.SQL(", ").join(sql.SQL("{0} = excluded.{0}").format(sql.Identifier(column)) for column in changed)
    action = sql.SQL("UPDATE SET {}").format(update) if changed else sql.SQL("NOTHING")
    cursor = await connection.execute(
        sql.SQL(
            "INSERT INTO {table} ({columns}) SELECT DISTINCT ON ({key}) {columns} FROM {staged} ORDER BY {key}, ctid DESC "
            "ON CONFLICT ({key}) DO {action}"
        ).format(table=sql.Identifier(table), columns=_names(columns), key=_names(key), staged=sql.Identifier(f"staged_{table}"), action=action)
    )
    return cursor.rowcount


def _names(columns: Sequence[str]) -> sql.Composable:
    return sql.SQL(", ").join(sql.Identifier(column) for column in columns)


def jsonb(value: object) -> str:
    """Return JSON text that jsonb takes."""
    return without_nul(msgspec.json.encode(value)).decode()


def without_nul(text: bytes) -> bytes:
    """Return JSON in which NUL characters, which PostgreSQL refuses in any text, are U+FFFD."""
    return _NUL.sub(rb"\1\\ufffd", text) if b"\\u0000" in text else text
