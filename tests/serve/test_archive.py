"""A backup brings back everything there was, and a restore that fails takes nothing away."""

from __future__ import annotations

import os
import shutil
import tarfile
import threading
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import msgspec
import psycopg
import pytest
from psycopg import sql

from hanse.base import database
from hanse.base.config import Settings
from hanse.base.postgres import EmbeddedPostgres
from hanse.data import decisions, events, migrations
from hanse.data.events import Event
from hanse.serve import archive
from hanse.serve.archive import BackupFailed, NotABackup, NotEmpty
from tests import databases
from tests.conftest import NOW
from tests.data.decisions.records import record


def contents(conninfo: str) -> dict[str, tuple[int, str]]:
    """Return of each table how many rows it has, and what is in them."""
    statement = sql.SQL("SELECT count(*), coalesce(md5(string_agg(line::text, ';' ORDER BY line::text)), '') FROM {} AS line")
    with psycopg.connect(conninfo) as connection:
        names = [row[0] for row in connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")]
        return {name: connection.execute(statement.format(sql.Identifier(name))).fetchone() or (0, "") for name in names}


def files(home: Path) -> dict[str, str]:
    """Return the files of a home, with what is in them."""
    return {str(path.relative_to(home)): sha256(path.read_bytes()).hexdigest() for path in sorted(home.rglob("*")) if path.is_file()}


@pytest.fixture
async def filled(settings: Settings) -> Settings:
    """A home with something of everything."""
    async with await database.connect(settings.database_url) as connection:
        sent = [
            Event(message_id=f"m-{n}", name="Viewed ü", user_id=str(n), source="shop", occurred_at=NOW, properties={"n": n}) for n in range(1, 31)
        ]
        await events.append(connection, sent, now=NOW)
        await decisions.put(connection, [record()])
        await connection.execute("CREATE TABLE embeddings (item text, place vector(3))")
        await connection.execute("INSERT INTO embeddings VALUES ('a', '[1,2,3]')")
    for name in ("models/recommend/1/array.npy", "lake/events/day=1/part.parquet", "imports/rejected.csv", "sample/truth.json.gz"):
        (settings.home / name).parent.mkdir(parents=True)
        (settings.home / name).write_bytes(os.urandom(100))
    return settings


@pytest.fixture
def other(tmp_path: Path, postgres: EmbeddedPostgres) -> Iterator[Settings]:
    """Another machine: a home and a database without anything in them but the tables."""
    with databases.copied(postgres) as url:
        yield Settings(home=tmp_path / "other", database_url=url)


@pytest.fixture
def backup(filled: Settings, tmp_path: Path) -> Path:
    file = tmp_path / "backups" / "hanse.tar"
    archive.write(filled, filled.database_url, file)
    return file


def test_what_is_restored_is_what_there_was(filled: Settings, backup: Path, other: Settings) -> None:
    manifest = archive.read(other, other.database_url, backup)
    assert (manifest.events, manifest.profiles, manifest.schema) == (30, 30, migrations.head())
    assert contents(other.database_url) == contents(filled.database_url)
    assert files(other.home) == files(filled.home)


def test_what_was_restored_works_on_and_can_be_backed_up_again(filled: Settings, backup: Path, other: Settings, tmp_path: Path) -> None:
    archive.read(other, other.database_url, backup)
    with psycopg.connect(other.database_url) as connection:
        connection.execute("INSERT INTO embeddings VALUES ('b', '[1,2,4]')")
        connection.execute("SELECT ensure_month('events', '2031-01-01')")
        row = connection.execute("SELECT item FROM embeddings ORDER BY place <-> '[1,2,5]' LIMIT 1").fetchone()
        assert row == ("b",)
    archive.write(other, other.database_url, tmp_path / "again.tar")
    archive.read(filled, filled.database_url, tmp_path / "again.tar", force=True)
    assert contents(filled.database_url) == contents(other.database_url)


def test_a_backup_is_for_its_owner_alone_and_leaves_nothing_beside_it(backup: Path) -> None:
    assert backup.stat().st_mode & 0o777 == 0o600
    assert list(backup.parent.iterdir()) == [backup]


def test_a_newer_backup_takes_the_place_of_an_older_one_only_once_it_is_whole(filled: Settings, backup: Path) -> None:
    before = backup.read_bytes()
    with psycopg.connect(filled.database_url, autocommit=True) as connection:
        connection.execute("CREATE ROLE without_rights")
        with pytest.raises(BackupFailed, match=r"pg_dump failed.*permission denied"):
            archive.write(filled, psycopg.conninfo.make_conninfo(filled.database_url, options="-c role=without_rights"), backup)
        connection.execute("DROP ROLE without_rights")
    assert backup.read_bytes() == before
    assert list(backup.parent.iterdir()) == [backup]


@pytest.mark.parametrize("there", ["events", "files"])
def test_where_there_is_something_it_is_not_replaced_without_force(filled: Settings, backup: Path, there: str) -> None:
    if there == "events":
        shutil.rmtree(filled.home)
    else:
        with psycopg.connect(filled.database_url) as connection:
            connection.execute("TRUNCATE events")
    before, kept = contents(filled.database_url), files(filled.home)
    with pytest.raises(NotEmpty, match="--force"):
        archive.read(filled, filled.database_url, backup)
    assert (contents(filled.database_url), files(filled.home)) == (before, kept)


def test_with_force_everything_is_replaced(filled: Settings, backup: Path) -> None:
    before, kept = contents(filled.database_url), files(filled.home)
    with psycopg.connect(filled.database_url) as connection:
        connection.execute("DELETE FROM events")
        connection.execute("CREATE TABLE newer (n int)")
    (filled.home / "models" / "newer").write_text("x")
    archive.read(filled, filled.database_url, backup, force=True)
    assert (contents(filled.database_url), files(filled.home)) == (before, kept)


def pack(file: Path, **members: bytes) -> Path:
    """Make a tar file of some members, `__` in their names being a dot."""
    with tarfile.open(file, "w") as tar:
        for name, body in members.items():
            path = file.parent / f".{name}"
            path.write_bytes(body)
            tar.add(path, name.replace("__", "."))
            path.unlink()
    return file


def manifest(**facts: object) -> bytes:
    standard = {"hanse": "9.0", "schema": migrations.head(), "created_at": NOW, "events": 1, "profiles": 1}
    return msgspec.json.encode({**standard, **facts})


@pytest.mark.parametrize(
    ("members", "reason"),
    [
        ({}, "manifest.json"),
        ({"manifest__json": b"{"}, "truncated"),
        ({"manifest__json": b'{"hanse": "1"}'}, "missing required field"),
        ({"manifest__json": manifest(schema="9999")}, "it was written by the newer Hanse 9.0"),
        ({"manifest__json": manifest()}, "there is no database in it"),
    ],
)
def test_what_is_no_backup_is_refused_with_the_reason(other: Settings, tmp_path: Path, members: dict[str, bytes], reason: str) -> None:
    with pytest.raises(NotABackup) as caught:
        archive.read(other, other.database_url, pack(tmp_path / "x.tar", **members))
    assert reason in str(caught.value)


def test_files_that_are_not_there_or_of_another_kind_are_refused(other: Settings, tmp_path: Path) -> None:
    (tmp_path / "text").write_text("hello")
    (tmp_path / "empty").touch()
    for name in ("text", "empty", "not-there"):
        with pytest.raises(NotABackup, match=name):
            archive.read(other, other.database_url, tmp_path / name)


@pytest.mark.parametrize("broken", ["cut off", "no dump", "dump cut off"])
def test_a_restore_that_fails_takes_nothing_away(filled: Settings, backup: Path, tmp_path: Path, broken: str) -> None:
    before, kept = contents(filled.database_url), files(filled.home)
    bad = tmp_path / "bad.tar"
    with tarfile.open(backup) as tar:
        dump = tar.extractfile("database.dump")
        assert dump
        body = dump.read()
    if broken == "cut off":
        bad.write_bytes(backup.read_bytes()[: backup.stat().st_size // 2])
    else:
        pack(bad, manifest__json=manifest(), database__dump=b"PGDMP" if broken == "no dump" else body[: len(body) * 2 // 3])
    with pytest.raises((NotABackup, BackupFailed)):
        archive.read(filled, filled.database_url, bad, force=True)
    assert (contents(filled.database_url), files(filled.home)) == (before, kept)
    with psycopg.connect(filled.database_url) as connection:
        assert connection.execute("SELECT place <-> '[1,2,3]' FROM embeddings").fetchone() == (0.0,)


def test_a_restore_that_is_killed_takes_nothing_away(filled: Settings, backup: Path) -> None:
    """Its transaction is held up by somebody who reads, and its connection is cut as the end of its process would."""
    before = contents(filled.database_url)
    with psycopg.connect(filled.database_url) as reader:
        reader.execute("SELECT * FROM events")
        restoring = threading.Thread(target=lambda: archive.read(filled, filled.database_url, backup, force=True))
        excepthook, threading.excepthook = threading.excepthook, lambda _: None
        restoring.start()
        while not _cut(filled.database_url):
            assert restoring.is_alive()
        restoring.join()
        threading.excepthook = excepthook
    assert contents(filled.database_url) == before


def _cut(conninfo: str) -> int:
    with psycopg.connect(conninfo, autocommit=True) as connection:
        return connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'DROP SCHEMA%'").rowcount


def test_a_member_that_points_outside_is_not_unpacked(other: Settings, tmp_path: Path) -> None:
    bad = pack(tmp_path / "bad.tar", manifest__json=manifest(), database__dump=b"")
    with tarfile.open(bad, "a") as tar:
        (tmp_path / "x").write_text("x")
        tar.add(tmp_path / "x", "../../outside")
    with pytest.raises(NotABackup):
        archive.read(other, other.database_url, bad)
    assert not (tmp_path / "outside").exists()
