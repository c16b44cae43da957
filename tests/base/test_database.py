"""Statements with names, many rows at once, and JSON that PostgreSQL takes."""

from __future__ import annotations

import sys
from pathlib import Path

import psycopg
import pytest

from hanse.base import database
from hanse.base.database import Connection, Queries
from hanse.base.postgres import EmbeddedPostgres


@pytest.fixture
async def boats(connection: Connection) -> Connection:
    await connection.execute("CREATE TABLE boats (name text PRIMARY KEY, crates int, created_at text)")
    return connection


async def rows(connection: Connection) -> list[tuple[object, ...]]:
    return [tuple(row.values()) for row in await (await connection.execute("SELECT * FROM boats ORDER BY name")).fetchall()]


def test_queries_are_read_by_name_without_their_heads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "harbour"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "queries.sql").write_text("-- one --\n-- The first.\nSELECT 1;\n\n-- two --\n-- The second.\nSELECT 2;\n")
    monkeypatch.syspath_prepend(tmp_path)
    found = Queries("harbour")
    assert dict(found) == {"one": "-- The first.\nSELECT 1;", "two": "-- The second.\nSELECT 2;"}
    assert len(found) == 2
    del sys.modules["harbour"]


async def test_rows_are_copied_in(boats: Connection) -> None:
    assert await database.copy(boats, "boats", ("name", "crates"), [("Cog", 3), ("Hulk", None)]) == 2
    assert await rows(boats) == [("Cog", 3, None), ("Hulk", None, None)]


async def test_staging_again_starts_empty(boats: Connection) -> None:
    await database.stage(boats, "boats", ("name",), [("Cog",), ("Hulk",)])
    await database.stage(boats, "boats", ("name",), [("Cog",)])
    row = await (await boats.execute("SELECT count(*) AS count FROM staged_boats")).fetchone()
    assert row == {"count": 1}


async def test_a_row_with_a_known_key_changes_but_keeps_its_beginning(boats: Connection) -> None:
    columns = ("name", "crates", "created_at")
    await database.upsert(boats, "boats", columns, ("name",), [("Cog", 1, "first")])
    assert await database.upsert(boats, "boats", columns, ("name",), [("Cog", 2, "later"), ("Hulk", 9, "later")]) == 2
    assert await rows(boats) == [("Cog", 2, "first"), ("Hulk", 9, "later")]


async def test_of_rows_with_the_same_key_the_last_one_counts(boats: Connection) -> None:
    await database.upsert(boats, "boats", ("name", "crates"), ("name",), [("Cog", 1), ("Hulk", 5), ("Cog", 2), ("Cog", 3)])
    assert [row[:2] for row in await rows(boats)] == [("Cog", 3), ("Hulk", 5)]


async def test_rows_that_are_all_key_are_added_once(boats: Connection) -> None:
    await database.upsert(boats, "boats", ("name",), ("name",), [("Cog",)])
    assert await database.upsert(boats, "boats", ("name",), ("name",), [("Cog",), ("Hulk",)]) == 1


async def test_json_comes_back_as_it_went_in_and_times_are_in_utc(connection: Connection) -> None:
    value = {"text": "Bohrer ü", "list": [1, 2.5, None, True]}
    row = await (await connection.execute("SELECT %s::jsonb AS value, current_setting('TimeZone') AS zone", (database.jsonb(value),))).fetchone()
    assert row == {"value": value, "zone": "UTC"}


@pytest.mark.parametrize(
    "text", ["a\x00b", "\x00", "a\\u0000b", "back\\slash\x00", "\ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16")]
)
async def test_any_text_becomes_json_that_the_database_takes(connection: Connection, text: str) -> None:
    row = await (await connection.execute("SELECT %s::jsonb->>'text' AS text", (database.jsonb({"text": text}),))).fetchone()
    assert row == {"text": text.replace("\x00", "\ufffd")}


async def test_a_pool_gives_rows_as_dicts_and_is_back_after_the_loss_of_its_connections(postgres: EmbeddedPostgres, database_url: str) -> None:
    pool = database.pool(database_url, size=2)
    async with pool:
        async with pool.connection() as connection:
            assert await (await connection.execute("SELECT 1 AS one")).fetchone() == {"one": 1}
        with psycopg.connect(postgres.conninfo("postgres"), autocommit=True) as other:
            name = psycopg.conninfo.conninfo_to_dict(database_url)["dbname"]
            other.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,))
        async with pool.connection() as connection:
            assert await (await connection.execute("SELECT 2 AS two")).fetchone() == {"two": 2}
