"""Jobs: what runs, waits, is done or failed; one in the drawer that counts on by itself, to be tried again or stopped."""

from __future__ import annotations

from functools import partial
from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath

from hanse.data.access.accounts import Permission
from hanse.serve import jobs as queue
from hanse.serve.console import pages, session
from hanse.serve.console.session import AnyRequest, NotPermitted, Visit
from hanse.serve.jobs import JobInfo, UnknownJob

STATES = ("doing", "todo", "failed", "succeeded", "cancelled", "aborted")
PAGE = 50
MOST_EXPORTED = 5000


@get("/jobs")
async def show(request: AnyRequest) -> Response[bytes]:
    """List jobs, the newest first."""
    visit = session.of(request)
    facts = await _list(visit)
    if request.query_params.get("format") == "csv":
        return _export(visit, facts["jobs"])
    if visit.wants_fragment:
        return pages.fragment(visit, "jobs_table.html", **facts)
    return pages.page(visit, "jobs.html", **facts, job=None)


@get("/jobs/{job_id:int}")
async def show_one(request: AnyRequest, job_id: FromPath[int]) -> Response[bytes]:
    """Show one job, with what it is doing now."""
    visit = session.of(request)
    async with visit.context() as context:
        job = await queue.find(await context.connection(), job_id)
    if job is None:
        raise UnknownJob(name=job_id)
    facts: dict[str, Any] = {"job": job, "needed": needed(job.name), "job_title": partial(title, visit)}
    if visit.request.headers.get("hx-target", "").endswith("progress"):
        return pages.fragment(visit, "progress.html", **facts)
    if visit.wants_drawer:
        return pages.fragment(visit, "job.html", **facts)
    return pages.page(visit, "jobs.html", **{**await _list(visit), **facts})


@post("/jobs/{job_id:int}/again", status_code=200)
async def again(request: AnyRequest, job_id: FromPath[int]) -> Response[bytes]:
    """Try a job that failed once more."""
    visit = session.of(request)
    await _find_own(visit, job_id, "jobs.again")
    await visit.queue.again(job_id)
    return pages.redirect(visit, f"/jobs/{job_id}", message=visit.words.gettext("The job is tried again."))


@post("/jobs/{job_id:int}/stop", status_code=200)
async def stop(request: AnyRequest, job_id: FromPath[int]) -> Response[bytes]:
    """Take a waiting job out, or ask a running one to stop."""
    visit = session.of(request)
    await _find_own(visit, job_id, "jobs.stop")
    stopped = await visit.queue.cancel(job_id)
    message = visit.words.gettext("The job is being stopped.") if stopped else visit.words.gettext("The job has ended already.")
    return pages.redirect(visit, f"/jobs/{job_id}", message=message)


@post("/jobs/run/{name:str}", status_code=200)
async def run(request: AnyRequest, name: FromPath[str]) -> Response[bytes]:
    """Have a job that otherwise runs by its schedule done now."""
    visit = session.of(request)
    visit.need(needed(name))
    job_id = await visit.queue.put(name)
    async with visit.context() as context:
        await visit.note(context, "jobs.run", subject=name)
    if job_id is None:
        return pages.redirect(visit, "/jobs?state=todo", message=visit.words.gettext("The job is waiting already."))
    return pages.redirect(visit, f"/jobs/{job_id}", message=visit.words.gettext("The job has been put in the queue."))


def needed(name: str) -> Permission:
    """Return what somebody needs to run, repeat or stop a job."""
    return Permission.IMPORT if name.startswith(("files.", "documents.", "sample.")) else Permission.TRAIN


def title(visit: Visit, name: str) -> str:
    """Return what a job does, in a few words; its name where it is one of an older version."""
    declared = visit.runtime.registry.jobs.get(name)
    return visit.words.gettext(declared.summary).rstrip(".") if declared else name


async def _find_own(visit: Visit, job_id: int, action: str) -> None:
    if not (visit.may(Permission.IMPORT) or visit.may(Permission.TRAIN)):
        raise NotPermitted
    async with visit.context() as context:
        job = await queue.find(await context.connection(), job_id)
        if job is None:
            raise UnknownJob(name=job_id)
        visit.need(needed(job.name))
        await visit.note(context, action, subject=str(job_id), job=job.name)


async def _list(visit: Visit) -> dict[str, Any]:
    asked = visit.request.query_params
    state = asked.get("state") if asked.get("state") in STATES else None
    name = asked.get("name") if asked.get("name") in visit.runtime.registry.jobs else None
    before = asked.get("before", "")
    limit = MOST_EXPORTED if asked.get("format") == "csv" else PAGE
    async with visit.context() as context:
        found = await queue.page(
            await context.connection(), state=state, name=name, before=int(before) if before.isdecimal() else None, limit=limit + 1
        )
    following = pages.link_with(visit.request, before=found[limit - 1].job_id) if len(found) > limit else None
    registered = sorted(visit.runtime.registry.jobs.values(), key=lambda job: job.name)
    running = any(each.state in {"doing", "todo"} for each in found)
    filters = {"state": state or "", "states": STATES, "job_title": partial(title, visit)}
    return {"jobs": found[:limit], "next": following, "registered": registered, "running": running, **filters}


def _export(visit: Visit, jobs: list[JobInfo]) -> Response[bytes]:
    names = ("job_id", "name", "state", "attempts", "queued_at", "started_at", "ended_at", "note", "error")
    return pages.table(visit.words.gettext("jobs"), names, ([getattr(each, name) for name in names] for each in jobs))
