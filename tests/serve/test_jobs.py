"""Jobs are put in, done, tried again where that helps, cancelled, and taken up where a worker was lost."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import psycopg
import pytest

from hanse.base.clock import SystemClock
from hanse.base.config import Settings
from hanse.serve import jobs, runtime
from hanse.serve.jobs import JobInfo, NotFailed, Queue, UnknownJob
from hanse.serve.registry import Registry
from hanse.serve.runtime import Runtime
from tests.serve import harbour
from tests.serve.harbour.held import Logbook


@pytest.fixture
def declared() -> Registry:
    """Only the jobs of the harbour, so that no other's schedule comes in between."""
    registry = Registry()
    registry.add(harbour.capability)
    return registry


@pytest.fixture
async def running(settings: Settings, declared: Registry) -> Any:
    """A running Hanse with the time of the queue, which is the database's own."""
    async with runtime.started(settings, settings.database_url, clock=SystemClock(), registry=declared) as started:
        yield started


@pytest.fixture
async def queue(running: Runtime) -> Queue:
    opened = Queue(running)
    await opened.open()
    return opened


async def work(queue: Queue) -> None:
    """Do what is waiting, here and now."""
    await asyncio.wait_for(queue.work(wait=False, install_signal_handlers=False), 20)


async def find(running: Runtime, job_id: int | None) -> JobInfo:
    assert job_id is not None
    async with running.resources.pool.connection() as connection:
        found = await jobs.find(connection, job_id)
    assert found
    return found


async def change(running: Runtime, statement: str) -> None:
    async with running.resources.pool.connection() as connection:
        await connection.execute(statement.encode())


async def put(queue: Queue, name: str, **arguments: Any) -> int:
    job_id = await queue.put(name, arguments)
    assert job_id is not None
    return job_id


async def test_a_job_is_done_with_its_arguments_progress_and_result(queue: Queue, running: Runtime) -> None:
    job_id = await put(queue, "harbour.sail", boat="Cog", miles=3)
    waiting = await find(running, job_id)
    assert (waiting.state, waiting.arguments, waiting.progress_score) == ("todo", {"boat": "Cog", "miles": 3}, None)
    await work(queue)
    done = await find(running, job_id)
    assert (done.state, done.result, done.error, done.progress_score, done.note) == ("succeeded", {"boat": "Cog", "miles": 3}, None, 1.0, "done")
    assert done.queued_at
    assert done.started_at
    assert done.ended_at
    assert done.queued_at <= done.started_at <= done.ended_at


async def test_progress_is_seen_while_the_job_runs(queue: Queue, running: Runtime) -> None:
    job_id = await put(queue, "harbour.drift")
    working = asyncio.create_task(queue.work(install_signal_handlers=False))
    found = await _once(running, job_id, "doing", "drifting")
    assert (found.progress_score, found.note) == (0.1, "drifting")
    assert await queue.cancel(job_id)
    assert (await _once(running, job_id, "aborted", "cancelled")).error is None
    working.cancel()
    with pytest.raises(asyncio.CancelledError):
        await working


async def test_what_is_quick_does_not_wait_behind_what_takes_long(queue: Queue, running: Runtime) -> None:
    drifting = await put(queue, "harbour.drift")
    working = asyncio.create_task(queue.work(install_signal_handlers=False))
    await _once(running, drifting, "doing", "drifting")
    await queue.put("harbour.moor", {})  # where it waits already, because of news that may have been missed, that one is done
    async with running.resources.pool.connection() as connection:
        mooring = await jobs.page(connection, name="harbour.moor")
    await _once(running, mooring[0].job_id, "succeeded", "done")
    working.cancel()
    with pytest.raises(asyncio.CancelledError):
        await working


async def test_a_job_is_put_in_once_at_the_news_it_waits_for(queue: Queue, running: Runtime) -> None:
    await work(queue)  # from now on it hears
    for _ in range(3):
        await running.changes.tell("tide", "high")
    async with running.resources.pool.connection() as connection:
        waiting = await jobs.page(connection, state="todo")
    assert [each.name for each in waiting] == ["harbour.moor"]
    await work(queue)
    assert (await find(running, waiting[0].job_id)).result == {"moored": True}


