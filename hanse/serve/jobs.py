"""The queue: declared jobs run in workers through procrastinate, with retries, schedules and progress kept in PostgreSQL."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import msgspec
import procrastinate
import psycopg
import structlog
from procrastinate import exceptions, retry
from procrastinate.job_context import AbortReason
from procrastinate.jobs import Job as QueuedJob
from procrastinate.jobs import Status
from psycopg.types.json import Jsonb

from hanse.base import errors, tasks, tracing
from hanse.base.changes import React
from hanse.base.context import Caller
from hanse.base.database import Connection, Queries
from hanse.base.job import Job
from hanse.serve.runtime import Runtime

queries = Queries(__package__)
FIRST_RETRY_SECONDS = 30
KEEP_DAYS = 90
LOOK_EVERY_SECONDS = 10.0
USUAL, QUICK = "default", "quick"
"""The lanes of a worker: what takes seconds does not wait behind what takes minutes."""
GRACE_SECONDS = 2.0
"""How long a job may go on after its worker was told to end; then it is stopped, and tried again by the next worker."""


class UnknownJob(errors.HanseError):
    """There is no job {name}."""

    status = 404
    exit_code = 2


class NotFailed(errors.HanseError):
    """The job {job_id} cannot be tried again: only one that failed can."""

    status = 409
    exit_code = 4


class JobInfo(msgspec.Struct, kw_only=True, frozen=True):
    """One run of a job, as people see it."""

    job_id: int
    name: str
    arguments: dict[str, Any]
    state: str
    """`todo`, `doing`, `succeeded`, `failed`, `cancelled` or `aborted`."""
    attempts: int
    abort_requested: bool
    scheduled_at: datetime | None
    queued_at: datetime | None
    started_at: datetime | None
    ended_at: datetime | None
    progress_score: float | None
    note: str | None
    result: dict[str, Any] | None
    error: str | None


class Backoff(retry.BaseRetryStrategy):
    """Try again after 30 s, 60 s, 120 s and so on; never what would fail the same way again."""

    def __init__(self, retries: int) -> None:
        """Try again so many times."""
        self.retries = retries

    def get_retry_decision(self, *, exception: BaseException, job: QueuedJob) -> procrastinate.RetryDecision | None:
        """Return when to try again; null for never."""
        final = isinstance(exception, errors.HanseError) and exception.status < 500
        if final or job.attempts >= self.retries:
            return None
        return procrastinate.RetryDecision(retry_in={"seconds": FIRST_RETRY_SECONDS * 2**job.attempts})


class Queue:
    """The jobs of one process: to put them in, to look at them and, in a worker, to run them."""

    def __init__(self, runtime: Runtime) -> None:
        """Know the declared jobs; nothing runs yet."""
        self._runtime = runtime
        self._hears = False
        self.app = procrastinate.App(connector=procrastinate.PsycopgConnector())
        for job in runtime.registry.jobs.values():
            self._register(job)

    async def open(self) -> None:
        """Use the runtime's pool."""
        await self.app.open_async(self._runtime.resources.pool)

    async def put(self, name: str, arguments: Mapping[str, Any] | None = None) -> int | None:
        """Have a job done soon; return its id, or null where one is waiting already. Raises `UnknownJob`."""
        job = self._find(name)
        try:
            return await self.app.configure_task(name, lock=_lock(job), queueing_lock=_queueing_lock(job)).defer_async(**(arguments or {}))
        except exceptions.AlreadyEnqueued:
            return None

    async def again(self, job_id: int) -> None:
        """Try a job that failed once more, now. Raises `NotFailed` for any other."""
        async with self._runtime.resources.pool.connection() as connection:
            found = await find(connection, job_id)
        if found is None or found.state != "failed":
            raise NotFailed(job_id=job_id)
        await self.app.job_manager.retry_job_by_id_async(job_id, retry_at=self._runtime.resources.clock.now())

    async def cancel(self, job_id: int) -> bool:
        """Take a waiting job out, or ask a running one to stop; return whether there was one."""
        return await self.app.job_manager.cancel_job_by_id_async(job_id, abort=True)

    async def work(self, *, concurrency: int = 1, wait: bool = True, install_signal_handlers: bool = True) -> None:
        """Do jobs until stopped, or with `wait=False` until none is left."""
        await self._sweep()
        await self._rescue()
        self._hear()
        looking = asyncio.create_task(self._look_for_stalled())
        aside = asyncio.create_task(self._lane(QUICK, wait=wait))
        try:
            await self._lane(USUAL, concurrency=concurrency, wait=wait, install_signal_handlers=install_signal_handlers)
            if not wait:
                await aside
        finally:
            await tasks.end(looking, aside)

    async def _lane(self, queue: str, *, wait: bool, concurrency: int = 1, install_signal_handlers: bool = False) -> None:
        await self.app.run_worker_async(
            queues=[queue],
            concurrency=concurrency,
            wait=wait,
            install_signal_handlers=install_signal_handlers,
            shutdown_graceful_timeout=GRACE_SECONDS,
        )

    async def _look_for_stalled(self) -> None:
        while True:
            await asyncio.sleep(LOOK_EVERY_SECONDS)
            try:
                await self._rescue()
            except (exceptions.ConnectorException, psycopg.Error) as error:
                structlog.get_logger().warning("cannot look for stalled jobs", error=type(error).__name__)

    async def _rescue(self) -> None:
        """Take up again, as often as they may be tried, the jobs of workers that give no sign of life any more."""
        manager = self.app.job_manager
        for stalled in await manager.get_stalled_jobs():
            job = self._runtime.registry.jobs.get(stalled.task_name)
            structlog.get_logger().warning("the worker of a job was lost", job=stalled.task_name, job_id=stalled.id)
            if job is not None and stalled.attempts < job.retries:
                await manager.retry_job(stalled, retry_at=self._runtime.resources.clock.now())
            else:
                await self._report(stalled.id or 0, 1.0, "failed", error="The worker was killed.")
                await manager.finish_job(stalled, status=Status.FAILED, delete_job=False)

    async def _sweep(self) -> None:
        resources = self._runtime.resources
        async with resources.pool.connection() as connection:
            await connection.execute(queries["delete_old_jobs"], {"before": resources.clock.now() - timedelta(days=KEEP_DAYS)})

    def _hear(self) -> None:
        """Put jobs in at the news that they wait for, from now on."""
        if self._hears:
            return
        self._hears = True
        for job in self._runtime.registry.jobs.values():
            for topic in job.on:
                self._runtime.changes.on(topic, self._at_news(job))

    def _at_news(self, job: Job) -> React:
        async def put(detail: str) -> None:
            del detail
            await self.put(job.name)

        return put

    def _find(self, name: str) -> Job:
        try:
            return self._runtime.registry.jobs[name]
        except KeyError:
            raise UnknownJob(name=name) from None

    def _register(self, job: Job) -> None:
        async def run(context: procrastinate.JobContext, /, timestamp: int | None = None, **arguments: Any) -> dict[str, Any] | None:
            del timestamp  # when the schedule meant it to run
            try:
                return await self._run(job, context.job, arguments)
            except asyncio.CancelledError:
                if context.abort_reason() is AbortReason.USER_REQUEST:  # at the end of the worker it is tried again
                    await self._report(context.job.id or 0, 1.0, "cancelled")
                    raise exceptions.JobAborted from None
                raise

        lane = QUICK if job.quick else USUAL
        declare = self.app.task(
            name=job.name, queue=lane, retry=Backoff(job.retries), pass_context=True, lock=_lock(job), queueing_lock=_queueing_lock(job)
        )
        task = declare(run)
        if job.schedule:
            self.app.periodic(cron=job.schedule)(task)

    async def _run(self, job: Job, queued: QueuedJob, arguments: dict[str, Any]) -> dict[str, Any] | None:
        with tracing.span(f"job {job.name}", kind="consumer", hanse__job=job.name, hanse__attempt=queued.attempts + 1):
            return await self._run_now(job, queued, arguments)

    async def _run_now(self, job: Job, queued: QueuedJob, arguments: dict[str, Any]) -> dict[str, Any] | None:
        job_id = queued.id or 0

        async def progress(score: float, note: str) -> None:
            await self._report(job_id, score, note)

        await progress(0.0, "started")
        try:
            async with self._runtime.context(Caller("job", job.name, frozenset({"*"})), progress=progress) as context:
                result = await job(context, **arguments)
        except Exception as error:
            message = str(error) if isinstance(error, errors.HanseError) else type(error).__name__
            structlog.get_logger().exception("a job failed", job=job.name, job_id=job_id)
            await self._report(job_id, 1.0, "failed", error=message)
            raise
        await self._report(job_id, 1.0, "done", result=result)
        for following in self._runtime.registry.following(job):
            await self.put(following.name)
        return result

    async def _report(self, job_id: int, score: float, note: str, *, result: Any = None, error: str | None = None) -> None:
        facts = {
            "job_id": job_id,
            "progress_score": min(max(score, 0.0), 1.0),
            "note": note,
            "result": None if result is None else Jsonb(msgspec.to_builtins(result)),
            "error": error,
            "now": self._runtime.resources.clock.now(),
        }
        async with self._runtime.resources.pool.connection() as connection:
            await connection.execute(queries["report_progress"], facts)


def _lock(job: Job) -> str | None:
    """Run one of a kind at a time."""
    return job.name if job.lock else None


def _queueing_lock(job: Job) -> str | None:
    """Let one that is put in by itself wait only once."""
    return job.name if job.schedule or job.on else None


async def page(
    connection: Connection, *, state: str | None = None, name: str | None = None, before: int | None = None, limit: int = 50
) -> list[JobInfo]:
    """Return the newest jobs, or those older than one."""
    facts = {"state": state, "name": name, "job_id": None, "before": before, "limit": limit}
    return [msgspec.convert(row, JobInfo) for row in await (await connection.execute(queries["list_jobs"], facts)).fetchall()]


async def find(connection: Connection, job_id: int) -> JobInfo | None:
    """Return one job."""
    facts = {"state": None, "name": None, "job_id": job_id, "before": None, "limit": 1}
    row = await (await connection.execute(queries["list_jobs"], facts)).fetchone()
    return msgspec.convert(row, JobInfo) if row else None
