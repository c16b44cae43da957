"""The schema of the database, in steps: Alembic scripts with SQL in them, applied in a lock at every start."""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from typing import Any, LiteralString

import psycopg

from hanse.base.errors import HanseError

LOCK = 4_842_026
"""Key of the advisory lock under which one process at a time migrates."""

EXTENSION = "vector"


class NewerDatabase(HanseError):
    """The database is at step {found}, which this version of Hanse ({known}) does not know. Start the newer Hanse, or restore a backup."""


class UnsuitableDatabase(HanseError):
    """The database cannot be used: {reason}. PostgreSQL 15 or later with the extension pgvector is needed."""


def head() -> str:
    """Return the newest step there is."""
    return max(path.name[:4] for path in folder().glob("[0-9]*.py"))


def folder() -> Path:
    """Return the folder of the steps."""
    return Path(str(resources.files(__name__))) / "versions"


def execute(sql: LiteralString) -> None:
    """Run statements in the transaction of the present step, with no placeholders read into them."""
    from alembic import op

    op.get_bind().connection.cursor().execute(sql)


def current(conninfo: str) -> str | None:
    """Return the step a database is at; null for an empty one."""
    with psycopg.connect(conninfo) as connection:
        return step(connection)


def step(connection: psycopg.Connection[Any]) -> str | None:
    """Return the step of the database somebody is connected to; null for an empty one."""
    row = connection.execute("SELECT to_regclass('alembic_version')").fetchone()
    if row is None or row[0] is None:
        return None
    found = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    return found[0] if found else None


def apply(conninfo: str) -> bool:
    """Bring a database to the newest step; return whether there was anything to do.

    Raises `NewerDatabase` where it is ahead of this version, `UnsuitableDatabase` where it lacks what Hanse needs.
    """
    found, newest = current(conninfo), head()
    if found == newest:
        return False
    if found is not None and found > newest:
        raise NewerDatabase(found=found, known=newest)
    with psycopg.connect(conninfo, autocommit=True) as lock:
        lock.execute("SELECT pg_advisory_lock(%s)", (LOCK,))
        _check(lock)
        _upgrade(conninfo)
    return True


def _check(connection: psycopg.Connection[tuple[object, ...]]) -> None:
    if connection.info.server_version < 150_000:
        raise UnsuitableDatabase(reason=f"it is PostgreSQL {connection.info.server_version // 10_000}")
    if not connection.execute("SELECT 1 FROM pg_available_extensions WHERE name = %s", (EXTENSION,)).fetchone():
        raise UnsuitableDatabase(reason=f"the extension {EXTENSION} is not installed on its machine")


def _upgrade(conninfo: str) -> None:
    import sqlalchemy
    from alembic import command
    from alembic.config import Config

    engine = sqlalchemy.create_engine("postgresql+psycopg://", creator=lambda: psycopg.connect(conninfo), poolclass=sqlalchemy.NullPool)
    config = Config()
    config.set_main_option("script_location", str(folder().parent))
    config.set_main_option("path_separator", "os")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
