"""A database as it was at an earlier revision, and bringing it up to date."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

import psycopg
import sqlalchemy
from alembic import command
from alembic.config import Config

from hanse.base.postgres import EmbeddedPostgres
from hanse.data import migrations
from tests import databases


@contextmanager
def database_at(postgres: EmbeddedPostgres, revision: str) -> Iterator[str]:
    """Make an empty database at a revision, and drop it afterwards."""
    name = f"test_{uuid4().hex}"
    with psycopg.connect(postgres.conninfo("postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    url = postgres.conninfo(name)
    upgrade(url, revision)
    yield url
    databases.drop(postgres, name)


def upgrade(conninfo: str, revision: str = "head") -> None:
    """Migrate to a revision."""
    engine = sqlalchemy.create_engine("postgresql+psycopg://", creator=lambda: psycopg.connect(conninfo), poolclass=sqlalchemy.NullPool)
    config = Config()
    config.set_main_option("script_location", str(migrations.folder().parent))
    config.set_main_option("path_separator", "os")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
