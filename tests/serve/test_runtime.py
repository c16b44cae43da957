"""Processes share a database: what one changes the others take up, and each leaves with everything written."""

from __future__ import annotations

import asyncio
from pathlib import Path

import numpy as np
import psycopg
import pytest

from hanse.ai import models
from hanse.ai.models import Card, Models
from hanse.base import context as contract
from hanse.base.clock import FixedClock
from hanse.base.config import Settings
from hanse.base.errors import Unavailable
from hanse.base.postgres import EmbeddedPostgres
from hanse.data.migrations import NewerDatabase
from hanse.serve import runtime
from hanse.serve.registry import Registry
from hanse.serve.runtime import Runtime
from tests.conftest import FAST, NOW
from tests.serve.harbour import operations as harbour
from tests.serve.harbour.operations import Greet

NAME = "harbour.greet"


async def train(running: Runtime) -> str:
    async with running.context() as context:
        version = await models.save(context, NAME, {"numbers": np.arange(3)}, {}, Card(name=NAME, method="wind", trained_at=NOW))
        await models.activate(context, version)
        return version


async def test_a_new_model_is_used_by_every_process_without_a_restart(
    settings: Settings, clock: FixedClock, declared: Registry, running: Runtime
) -> None:
    async with runtime.started(settings, settings.database_url, clock=clock, registry=declared) as other:
        assert other.resources.get(Models).current(NAME) is None
        for _ in range(2):
            clock.advance(seconds=1)
            version = await train(running)
            for _ in range(500):
                model = other.resources.get(Models).current(NAME)
                if model is not None and model.version == version:
                    break
                await asyncio.sleep(0.01)
            assert model
            assert model.version == version


async def test_a_process_that_starts_later_has_the_model_at_once(settings: Settings, clock: FixedClock, declared: Registry, running: Runtime) -> None:
    version = await train(running)
    async with runtime.started(settings, settings.database_url, clock=clock, registry=declared) as other:
        model = other.resources.get(Models).current(NAME)
        assert model
        assert model.version == version


async def test_who_leaves_writes_the_decisions_it_holds(settings: Settings, clock: FixedClock, declared: Registry) -> None:
    async with runtime.started(settings, settings.database_url, clock=clock, registry=declared) as leaving, leaving.context() as context:
        for _ in range(7):
            await contract.run(harbour.greet, Greet(), context)
    with psycopg.connect(settings.database_url) as connection:
        assert connection.execute("SELECT count(*) FROM decisions").fetchone() == (7,)


async def test_who_leaves_while_the_database_is_away_just_leaves(
    settings: Settings, clock: FixedClock, declared: Registry, postgres: EmbeddedPostgres
) -> None:
    name = psycopg.conninfo.conninfo_to_dict(settings.database_url)["dbname"]
    with psycopg.connect(postgres.conninfo("postgres"), autocommit=True) as other:
        async with runtime.started(settings, settings.database_url, clock=clock, registry=declared) as leaving:
            leaving.resources.pool.timeout = 0.2
            async with leaving.context() as context:
                await contract.run(harbour.greet, Greet(), context)
            other.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
            other.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,))
        other.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")


async def test_one_that_cannot_start_leaves_no_connection_open(settings: Settings, clock: FixedClock, declared: Registry) -> None:
    with psycopg.connect(settings.database_url, autocommit=True) as connection:
        connection.execute("ALTER TABLE models RENAME TO elsewhere")
        with pytest.raises(psycopg.errors.UndefinedTable):
            await runtime.started(settings, settings.database_url, clock=clock, registry=declared).__aenter__()
        connection.execute("ALTER TABLE elsewhere RENAME TO models")
        for _ in range(500):
            row = connection.execute("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()").fetchone()
            if row == (1,):
                break
            await asyncio.sleep(0.01)
        assert row == (1,)


def test_a_database_is_brought_up_to_date_before_it_is_used(settings: Settings) -> None:
    with psycopg.connect(settings.database_url) as connection:
        connection.execute("DROP SCHEMA public CASCADE")
        connection.execute("CREATE SCHEMA public")
    with runtime.database_of(settings) as conninfo, psycopg.connect(conninfo) as connection:
        assert connection.execute("SELECT count(*) FROM events").fetchone() == (0,)


def test_one_that_is_away_or_too_new_is_told(settings: Settings) -> None:
    away = Settings(home=settings.home, database_url="host=/nowhere")
    with pytest.raises(Unavailable, match="The database is not available"), runtime.database_of(away):
        raise AssertionError
    with psycopg.connect(settings.database_url) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(NewerDatabase), runtime.database_of(settings):
        raise AssertionError


def test_without_one_of_its_own_the_embedded_one_runs_while_it_is_used(tmp_path: Path) -> None:
    own = Settings(home=tmp_path / "own")
    first = EmbeddedPostgres(own.home, FAST)
    first.start()
    first.stop()
    with runtime.database_of(own) as conninfo, psycopg.connect(conninfo) as connection:
        assert connection.execute("SELECT count(*) FROM events").fetchone() == (0,)
    assert not EmbeddedPostgres(own.home).is_ready()
