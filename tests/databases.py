"""Databases for tests: copies of one that is migrated already."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import psycopg
from psycopg import conninfo

from hanse.base.postgres import DATABASE, EmbeddedPostgres

MOST_SECONDS = 20
"""How long the drop of a database may take; usually it is some hundredths."""


def name_of(url: str) -> str:
    """Return the name of a database by its address."""
    return str(conninfo.conninfo_to_dict(url)["dbname"])


@dataclass(frozen=True)
class Kept:
    """What was made ready once, for copies of it: the name of a database, and a home."""

    database: str
    home: Path

    @contextmanager
    def copied(self, postgres: EmbeddedPostgres, home: Path) -> Iterator[str]:
        """Copy it, the home to a place where nothing is, and give the address of the database."""
        shutil.copytree(self.home, home)
        with copied(postgres, self.database) as url:
            yield url


@contextmanager
def copied(postgres: EmbeddedPostgres, template: str = DATABASE) -> Iterator[str]:
    """Make a copy of a database, give its address, and drop it afterwards; where none is named, of the migrated, empty one.

    Nobody may be connected to what is copied. By its files: that is three times as quick as the usual way, which writes every page to the log.
    """
    name = f"test_{uuid4().hex}"
    with psycopg.connect(postgres.conninfo("postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
    yield postgres.conninfo(name)
    drop(postgres, name)


def drop(postgres: EmbeddedPostgres, name: str) -> None:
    """Drop a database, or leave it to the end of the server where that would take long.

    It waits for every connection of the server to reach the end of a message. One whose event loop stands still, as it belongs to a fixture that
    other tests share, may be in the midst of one, and goes on only after us.
    """
    options = f"-c statement_timeout={MOST_SECONDS}s"
    with psycopg.connect(postgres.conninfo("postgres"), autocommit=True, options=options) as connection, suppress(psycopg.errors.QueryCanceled):
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
