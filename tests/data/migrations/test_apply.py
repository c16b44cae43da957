"""The schema: applied once, in a lock, never backwards, and every table says what it is for."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from hanse.base.postgres import EmbeddedPostgres
from hanse.data import migrations
from hanse.data.migrations import NewerDatabase, UnsuitableDatabase
from tests import databases

APPLY = "import sys; from hanse.data import migrations; print(migrations.apply(sys.argv[1]))"


@pytest.fixture
def empty_url(postgres: EmbeddedPostgres) -> Iterator[str]:
    """A database without any table."""
    name = f"test_{uuid4().hex}"
    with psycopg.connect(postgres.conninfo("postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    yield postgres.conninfo(name)
    databases.drop(postgres, name)


def one(conninfo: str, statement: str) -> object:
    with psycopg.connect(conninfo) as connection:
        row = connection.execute(statement.encode()).fetchone()
        return row and row[0]


def test_the_head_is_the_newest_file_and_the_files_are_one_chain() -> None:
    names = sorted(path.stem for path in migrations.folder().glob("[0-9]*.py"))
    assert [name[:4] for name in names] == [f"{number:04}" for number in range(1, len(names) + 1)]
    assert migrations.head() == names[-1][:4]


def test_two_processes_may_apply_it_at_the_same_time(empty_url: str) -> None:
    command = [sys.executable, "-c", APPLY, empty_url]
    root = Path(__file__).parents[3]
    both = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=root) for _ in range(2)]
    said = [process.communicate(timeout=60) for process in both]
    assert [process.returncode for process in both] == [0, 0], said
    assert migrations.current(empty_url) == migrations.head()


def test_the_second_time_there_is_nothing_to_do(empty_url: str) -> None:
    assert migrations.current(empty_url) is None
    assert migrations.apply(empty_url)
    assert not migrations.apply(empty_url)
    assert migrations.current(empty_url) == migrations.head()


def test_a_step_that_fails_leaves_the_database_as_it_was(empty_url: str) -> None:
    with psycopg.connect(empty_url) as connection:
        connection.execute("CREATE TABLE decisions (in_the_way int)")
    with pytest.raises(Exception, match="already exists"):
        migrations.apply(empty_url)
    assert migrations.current(empty_url) is None
    assert one(empty_url, "SELECT to_regclass('events')") is None


def test_a_newer_database_is_refused_and_left_alone(database_url: str) -> None:
    with psycopg.connect(database_url) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(NewerDatabase, match="at step 9999, which this version of Hanse"):
        migrations.apply(database_url)
    assert migrations.current(database_url) == "9999"


def test_a_server_without_pgvector_is_refused(empty_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every server here has it, so the name that is looked for is another one."""
    monkeypatch.setattr(migrations, "EXTENSION", "not-there")
    with pytest.raises(UnsuitableDatabase, match="the extension not-there is not installed"):
        migrations.apply(empty_url)


def test_every_table_says_what_it_is_for(database_url: str) -> None:
    statement = """
        SELECT coalesce(string_agg(relname, ', '), '') FROM pg_class
        WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition
          AND obj_description(oid, 'pg_class') IS NULL AND relname !~ '^(procrastinate_|alembic_version$)'
    """
    assert one(database_url, statement) == ""


def test_the_audit_log_only_grows(database_url: str) -> None:
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO audit_log (audit_id, at, actor_kind, actor, action, effect) VALUES (gen_random_uuid(), now(), 'job', 'x', 'y', 'write')"
        )
        for statement in ("UPDATE audit_log SET actor = 'z'", "DELETE FROM audit_log", "TRUNCATE audit_log"):
            with pytest.raises(psycopg.errors.RaiseException, match="audit_log is append-only"):
                connection.execute(statement.encode())


def test_many_may_need_a_new_month_at_the_same_time(database_url: str) -> None:
    def ask(_: int) -> None:
        with psycopg.connect(database_url) as connection:
            for parent in ("events", "decisions"):
                connection.execute("SELECT ensure_month(%s, '2031-05-17T12:00Z')", (parent,))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(ask, range(16)))
    found = one(database_url, "SELECT string_agg(relname, ',' ORDER BY relname) FROM pg_class WHERE relname LIKE '%2031_05'")
    assert found == "decisions_2031_05,events_2031_05"