async def test_each_process_holds_what_is_declared_and_tells_it_the_news(running: Runtime) -> None:
    await running.changes.tell("tide", "low")
    assert running.resources.get(Logbook).heard[-1] == "low"


async def _once(running: Runtime, job_id: int, state: str, note: str) -> JobInfo:
    for _ in range(500):
        found = await find(running, job_id)
        if (found.state, found.note) == (state, note):
            return found
        await asyncio.sleep(0.02)
    raise AssertionError(found)


async def test_a_failure_that_may_pass_is_tried_again_later_and_later(queue: Queue, running: Runtime) -> None:
    job_id = await put(queue, "harbour.founder")
    waits = []
    for _ in range(2):
        await work(queue)
        found = await find(running, job_id)
        assert found.state == "todo"
        assert found.scheduled_at
        waits.append(round((found.scheduled_at - SystemClock().now()) / timedelta(seconds=10)))
        await change(running, "UPDATE procrastinate_jobs SET scheduled_at = now()")
    assert waits == [3, 6], "half a minute, then a whole one"
    await work(queue)
    found = await find(running, job_id)
    assert (found.state, found.attempts) == ("failed", 3)
    assert found.error == "The tide for Cog is not available just now. Try again in a moment; `hanse doctor` says what is wrong."


async def test_what_a_failed_job_wrote_is_undone(queue: Queue, running: Runtime) -> None:
    await put(queue, "harbour.founder")
    await work(queue)
    async with running.resources.pool.connection() as connection:
        assert await (await connection.execute("SELECT * FROM lake_positions")).fetchall() == []


async def test_a_failure_that_stays_is_not_tried_again(queue: Queue, running: Runtime) -> None:
    job_id = await put(queue, "harbour.search", boat="Flying Dutchman")
    await work(queue)
    found = await find(running, job_id)
    assert (found.state, found.error, found.note) == ("failed", "There is no boat Flying Dutchman. Look into the harbour.", "failed")


async def test_a_fault_is_told_by_its_type_alone(queue: Queue, running: Runtime) -> None:
    job_id = await put(queue, "harbour.collide")
    await work(queue)
    found = await find(running, job_id)
    assert (found.state, found.error) == ("failed", "ZeroDivisionError")


async def test_one_that_failed_can_be_tried_again_at_once(queue: Queue, running: Runtime) -> None:
    job_id = await put(queue, "harbour.search")
    await work(queue)
    await queue.again(job_id)
    assert (await find(running, job_id)).state == "todo"
    await work(queue)
    assert (await find(running, job_id)).state == "failed"


async def test_one_that_did_not_fail_is_not_tried_again(queue: Queue, running: Runtime) -> None:
    job_id = await put(queue, "harbour.sail")
    for _ in range(2):
        with pytest.raises(NotFailed, match=f"The job {job_id} cannot be tried again"):
            await queue.again(job_id)
        await work(queue)
    with pytest.raises(NotFailed):
        await queue.again(4711)


async def test_a_waiting_one_can_be_taken_out(queue: Queue, running: Runtime) -> None:
    job_id = await put(queue, "harbour.sail")
    assert await queue.cancel(job_id)
    assert not await queue.cancel(job_id)
    await work(queue)
    assert (await find(running, job_id)).state == "cancelled"


async def test_a_scheduled_one_is_registered_and_waits_only_once(queue: Queue) -> None:
    assert [task.cron for task in queue.app.periodic_registry.periodic_tasks.values()] == ["0 3 * * *"]
    assert await queue.put("harbour.sweep_deck") is not None
    assert await queue.put("harbour.sweep_deck") is None
    await work(queue)
    assert await queue.put("harbour.sweep_deck") is not None


async def test_what_the_schedule_sends_along_does_not_disturb_the_job(queue: Queue, running: Runtime) -> None:
    job_id = await queue.app.configure_task("harbour.sweep_deck").defer_async(timestamp=1_800_000_000)
    await work(queue)
    assert (await find(running, job_id)).state == "succeeded"


async def test_an_unknown_one_is_refused(queue: Queue) -> None:
    with pytest.raises(UnknownJob, match=r"harbour\.fly"):
        await queue.put("harbour.fly")


