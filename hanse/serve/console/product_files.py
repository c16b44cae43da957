"""The catalog as files: writing one in a format, downloading those that are there, and those that are written every night."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import File

from hanse.data.access.accounts import Permission
from hanse.serve.console import export_forms, nightly_words, pages, session
from hanse.serve.console.rule_forms import Typed
from hanse.serve.console.session import AnyRequest, Visit
from hanse.sources.feeds import ExportOptions, exporting, nightly
from hanse.sources.feeds.formats import FORMATS
from hanse.sources.feeds.nightly import CatalogExport

PATH = "/products/-/files"
NIGHTLY = f"{PATH}/nightly"
JOB, EVERY_NIGHT = "feeds.export", "feeds.export_all"


@dataclass(frozen=True)
class Written:
    """A file that lies there."""

    name: str
    bytes: int
    written_at: datetime


@get(PATH)
async def show(request: AnyRequest) -> Response[bytes]:
    """Show which files there are, and ask for a new one; or for changes of one of every night."""
    visit = session.of(request)
    if name := request.query_params.get("name", ""):
        async with visit.context() as context:
            found = await nightly.listed(context, name)
        if not found:
            raise NotFoundException
        return await page(visit, export_forms.typed_of(visit.words, found[0]))
    return await page(visit, Typed(export_forms.USUAL, visit.words))


@post(PATH, status_code=200)
async def write(request: AnyRequest) -> Response[bytes]:
    """Have a file be written once."""
    visit = session.of(request)
    visit.need(Permission.IMPORT)
    typed = await typed_in(visit)
    form, options = export_forms.format_of(typed), export_forms.options(typed, ExportOptions())
    if typed.wrong:
        return await page(visit, typed, status=422)
    return await put(visit, form, f"{export_forms.ONCE}{form}", options)


@get(PATH + "/{name:str}")
async def download(request: AnyRequest, name: FromPath[str]) -> File:
    """Send one of the files."""
    visit = session.of(request)
    if name not in {each.name for each in await asyncio.to_thread(_written, visit)}:
        raise NotFoundException
    return File(exporting.folder(visit.runtime.settings) / name, filename=name, headers=pages.HEADERS)


async def typed_in(visit: Visit) -> Typed:
    """Return what was typed into the form."""
    return Typed({name: (value,) for name, value in (await visit.form()).items()}, visit.words)


async def put(visit: Visit, form: str, name: str, options: ExportOptions) -> Response[bytes]:
    """Have a file be written by a job, and go there."""
    facts: dict[str, Any] = msgspec.to_builtins(options)
    job_id = await visit.queue.put(JOB, {"format": form, "name": name, **facts})
    async with visit.context() as context:
        await visit.note(context, JOB, subject=name if not name.startswith(export_forms.ONCE) else form)
    if job_id is None:
        return pages.redirect(visit, "/jobs?state=todo", message=visit.words.gettext("The job is waiting already."))
    return pages.redirect(visit, f"/jobs/{job_id}", message=visit.words.gettext("This takes a moment; its progress is here."))


async def page(visit: Visit, typed: Typed, *, status: int = 200) -> Response[bytes]:
    """Return the page with what was typed into its form."""
    async with visit.context() as context:
        nights = await nightly.listed(context)
        now = context.clock.now()
    files = {each.name: each for each in await asyncio.to_thread(_written, visit)}
    places = {each.name: Path(each.path).name for each in nights}
    facts: dict[str, Any] = {
        "nights": [(each, files.get(places[each.name])) for each in nights],
        "files": [each for each in files.values() if each.name not in places.values()],
        "formats": list(FORMATS.values()),
        "typed": typed,
        "changed": typed.text("before") if typed.text("before") in places else "",
        "next_at": nightly_words.next_at(visit.runtime.registry.jobs[EVERY_NIGHT].schedule, now),
        **_words(visit),
    }
    may_write = visit.may(Permission.IMPORT)
    return pages.page(visit, "product_files.html", status=status, may_write=may_write, address=PATH, nightly=NIGHTLY, **facts)


def _words(visit: Visit) -> dict[str, Any]:
    def state_of(each: CatalogExport) -> tuple[str, str, str]:
        return nightly_words.state(visit.words, each)

    return {
        "state_of": state_of,
        "for_whom": lambda each: export_forms.told(visit.words, each),
        "format_title": lambda name: FORMATS[name].title if name in FORMATS else name,
    }


def _written(visit: Visit) -> list[Written]:
    return [_facts(each) for each in sorted(exporting.folder(visit.runtime.settings).glob("*")) if each.is_file() and not each.name.startswith(".")]


def _facts(path: Path) -> Written:
    found = path.stat()
    return Written(path.name, found.st_size, datetime.fromtimestamp(found.st_mtime, UTC))
