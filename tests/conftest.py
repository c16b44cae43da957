"""Fixtures for all tests: a real PostgreSQL per worker, one migrated template, a copy or a rolled-back transaction per test."""

from __future__ import annotations

import os
import tempfile
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path

import hypothesis
import pytest

from hanse.base import database
from hanse.base.clock import FixedClock
from hanse.base.database import Connection
from hanse.base.postgres import EmbeddedPostgres
from hanse.data import migrations
from tests import databases

hypothesis.settings.register_profile("hanse", deadline=None)  # how long an example takes says how busy the machine is
hypothesis.settings.load_profile("hanse")
# Java of Spark runs each thing once or twice here: what it spends on making that fast is never earned
os.environ.setdefault("PYSPARK_SUBMIT_ARGS", '--conf "spark.driver.extraJavaOptions=-XX:TieredStopAtLevel=1 -XX:+UseSerialGC" pyspark-shell')
NOW = datetime(2026, 6, 15, 12, 0, tzinfo=UTC)
FAST = "\nfsync = off\nsynchronous_commit = off\nfull_page_writes = off\nshared_buffers = 128MB\n"


@pytest.fixture(scope="session")
def postgres() -> Iterator[EmbeddedPostgres]:
    """One server for this worker, with a migrated database to copy from.

    Not in a folder of pytest's: every session of pytest that begins closes those of the others to the user the server runs as for root.
    """
    with tempfile.TemporaryDirectory(prefix="hanse-test-") as folder:
        server = EmbeddedPostgres(Path(folder), FAST)
        server.start()
        migrations.apply(server.conninfo())
        yield server
        server.stop()


@pytest.fixture
def database_url(postgres: EmbeddedPostgres) -> Iterator[str]:
    """A migrated, empty database of its own, for what commits."""
    with databases.copied(postgres) as url:
        yield url


@pytest.fixture(scope="session")
def rolled_back_url(postgres: EmbeddedPostgres) -> Iterator[str]:
    """A database in which nothing is ever committed; apart from the template, whose sequences no test may move."""
    with databases.copied(postgres) as url:
        yield url


@pytest.fixture
async def connection(rolled_back_url: str) -> AsyncIterator[Connection]:
    """A connection to an empty database; what is written is rolled back after the test."""
    opened = await database.connect(rolled_back_url)
    yield opened
    await opened.rollback()
    await opened.close()


@pytest.fixture
def clock() -> FixedClock:
    """A clock that stands at noon UTC on 15 June 2026."""
    return FixedClock(NOW)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """An empty home folder."""
    return tmp_path / "home"
