"""Importing by upload: take the file, show what was understood, then hand it to a job.

An uploaded file may hold personal data. It lies in a folder of its own below the home folder, is removed when its import is done,
and after a day in any case.
"""

from __future__ import annotations

import asyncio
import re
import shutil
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath

from hanse.base import ids
from hanse.base.errors import HanseError
from hanse.data.access.accounts import Permission
from hanse.serve.console import forms, pages, receiving, session
from hanse.serve.console.receiving import Limits, Received, UploadError
from hanse.serve.console.session import AnyRequest, Visit
from hanse.sources import feeds, files
from hanse.sources.files import Preview
from hanse.sources.files.kinds import KINDS, Kind

KEPT = timedelta(days=1)
COLUMN = "column:"
USUAL_KIND = "orders"
USUAL_SOURCE = "import"


class UploadGone(HanseError):
    """This upload is no longer there; uploads are kept for a day. Choose the file again."""

    status = 404
    exit_code = 2


@dataclass(frozen=True)
class MappedField:
    """A field of a kind of import, to be given a column."""

    name: str
    label: str
    description: str
    needed: bool


@get("/data/imports/new")
async def show(request: AnyRequest) -> Response[bytes]:
    """Ask for a file."""
    visit = session.of(request)
    visit.need(Permission.IMPORT)
    return _ask(visit, request.query_params.get("kind", USUAL_KIND))


@post("/data/imports/new", status_code=200, request_max_body_size=None, opt={session.STREAMS: True})
async def take(request: AnyRequest) -> Response[bytes]:
    """Keep the uploaded file as it comes and go on to its preview."""
    visit = session.of(request)
    visit.need(Permission.IMPORT)
    upload_id = ids.new()
    await asyncio.to_thread(sweep, _folder(visit))
    try:
        received = await _receive(visit, _folder(visit) / str(upload_id))
    except BaseException as error:
        await asyncio.to_thread(shutil.rmtree, _folder(visit) / str(upload_id), ignore_errors=True)
        if isinstance(error, UploadError):
            return _ask(visit, USUAL_KIND, wrong=visit.words.error(error), status=error.status)
        raise
    kind, source = received.fields.get("kind", USUAL_KIND), received.fields.get("source", "").strip() or USUAL_SOURCE
    if not received.files:
        return _ask(visit, kind, wrong=visit.words.gettext("Choose a file first."), source=source)
    if kind == feeds.KIND:
        return await _propose(visit, upload_id, "" if source == USUAL_SOURCE else source)
    return pages.redirect(visit, f"/data/imports/new/{upload_id}?{_query(kind, source)}")


@get("/data/imports/new/{upload_id:uuid}")
async def preview(request: AnyRequest, upload_id: FromPath[UUID]) -> Response[bytes]:
    """Show what a file holds and which column was taken for which field."""
    visit = session.of(request)
    visit.need(Permission.IMPORT)
    kind, source = request.query_params.get("kind", USUAL_KIND), request.query_params.get("source", USUAL_SOURCE)
    try:
        async with visit.context() as context:
            found = await files.preview(context, _file(visit, upload_id), kind)
    except HanseError as error:
        return _ask(visit, kind, wrong=visit.words.error(error), source=source, status=error.status)
    return pages.page(visit, "preview.html", preview=found, **_mapping(visit, found))


@post("/data/imports/new/{upload_id:uuid}", status_code=200)
async def start(request: AnyRequest, upload_id: FromPath[UUID]) -> Response[bytes]:
    """Hand the file to a job, with the columns as they were chosen."""
    visit = session.of(request)
    visit.need(Permission.IMPORT)
    form = await visit.form()
    columns = {name.removeprefix(COLUMN): column for name, column in form.items() if name.startswith(COLUMN) and column}
    kind, source = request.query_params.get("kind", USUAL_KIND), request.query_params.get("source", USUAL_SOURCE)
    wanted = {
        "path": str(_file(visit, upload_id)),
        "kind": kind,
        "source": source,
        "columns": columns,
        "started_by": visit.account.name,
        "remove": True,
    }
    job_id = await visit.queue.put("files.run_import", wanted)
    async with visit.context() as context:
        await visit.note(context, "imports.start", subject=str(job_id), kind=kind, source=source)
    return pages.redirect(visit, f"/jobs/{job_id}", message=visit.words.gettext("The import has begun."))