async def test_one_whose_worker_was_lost_is_taken_up_again(queue: Queue, running: Runtime) -> None:
    job_id = await put(queue, "harbour.sail")
    await change(running, "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '5 minutes')")
    await change(running, "UPDATE procrastinate_jobs SET status = 'doing', worker_id = (SELECT max(id) FROM procrastinate_workers)")
    await work(queue)
    found = await find(running, job_id)
    assert (found.state, found.attempts) == ("succeeded", 2)


async def test_one_whose_worker_is_lost_while_another_works_is_taken_up_too(queue: Queue, running: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "LOOK_EVERY_SECONDS", 0.05)
    working = asyncio.create_task(queue.work(install_signal_handlers=False))
    first = await put(queue, "harbour.sail")
    await _once(running, first, "succeeded", "done")
    await change(running, "UPDATE procrastinate_jobs SET status = 'doing', worker_id = NULL")
    for _ in range(500):
        if (await find(running, first)).attempts == 3:
            break
        await asyncio.sleep(0.02)
    assert (await _once(running, first, "succeeded", "done")).attempts == 3
    working.cancel()
    with pytest.raises(asyncio.CancelledError):
        await working


async def test_one_that_kills_its_worker_again_and_again_is_given_up(queue: Queue, running: Runtime) -> None:
    job_id = await put(queue, "harbour.sail")
    await change(running, "UPDATE procrastinate_jobs SET status = 'doing', attempts = 3, worker_id = NULL")
    await work(queue)
    found = await find(running, job_id)
    assert (found.state, found.error) == ("failed", "The worker was killed.")


async def test_two_of_a_kind_are_done_one_after_the_other(queue: Queue, running: Runtime) -> None:
    """The first is held up as if another worker did it; the second has to wait."""
    first, second = await put(queue, "harbour.sail"), await put(queue, "harbour.sail")
    await change(running, "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now())")
    await change(
        running, f"UPDATE procrastinate_jobs SET status = 'doing', worker_id = (SELECT max(id) FROM procrastinate_workers) WHERE id = {first}"
    )
    await work(queue)
    assert (await find(running, second)).state == "todo"


async def test_jobs_are_listed_newest_first_and_page_by_page(queue: Queue, running: Runtime) -> None:
    made = [await put(queue, name) for name in ("harbour.sail", "harbour.search", "harbour.sail")]
    await work(queue)
    async with running.resources.pool.connection() as connection:
        first = await jobs.page(connection, limit=2)
        rest = await jobs.page(connection, before=first[-1].job_id)
        failed = await jobs.page(connection, state="failed")
        sails = await jobs.page(connection, name="harbour.sail")
    assert [each.job_id for each in (*first, *rest)] == made[::-1]
    assert [each.job_id for each in failed] == [made[1]]
    assert [each.job_id for each in sails] == [made[2], made[0]]


async def test_jobs_that_ended_long_ago_are_forgotten(queue: Queue, running: Runtime) -> None:
    old, young = await put(queue, "harbour.sail"), await put(queue, "harbour.sail")
    await work(queue)
    await change(running, f"UPDATE procrastinate_events SET at = at - interval '91 days' WHERE job_id = {old}")
    await work(queue)
    async with running.resources.pool.connection() as connection:
        assert await jobs.find(connection, old) is None
        assert await jobs.find(connection, young)
        progress = await (
            await connection.execute("SELECT job_id FROM job_progress JOIN procrastinate_jobs ON id = job_id WHERE task_name = 'harbour.sail'")
        ).fetchall()
    assert progress == [{"job_id": young}]


async def test_a_worker_ends_where_the_database_is_lost_so_that_it_can_be_started_again(queue: Queue, running: Runtime, postgres: Any) -> None:
    name = psycopg.conninfo.conninfo_to_dict(running.conninfo)["dbname"]
    working = asyncio.create_task(queue.work(install_signal_handlers=False))
    await _once(running, await put(queue, "harbour.sail"), "succeeded", "done")
    running.resources.pool.timeout = 0.5
    with psycopg.connect(postgres.conninfo("postgres"), autocommit=True) as other:
        other.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        other.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,))
        ended, _ = await asyncio.wait({working}, timeout=20)
        assert ended
        working.exception()
        other.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
