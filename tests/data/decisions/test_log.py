"""Decisions are written behind the answer: together, in full at the end, and patiently while the database is away."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

import psycopg
import pytest

from hanse.base import database
from hanse.base.database import Pool
from hanse.base.postgres import EmbeddedPostgres
from hanse.data.decisions import log, store
from hanse.data.decisions.log import DecisionLog
from tests.data.decisions.records import record


@pytest.fixture
async def pool(database_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Pool]:
    monkeypatch.setattr(log, "WRITE_EVERY_SECONDS", 0.01)
    async with database.pool(database_url, size=2) as opened:
        yield opened


async def count(pool: Pool) -> int:
    async with pool.connection() as connection:
        row = await (await connection.execute("SELECT count(*) AS count FROM decisions")).fetchone()
    assert row
    return int(row["count"])


async def written(pool: Pool, expected: int) -> None:
    """Wait until so many decisions are in the table."""
    for _ in range(1000):
        if await count(pool) == expected:
            return
        await asyncio.sleep(0.01)
    raise AssertionError(await count(pool))


async def end(task: asyncio.Task[None]) -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def test_decisions_are_in_the_table_a_moment_later(pool: Pool) -> None:
    decisions = DecisionLog(pool)
    task = asyncio.create_task(decisions.run())
    for _ in range(5):
        await decisions.add(record())
    await written(pool, 5)
    await end(task)


async def test_who_is_stopped_writes_what_it_holds(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log, "WRITE_EVERY_SECONDS", 60)
    monkeypatch.setattr(log, "BATCH", 3)
    decisions = DecisionLog(pool)
    task = asyncio.create_task(decisions.run())
    for _ in range(10):
        await decisions.add(record())
    await end(task)
    await decisions.finish()
    assert await count(pool) == 10


async def test_two_who_write_at_once_lose_nothing(pool: Pool) -> None:
    decisions = DecisionLog(pool)
    for _ in range(3):
        await decisions.add(record())

    async def add_more() -> None:
        for _ in range(20):
            await decisions.add(record())
            await asyncio.sleep(0.001)

    await asyncio.gather(decisions.flush(), decisions.flush(), add_more(), decisions.flush())
    await decisions.flush()
    assert await count(pool) == 23


async def test_decisions_wait_for_a_database_that_is_away(postgres: EmbeddedPostgres, pool: Pool, database_url: str) -> None:
    name = psycopg.conninfo.conninfo_to_dict(database_url)["dbname"]
    decisions = DecisionLog(pool)
    task = asyncio.create_task(decisions.run())
    with psycopg.connect(postgres.conninfo("postgres"), autocommit=True) as other:
        other.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        other.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,))
        await decisions.add(record())
        await asyncio.sleep(0.1)
        other.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
    await written(pool, 1)
    await end(task)


async def test_one_that_the_database_refuses_does_not_stop_the_others(pool: Pool) -> None:
    decisions = DecisionLog(pool)
    task = asyncio.create_task(decisions.run())
    for refused in (False, True, False):
        await decisions.add(record(arm_probability=7.0 if refused else 1.0))
    await written(pool, 2)
    await decisions.add(record())
    await written(pool, 3)
    await end(task)


async def test_what_was_written_before_the_connection_broke_is_not_written_twice(pool: Pool) -> None:
    """A commit may arrive and its confirmation not: then the batch is sent again, with newer decisions behind it."""
    sent = [record(), record()]
    async with pool.connection() as connection:
        await store.put(connection, sent)
    decisions = DecisionLog(pool)
    for each in (*sent, record()):
        await decisions.add(each)
    await decisions.flush()
    assert await count(pool) == 3


async def test_a_month_whose_partition_was_not_committed_is_made_again(pool: Pool) -> None:
    decisions = DecisionLog(pool)
    decisions._months.add((2026, 6))
    await decisions.add(record(arm_probability=7.0))
    await decisions.add(record())
    await decisions.flush()
    async with pool.connection() as connection:
        row = await (await connection.execute("SELECT tableoid::regclass::text AS partition FROM decisions")).fetchone()
    assert row == {"partition": "decisions_2026_06"}


async def test_answers_wait_where_the_database_cannot_keep_up(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log, "LIMIT", 2)
    decisions = DecisionLog(pool)
    await decisions.add(record())
    await decisions.add(record())
    third = asyncio.create_task(decisions.add(record()))
    await asyncio.sleep(0.01)
    assert not third.done()
    await decisions.flush()
    await third
    await decisions.flush()
    assert await count(pool) == 3
