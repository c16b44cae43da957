"""200 means committed: requests share commits, none is lost or doubled, and what waits is bounded."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

import msgspec
import psycopg
import pytest

from hanse.base.context import Resources
from hanse.base.errors import Unavailable
from hanse.base.postgres import EmbeddedPostgres
from hanse.data.events import Event, group_commit
from hanse.data.events.dead_letters import unreadable
from hanse.data.events.errors import Full
from hanse.data.events.group_commit import GroupCommit
from tests.conftest import NOW
from tests.data.events.conftest import rows
from tests.data.events.test_store import viewed

POISON = msgspec.Raw(b'{"price": 1e200000}')
"""JSON by its grammar, but a number that PostgreSQL refuses."""


def several(prefix: str, count: int) -> list[Event]:
    return [viewed(f"{prefix}-{number}") for number in range(count)]


async def messages(resources: Resources) -> list[str]:
    return [row["message_id"] for row in await rows(resources, "SELECT message_id FROM events ORDER BY message_id")]


@pytest.fixture
async def started(idle_log: GroupCommit) -> AsyncIterator[list[asyncio.Task[None]]]:
    """Tasks that run the log once a test has put something in; ended after the test."""
    tasks: list[asyncio.Task[None]] = []
    yield tasks
    await idle_log.stop()
    await asyncio.gather(*tasks)


async def test_an_answer_comes_after_the_commit(log: GroupCommit, resources: Resources) -> None:
    await log.submit([viewed("a")])
    assert await messages(resources) == ["a"]


async def test_requests_that_come_together_share_one_commit(idle_log: GroupCommit, started: list[asyncio.Task[None]], resources: Resources) -> None:
    waiting = [asyncio.create_task(idle_log.submit(several(str(number), 3))) for number in range(40)]
    await asyncio.sleep(0)
    started.append(asyncio.create_task(idle_log.run()))
    await asyncio.gather(*waiting)
    assert len(await messages(resources)) == 120
    assert len(await rows(resources, "SELECT DISTINCT xmin::text FROM events")) == 1


async def test_each_request_learns_of_its_own_duplicates(idle_log: GroupCommit, started: list[asyncio.Task[None]]) -> None:
    waiting = [asyncio.create_task(idle_log.submit([viewed("a"), viewed(name), viewed("a")])) for name in ("b", "c")]
    await asyncio.sleep(0)
    started.append(asyncio.create_task(idle_log.run()))
    first, second = await asyncio.gather(*waiting)
    assert (first.duplicates, second.duplicates) == ({2}, {0, 2})
    assert (await idle_log.submit([viewed("b"), viewed("d")])).duplicates == {0}


async def test_an_event_that_the_database_refuses_becomes_a_dead_letter(
    idle_log: GroupCommit, started: list[asyncio.Task[None]], resources: Resources
) -> None:
    bad = viewed("bad", properties=POISON, user_id="u-1")
    waiting = [asyncio.create_task(idle_log.submit(each)) for each in (several("a", 5), [viewed("b"), bad, viewed("c")], several("d", 5))]
    await asyncio.sleep(0)
    started.append(asyncio.create_task(idle_log.run()))
    first, second, third = await asyncio.gather(*waiting)
    assert (first.refused, list(second.refused), third.refused) == ({}, [1], {})
    assert len(await messages(resources)) == 12
    (letter,) = await rows(resources, "SELECT * FROM dead_letters")
    assert (letter["kind"], letter["source"], letter["field"], letter["state"]) == ("event", "shop", "message", "open")
    assert "22003" in letter["reason"]
    assert (letter["payload"]["messageId"], letter["payload"]["userId"]) == ("bad", "u-1")
    assert not await rows(
        resources, "SELECT FROM event_messages WHERE message_key NOT IN (SELECT message_key FROM event_messages JOIN events USING (event_id))"
    )


async def test_dead_letters_are_committed_with_the_events(log: GroupCommit, resources: Resources) -> None:
    await log.submit([viewed("a")], [unreadable(b"{", "it is not JSON", "shop", NOW)])
    (letter,) = await rows(resources, "SELECT * FROM dead_letters")
    assert letter["payload"] == {"message": "{"}
    assert await messages(resources) == ["a"]


async def test_beyond_a_number_of_events_there_is_no_room(idle_log: GroupCommit) -> None:
    waiting = asyncio.create_task(idle_log.submit(several("a", group_commit.MOST_EVENTS)))
    await asyncio.sleep(0)
    with pytest.raises(Full) as raised:
        await idle_log.submit([viewed("b")])
    assert 1 <= raised.value.facts["retry_after_seconds"] <= 60
    waiting.cancel()


def test_beyond_a_number_of_bytes_there_is_no_room(idle_log: GroupCommit) -> None:
    with idle_log.room() as take:
        take(group_commit.MOST_BYTES)
        with pytest.raises(Full), idle_log.room() as other:
            other(1)
    with idle_log.room() as take:
        take(group_commit.MOST_BYTES)


async def test_a_lost_connection_costs_nothing(log: GroupCommit, resources: Resources) -> None:
    await log.submit([viewed("a")])
    await rows(resources, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()")
    assert (await log.submit([viewed("a"), viewed("b")])).duplicates == {0}
    assert await messages(resources) == ["a", "b"]


async def test_a_commit_of_which_nobody_heard_is_not_done_twice(log: GroupCommit, resources: Resources) -> None:
    await log.submit([viewed("a")])
    connection = log._connection
    assert connection
    commit = connection.commit

    async def lose() -> None:
        await commit()
        raise psycopg.OperationalError("server closed the connection unexpectedly")

    connection.commit = lose  # type: ignore[method-assign]  # the network is not at hand
    done = await log.submit([viewed("a"), viewed("b"), viewed("c")])
    assert done.duplicates == {0}
    assert await messages(resources) == ["a", "b", "c"]


@contextmanager
def away(postgres: EmbeddedPostgres, database_url: str) -> Iterator[None]:
    """Have the database take no connections for as long as the block runs."""
    name = psycopg.conninfo.conninfo_to_dict(database_url)["dbname"]
    with psycopg.connect(postgres.conninfo("postgres"), autocommit=True) as connection:
        connection.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false".encode())
        connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,))
        yield
        connection.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true".encode())


async def test_who_waits_through_a_short_absence_of_the_database_is_served(
    postgres: EmbeddedPostgres, database_url: str, log: GroupCommit, resources: Resources
) -> None:
    with away(postgres, database_url):
        waiting = asyncio.create_task(log.submit([viewed("a")]))
        await asyncio.sleep(0.2)
        assert not waiting.done()
    await waiting
    assert await messages(resources) == ["a"]


async def test_after_a_long_absence_everybody_is_told_to_come_again(
    postgres: EmbeddedPostgres, database_url: str, log: GroupCommit, resources: Resources, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched, away(postgres, database_url):
        patched.setattr(group_commit, "DEADLINE_SECONDS", 0.3)
        answers = await asyncio.gather(*(log.submit([viewed(str(number))]) for number in range(5)), return_exceptions=True)
        assert [type(each) for each in answers] == [Unavailable] * 5
    await log.submit([viewed("0")])
    assert await messages(resources) == ["0"]


async def test_a_fault_of_ours_loses_nobody(log: GroupCommit, resources: Resources, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fail(*_: object, **__: object) -> list[bool]:
        raise ZeroDivisionError

    with monkeypatch.context() as patched:
        patched.setattr("hanse.data.events.store.write", fail)
        with pytest.raises(Unavailable):
            await log.submit([viewed("a")])
    assert (await log.submit([viewed("a")])).duplicates == set()
    assert await messages(resources) == ["a"]


async def test_stopping_writes_what_waits_and_takes_nothing_more(idle_log: GroupCommit, resources: Resources) -> None:
    waiting = asyncio.create_task(idle_log.submit([viewed("a")]))
    await asyncio.sleep(0)
    await idle_log.stop()
    await asyncio.wait_for(idle_log.run(), 10)
    await waiting
    assert await messages(resources) == ["a"]
    with pytest.raises(Unavailable):
        await idle_log.submit([viewed("b")])


async def test_what_happened_is_counted(log: GroupCommit) -> None:
    await log.submit([viewed("a"), viewed("b"), viewed("a")], [unreadable(b"{", "it is not JSON", "shop", NOW)])
    counted = {each.name: each.samples[0].value for each in log.metrics.registry.collect() if each.type == "counter"}
    assert counted["hanse_events_accepted"] == 2
    assert counted["hanse_events_duplicate"] == 1
    assert counted["hanse_events_dead_letter"] == 1