async def _propose(visit: Visit, upload_id: UUID, source: str) -> Response[bytes]:
    """Have a catalog read; it shows by itself what it would change, so there are no columns to be chosen first."""
    wanted = {"path": str(_file(visit, upload_id)), "source": source, "started_by": visit.account.name, "remove": True}
    job_id = await visit.queue.put("feeds.propose", wanted)
    async with visit.context() as context:
        await visit.note(context, "feeds.propose", subject=str(job_id), source=source)
    return pages.redirect(visit, f"/jobs/{job_id}", message=visit.words.gettext("The catalog is being read. Its changes are among the imports then."))


def sweep(folder: Path) -> None:
    """Remove uploads that were never imported."""
    for upload in folder.glob("*"):
        try:
            made = ids.moment(UUID(upload.name))
        except ValueError:
            continue
        if made < ids.moment(ids.new()) - KEPT:
            shutil.rmtree(upload, ignore_errors=True)


async def _receive(visit: Visit, folder: Path) -> Received:
    """Keep one file, under a name that harms nobody; a file in a folder is nothing that a browser sends here."""
    limits = Limits(bytes=visit.runtime.settings.upload_limit_bytes, files=1)
    received = await receiving.receive(visit, folder, limits, lambda name: None if "/" in name else True)
    for name in received.files:
        await asyncio.to_thread((folder / name).rename, folder / _safe(name))
    return received


def _safe(name: str) -> str:
    """Return a file name without anything that could lead elsewhere, its ending kept."""
    plain = re.sub(r"[^\w.\- ]", "_", Path(name.replace("\\", "/")).name).lstrip(". ")
    return plain[-150:] or "upload"


def _folder(visit: Visit) -> Path:
    return visit.runtime.settings.home / "uploads"


def _file(visit: Visit, upload_id: UUID) -> Path:
    found = next(iter((_folder(visit) / str(upload_id)).glob("*")), None)
    if found is None:
        raise UploadGone
    return found


def _ask(visit: Visit, kind: str, *, wrong: str = "", source: str = USUAL_SOURCE, status: int = 200) -> Response[bytes]:
    limit = visit.runtime.settings.upload_limit_bytes
    return pages.page(visit, "upload.html", status=status, kinds=_kinds(visit), chosen=kind, wrong=wrong, source=source, limit=limit)


def _kinds(visit: Visit) -> list[tuple[str, str]]:
    """Return what a file may hold, each with what that is."""
    gettext = visit.words.gettext
    catalogs = gettext("A whole catalog or an update of one: BMEcat 1.2 to 2005.2, or a Google Merchant feed. It shows first what it would change.")
    return [*((each.name, gettext(each.description)) for each in KINDS.values()), (feeds.KIND, catalogs)]


def _query(kind: str, source: str) -> str:
    from urllib.parse import urlencode

    return urlencode({"kind": kind if kind in KINDS else USUAL_KIND, "source": source})


def _mapping(visit: Visit, preview: Preview) -> dict[str, Any]:
    """Return the fields to be given columns: the needed and the found ones first."""
    kind = KINDS[preview.kind]
    needed = kind.needed(preview.mapping) | set(preview.missing)
    fields = [MappedField(each.name, forms.label(each.name, visit.words), each.description, each.name in needed) for each in kind.fields]
    first = [each for each in fields if each.needed or each.name in preview.mapping]
    languages = [MappedField(name, _label(kind, name, visit), "", needed=False) for name in preview.mapping if kind.field(name) is None]
    missing = [forms.label(name, visit.words) for name in preview.missing]
    return {"fields": first + languages, "more": [each for each in fields if each not in first], "mapping": preview.mapping, "missing": missing}


def _label(kind: Kind, name: str, visit: Visit) -> str:
    base, _, language = name.rpartition("_")
    return f"{forms.label(base, visit.words)} ({language})" if kind.field(base) else forms.label(name, visit.words)
