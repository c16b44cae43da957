"""An import of a catalog: what it would change, what is wrong in its file, and applying, discarding or undoing it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any
from uuid import UUID

from litestar import Response, post
from litestar.params import FromPath

from hanse.base import context as contract
from hanse.base.errors import HanseError
from hanse.data.access.accounts import Permission
from hanse.data.revisions import operations, reading
from hanse.data.revisions.answers import WhichRevision
from hanse.data.revisions.errors import RevisionDecided, RevisionOutdated
from hanse.serve.console import pages, revision_words, session
from hanse.serve.console.session import AnyRequest, Visit

PATH = "/data/imports"
SCOPES = frozenset({"revisions"})
PAGE = 50
ACTIONS = ("new", "changed", "gone")
AT_ONCE = 5_000
"""Changes up to which somebody waits for the answer; more are a job."""
BY_SEVERITY = {"error": 0, "warning": 1, "note": 2}


async def show(visit: Visit, revision_id: UUID, *, wrong: str = "", status: int = 200) -> Response[bytes]:
    """Show one import of a catalog, with its changes or with its findings."""
    asked = visit.request.query_params
    view = "findings" if asked.get("view") == "findings" else "changes"
    async with visit.context() as context:
        connection = await context.connection()
        revision = await reading.revision(connection, revision_id)
        facts = await (_findings if view == "findings" else _changes)(visit, connection, revision_id)
    facts |= {"revision": revision, "view": view, "kinds": _kinds(visit, revision.findings), "wrong": wrong}
    facts |= {"state_of": revision_words.state(visit.words, revision.state), "decides": _decides(visit), "total": sum(revision.findings.values())}
    return pages.page(visit, "revision.html", status=status, **facts)


@post(PATH + "/{import_id:uuid}/apply", status_code=200)
async def apply(request: AnyRequest, import_id: FromPath[UUID]) -> Response[bytes]:
    """Apply what an import of a catalog changes."""
    return await _decide(session.of(request), import_id, "apply")


@post(PATH + "/{import_id:uuid}/discard", status_code=200)
async def discard(request: AnyRequest, import_id: FromPath[UUID]) -> Response[bytes]:
    """Put an import of a catalog aside."""
    return await _decide(session.of(request), import_id, "discard")


@post(PATH + "/{import_id:uuid}/undo", status_code=200)
async def undo(request: AnyRequest, import_id: FromPath[UUID]) -> Response[bytes]:
    """Put back what an import of a catalog changed."""
    return await _decide(session.of(request), import_id, "undo")


async def _decide(visit: Visit, revision_id: UUID, what: str) -> Response[bytes]:
    visit.need(Permission.IMPORT)
    async with visit.context() as context:
        counts = (await reading.revision(await context.connection(), revision_id)).counts
    if what != "discard" and sum(counts.get(name, 0) for name in ACTIONS) > AT_ONCE:
        return await _later(visit, revision_id, what)
    operation: Any = {"apply": operations.apply, "discard": operations.discard, "undo": operations.undo}[what]
    try:
        async with visit.context(SCOPES) as context:
            answer = await contract.run(operation, WhichRevision(revision_id=revision_id), context)
    except (RevisionDecided, RevisionOutdated) as error:
        return await show(visit, revision_id, wrong=visit.words.error(error), status=error.status)
    return pages.redirect(visit, f"{PATH}/{revision_id}", message=_told(visit, what, getattr(answer, "kept", 0)))


async def _later(visit: Visit, revision_id: UUID, what: str) -> Response[bytes]:
    job_id = await visit.queue.put(f"revisions.{what}", {"revision_id": str(revision_id), "decided_by": visit.account.name})
    async with visit.context() as context:
        await visit.note(context, f"revisions.{what}", subject=str(revision_id))
    return pages.redirect(visit, f"/jobs/{job_id}", message=visit.words.gettext("This takes a moment; its progress is here."))


def _told(visit: Visit, what: str, kept: int) -> str:
    gettext, ngettext = visit.words.gettext, visit.words.ngettext
    if what == "undo" and kept:
        text = ngettext("%(num)s product stays", "%(num)s products stay", kept)
        return gettext("Everything is as before, but %(some)s: somebody has changed it since.", some=text)
    return {
        "apply": gettext("The catalog is as the file says."),
        "discard": gettext("The import is put aside; nothing has changed."),
        "undo": gettext("Everything is as before."),
    }[what]


def _decides(visit: Visit) -> bool:
    try:
        visit.need(Permission.IMPORT)
    except HanseError:
        return False
    return True


async def _changes(visit: Visit, connection: Any, revision_id: UUID) -> dict[str, Any]:
    asked = visit.request.query_params
    action = asked.get("action") if asked.get("action") in ACTIONS else None
    jumps = asked.get("action") == "jumps"
    after = asked.get("after", "")[:200] or None
    found = await reading.changes(connection, revision_id, action=action, price_jumps=jumps, cursor=after, limit=PAGE, language=visit.words.language)
    rows = [
        {
            **{name: getattr(each, name) for name in ("product_id", "title", "line", "price_jump_share", "is_undone")},
            "action": revision_words.action(visit.words, each.action),
            "is_gone": each.action == "gone",
            "lines": [asdict(line) for line in revision_words.lines(visit.words, each)],
        }
        for each in found.changes
    ]
    following = pages.link_with(visit.request, after=found.next_cursor) if found.next_cursor else None
    return {"changes": rows, "action": "jumps" if jumps else action or "", "next": following}


async def _findings(visit: Visit, connection: Any, revision_id: UUID) -> dict[str, Any]:
    asked = visit.request.query_params
    code = asked.get("code", "")[:40]
    after = int(asked["after"]) if asked.get("after", "").isdecimal() and len(asked["after"]) < 10 else 0
    found = await reading.found(connection, revision_id, code=code or None, cursor=after, limit=PAGE, language=visit.words.language)
    following = pages.link_with(visit.request, after=found.next_cursor) if found.next_cursor else None
    rows = [{"finding": each, "severity": revision_words.severity(visit.words, each.severity)} for each in found.findings]
    return {"found": rows, "code": code, "next": following}


def _kinds(visit: Visit, counts: dict[str, int]) -> list[dict[str, Any]]:
    """Return the kinds of findings, the worst and most frequent first, each with how often it occurs."""
    from hanse.data.revisions.findings import KINDS

    ordered = sorted(counts.items(), key=lambda each: (BY_SEVERITY[KINDS[each[0]].severity], -each[1], each[0]))
    return [{"code": code, "count": count, "severity": revision_words.severity(visit.words, KINDS[code].severity)} for code, count in ordered]
