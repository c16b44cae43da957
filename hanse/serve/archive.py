"""Backups: one tar file with a dump of the database, the models, the lake and a manifest that says what is inside."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import tarfile
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

import hanse
from hanse.base.config import Settings
from hanse.base.context import Context
from hanse.base.errors import HanseError
from hanse.base.postgres import EmbeddedPostgres
from hanse.data import migrations
from hanse.data.lake import REFRESH_LOCK
from hanse.data.privacy import journal, restoring
from hanse.serve import runtime

FOLDERS = ("models", "lake", "imports", "sample")

REPLACE = "DROP SCHEMA public CASCADE; CREATE SCHEMA public"


class NotEmpty(HanseError):
    """There is data here already ({events} events). Restore with --force to replace it, or set HANSE_HOME to an empty folder."""

    exit_code = 4


class NotABackup(HanseError):
    """{file} is not a backup of Hanse: {reason}."""

    exit_code = 2


class BackupFailed(HanseError):
    """{program} failed: {reason}."""


class Manifest(msgspec.Struct, kw_only=True, frozen=True):
    """What a backup has inside."""

    hanse: str
    schema: str
    created_at: datetime
    events: int
    profiles: int
    bytes: int = 0


def write(settings: Settings, conninfo: str, file: Path) -> Manifest:
    """Write a backup; the lake does not move on meanwhile, so that it and the database agree. Raises `BackupFailed`."""
    try:
        return _write(settings, conninfo, file)
    except OSError as error:
        raise BackupFailed(program="Writing the backup", reason=error) from error


def _write(settings: Settings, conninfo: str, file: Path) -> Manifest:
    file.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=file.parent, prefix=".backup-") as folder, psycopg.connect(conninfo, autocommit=True) as lock:
        lock.execute("SELECT pg_advisory_lock(%s)", (REFRESH_LOCK,))
        begun = datetime.now(UTC)  # who is erased from here on may still be in it
        dump = Path(folder) / "database.dump"
        _run(settings, conninfo, "pg_dump", _address(conninfo), "--format=custom", "--no-owner", f"--file={dump}")
        manifest = Manifest(hanse=hanse.__version__, schema=migrations.head(), created_at=begun, **_counts(lock))
        whole = Path(folder) / "backup.tar"
        _pack(settings, whole, dump, manifest)
        whole.chmod(0o600)
        whole.replace(file)
    return msgspec.structs.replace(manifest, bytes=file.stat().st_size)


def read(settings: Settings, conninfo: str, file: Path, *, force: bool = False) -> Manifest:
    """Replace what is there by a backup. Raises `NotABackup`, and `NotEmpty` where there is data and no `force`.

    Whoever was erased since the backup was made is erased again.
    """
    manifest = _manifest(file)
    with psycopg.connect(conninfo) as connection:
        events = _counts(connection)["events"]
    if (events or _has_files(settings)) and not force:
        raise NotEmpty(events=events)
    settings.home.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=settings.home, prefix=".restore-") as folder:
        _replace(settings, conninfo, _unpack(file, Path(folder)))
        for name in FOLDERS:
            shutil.rmtree(settings.home / name, ignore_errors=True)
            if (Path(folder) / name).exists():
                (Path(folder) / name).rename(settings.home / name)
    migrations.apply(conninfo)
    if journal.read(settings.home):
        asyncio.run(_erase_again(settings, conninfo, manifest))
    return msgspec.structs.replace(manifest, bytes=file.stat().st_size)


async def _erase_again(settings: Settings, conninfo: str, manifest: Manifest) -> None:
    """Erase whom the backup brings back although they were erased since it was made."""
    resources = runtime.build(settings, conninfo).resources
    async with resources.pool, Context(resources) as context:
        await restoring.erase_again(context, backup_made_at=manifest.created_at)


def _pack(settings: Settings, whole: Path, dump: Path, manifest: Manifest) -> None:
    note = whole.with_name("manifest.json")
    note.write_bytes(msgspec.json.encode(manifest))
    with tarfile.open(whole, "w") as tar:
        tar.add(note, "manifest.json")
        tar.add(dump, "database.dump")
        for name in FOLDERS:
            if (settings.home / name).exists():
                tar.add(settings.home / name, name)


def _manifest(file: Path) -> Manifest:
    try:
        with tarfile.open(file, "r:") as tar:
            member = tar.extractfile("manifest.json")
            manifest = msgspec.json.decode(member.read() if member else b"", type=Manifest)
    except (OSError, KeyError, tarfile.TarError, msgspec.DecodeError) as error:
        raise NotABackup(file=file, reason=str(error)) from error
    if manifest.schema > migrations.head():
        raise NotABackup(file=file, reason=f"it was written by the newer Hanse {manifest.hanse}")
    return manifest


def _unpack(file: Path, folder: Path) -> Path:
    """Lay out what a backup has inside; return where its dump is."""
    try:
        with tarfile.open(file, "r:") as tar:
            tar.extractall(folder, filter="data")
    except (OSError, tarfile.TarError) as error:
        raise NotABackup(file=file, reason=str(error)) from error
    dump = folder / "database.dump"
    if not dump.exists():
        raise NotABackup(file=file, reason="there is no database in it")
    return dump


def _replace(settings: Settings, conninfo: str, dump: Path) -> None:
    """Replace the database by a dump in one transaction, so that a restore that fails or is killed takes nothing away."""
    script = dump.with_suffix(".sql")
    _run(settings, conninfo, "pg_restore", "--no-owner", f"--file={script}", str(dump))
    options = ("--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1")
    _run(settings, conninfo, "psql", *options, _address(conninfo), f"--command={REPLACE}", f"--file={script}")


def _counts(connection: psycopg.Connection[tuple[int, ...]]) -> dict[str, int]:
    row = connection.execute("SELECT (SELECT count(*) FROM events), (SELECT count(*) FROM profiles)").fetchone() or (0, 0)
    return {"events": row[0], "profiles": row[1]}


def _has_files(settings: Settings) -> bool:
    return any(any(folder.rglob("*")) for name in FOLDERS if (folder := settings.home / name).exists())


def _address(conninfo: str) -> str:
    """Return how a program of PostgreSQL connects; the password goes by the environment, since a command line can be read by others."""
    return f"--dbname={make_conninfo('', **{name: value for name, value in conninfo_to_dict(conninfo).items() if name != 'password'})}"


def _run(settings: Settings, conninfo: str, program: str, *arguments: str) -> None:
    password = conninfo_to_dict(conninfo).get("password")
    environment = {**os.environ, **({"PGPASSWORD": str(password)} if password else {})}
    command = [*EmbeddedPostgres(settings.home).program(program), *arguments]
    done = subprocess.run(command, check=False, capture_output=True, text=True, env=environment)
    if done.returncode:
        raise BackupFailed(program=program, reason=done.stderr.strip()[:500])
