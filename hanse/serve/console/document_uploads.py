"""Uploading documents: files, a folder or a ZIP archive, handed to the same import as that of `hanse import documents`.

The files lie in a folder of their own below the home folder, which the job removes. Nothing is withdrawn by an upload, as it need not
be all that there is.
"""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path, PurePosixPath
from typing import Any

from babel import Locale
from litestar import Response, get, post

from hanse.base import ids
from hanse.base.errors import HanseError
from hanse.data.access.accounts import Permission
from hanse.serve.console import pages, receiving, session, uploads
from hanse.serve.console.receiving import Limits, Received, UploadError
from hanse.serve.console.session import AnyRequest, Visit
from hanse.serve.console.texts import Words
from hanse.sources.documents import USUAL_SOURCE, archive, folder
from hanse.sources.documents.archive import MOST_FILES, UPLOADS
from hanse.sources.documents.errors import DocumentError
from hanse.sources.documents.importing import KINDS
from hanse.sources.documents.jobs import FOLDER

PATH = "/data/imports/documents"
JOB = "documents.load_upload"
LANGUAGES = ("de", "en", "fr", "it", "es", "nl", "pl")
USUAL = {"source": USUAL_SOURCE, "language": "", "kind": ""}
LONGEST_NAME = 150


class NothingChosen(UploadError):
    """There is no document among these files. Choose PDF, Markdown or HTML files, a folder of them, or a ZIP archive."""

    status = 422


class ArchiveWithOthers(UploadError):
    """{file} is an archive among other files. Upload it on its own, or unpack it first."""

    status = 422


class NoSource(UploadError):
    """The source needs a name of at most 100 characters without a slash, such as documents."""

    status = 422


@get(PATH)
async def show(request: AnyRequest) -> Response[bytes]:
    """Ask for documents."""
    visit = session.of(request)
    visit.need(Permission.IMPORT)
    return _ask(visit, USUAL)


@post(PATH, status_code=200, request_max_body_size=None, opt={session.STREAMS: True})
async def take(request: AnyRequest) -> Response[bytes]:
    """Keep the files as they come, and hand them to a job."""
    visit = session.of(request)
    visit.need(Permission.IMPORT)
    home, upload_id = visit.runtime.settings.home / UPLOADS, ids.new()
    await asyncio.to_thread(uploads.sweep, home)
    form = dict(USUAL)
    try:
        received = await _receive(visit, home / str(upload_id) / FOLDER)
        form |= {name: received.fields.get(name, "").strip() for name in USUAL}
        await asyncio.to_thread(_check, home / str(upload_id) / FOLDER, received, form["source"])
    except BaseException as error:
        await asyncio.to_thread(shutil.rmtree, home / str(upload_id), ignore_errors=True)
        if isinstance(error, UploadError | DocumentError):
            return _refuse(visit, form, error)
        raise
    wanted = {"source": form["source"], "name": _name(visit.words, received)}
    wanted |= {name: form[name] for name, known in (("language", LANGUAGES), ("kind", KINDS)) if form[name] in known}
    job_id = await visit.queue.put(JOB, {"upload_id": str(upload_id), "started_by": visit.account.name, **wanted})
    async with visit.context() as context:
        await visit.note(context, "documents.upload", subject=str(job_id), source=form["source"], files=len(received.files))
    return pages.redirect(visit, f"/jobs/{job_id}", message=visit.words.gettext("The documents are being read."))


async def _receive(visit: Visit, place: Path) -> Received:
    limits = Limits(bytes=visit.runtime.settings.upload_limit_bytes, files=MOST_FILES)
    return await receiving.receive(visit, place, limits, _is_wanted)


def _is_wanted(name: str) -> bool | None:
    """Keep documents and archives; of the rest the name, so that the import tells why it was left out."""
    if any(part.startswith(folder.HIDDEN) or part == archive.SYSTEM_FOLDER for part in PurePosixPath(name).parts):
        return None
    return folder.unfit(name) is None or name.lower().endswith(archive.ENDING)


def _check(place: Path, received: Received, source: str) -> None:
    """Refuse what would come to nothing; raises `UploadError` and `DocumentError`."""
    archives = [name for name in received.files if name.lower().endswith(archive.ENDING)]
    has_documents = any(folder.unfit(name) is None for name in received.files)
    if not (has_documents or archives):
        raise NothingChosen
    if archives and len(received.files) > 1 and not has_documents:
        raise ArchiveWithOthers(file=archives[0])
    if not source or len(source) > 100 or "/" in source:
        raise NoSource
    if not has_documents:
        archive.check(place / archives[0])


def _name(words: Words, received: Received) -> str:
    """Return how people know this import: by its folder, its file, or one of several."""
    first, more = PurePosixPath(received.files[0]).name, len(received.files) - 1
    if found := received.fields.get("folder_name", "").strip()[:LONGEST_NAME]:
        return found
    return words.ngettext("%(name)s and %(num)s more", "%(name)s and %(num)s more", more, name=first[:LONGEST_NAME]) if more else first


def _refuse(visit: Visit, form: dict[str, str], error: HanseError) -> Response[bytes]:
    """Say what is wrong: into the page that is still there with the chosen files, or on a new one."""
    wrong = visit.words.error(error)
    if visit.wants_fragment:
        return pages.fragment(visit, "failure_part.html", status=error.status, message=wrong)
    return _ask(visit, form, wrong=wrong, wrong_source=isinstance(error, NoSource), status=error.status)


def _ask(visit: Visit, form: dict[str, str], *, status: int = 200, wrong: str = "", wrong_source: bool = False) -> Response[bytes]:
    most = {ending: folder.MOST_BYTES[form] for ending, form in folder.FORMATS.items()}
    facts: dict[str, Any] = {
        "kinds": [(each, kind_name(visit.words, each)) for each in KINDS],
        "languages": [(each, _language(visit.words, each)) for each in LANGUAGES],
        "usual_language": _language(visit.words, visit.runtime.settings.language),
        "limit": visit.runtime.settings.upload_limit_bytes,
        "limits": {**most, archive.ENDING: visit.runtime.settings.upload_limit_bytes},
        "most_files": MOST_FILES,
        "accept": ",".join((*folder.FORMATS, archive.ENDING)),
    }
    return pages.page(visit, "document_upload.html", status=status, form=form, wrong=wrong, wrong_source=wrong_source, address=PATH, **facts)


def _language(words: Words, code: str) -> str:
    return str(Locale.parse(words.language).languages.get(code, code))


def kind_name(words: Words, name: str) -> str:
    """Return the name of a kind of document."""
    gettext = words.gettext
    return {
        "manual": gettext("Manual"),
        "repair_guide": gettext("Repair guide"),
        "data_sheet": gettext("Data sheet"),
        "advice": gettext("Advice"),
    }.get(name, name)
