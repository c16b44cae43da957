"""Databases for tests: copies of one that is migrated already."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

import psycopg

from hanse.base.postgres import EmbeddedPostgres


@contextmanager
def copied(postgres: EmbeddedPostgres) -> Iterator[str]:
    """Make a migrated, empty database, give its address, and drop it afterwards.

    By its files: that is three times as quick as the usual way, which writes every page to the log.
    """
    name = f"test_{uuid4().hex}"
    with psycopg.connect(postgres.conninfo("postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE hanse STRATEGY FILE_COPY")
    yield postgres.conninfo(name)
    with psycopg.connect(postgres.conninfo("postgres"), autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
