"""The catalog as files: writing one in a format, and downloading those that are there, the ones of every night among them."""

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

from hanse.base.errors import HanseError
from hanse.data.access.accounts import Permission
from hanse.data.catalog.channel import LIST
from hanse.serve.console import pages, session
from hanse.serve.console.session import AnyRequest, Visit
from hanse.sources.feeds import ExportOptions, exporting, nightly, values
from hanse.sources.feeds.errors import UnknownFeedOption
from hanse.sources.feeds.formats import FORMATS

PATH = "/products/-/files"
NAME = "catalog-"
USUAL = {"format": "merchant", "language": "", "tax_rate": "", "base_url": "", "product_url": "", "supplier": ""}
TEXTS = ("base_url", "product_url", "supplier")


@dataclass(frozen=True)
class Written:
    """A file that lies there."""

    name: str
    bytes: int
    written_at: datetime


@get(PATH)
async def show(request: AnyRequest) -> Response[bytes]:
    """Show which files there are, and ask for a new one."""
    return await _page(session.of(request), USUAL)


@post(PATH, status_code=200)
async def write(request: AnyRequest) -> Response[bytes]:
    """Have a file be written."""
    visit = session.of(request)
    visit.need(Permission.IMPORT)
    form = {**USUAL, **{name: str(value).strip()[:500] for name, value in (await visit.form()).items() if name in USUAL}}
    try:
        options = _options(form)
        exporting.format_of(form["format"])
        exporting.channel_of(visit.runtime.settings, options)
    except HanseError as error:
        return await _page(visit, form, wrong=visit.words.error(error), status=error.status)
    facts: dict[str, Any] = msgspec.to_builtins(options)
    job_id = await visit.queue.put("feeds.export", {"format": form["format"], "name": f"{NAME}{form['format']}", **facts})
    async with visit.context() as context:
        await visit.note(context, "feeds.export", subject=form["format"])
    if job_id is None:
        return pages.redirect(visit, "/jobs?state=todo", message=visit.words.gettext("The job is waiting already."))
    return pages.redirect(visit, f"/jobs/{job_id}", message=visit.words.gettext("This takes a moment; its progress is here."))


@get(PATH + "/{name:str}")
async def download(request: AnyRequest, name: FromPath[str]) -> File:
    """Send one of the files."""
    visit = session.of(request)
    if name not in {each.name for each in await asyncio.to_thread(_written, visit)}:
        raise NotFoundException
    return File(exporting.folder(visit.runtime.settings) / name, filename=name, headers=pages.HEADERS)


async def _page(visit: Visit, form: dict[str, str], *, wrong: str = "", status: int = 200) -> Response[bytes]:
    async with visit.context() as context:
        nights = await nightly.listed(context)
    files = await asyncio.to_thread(_written, visit)
    facts = {"files": files, "nights": nights, "formats": list(FORMATS.values()), "form": form, "wrong": wrong, "address": PATH}
    return pages.page(visit, "product_files.html", status=status, may_write=visit.may(Permission.IMPORT), **facts)


def _options(form: dict[str, str]) -> ExportOptions:
    """Return what a form asks for; raises `UnknownFeedOption` for a tax that is no number."""
    percent = form["tax_rate"].rstrip("% ")
    number, _ = values.number(percent) if percent else (None, False)
    if percent and number is None:
        raise UnknownFeedOption(option="tax_rate", value=form["tax_rate"][:40], expected="a number such as 19 is expected")
    told = {name: form[name] for name in TEXTS}
    return ExportOptions(language=form["language"] or None, price_list=LIST, tax_rate=None if number is None else float(number) / 100, **told)


def _written(visit: Visit) -> list[Written]:
    return [_facts(each) for each in sorted(exporting.folder(visit.runtime.settings).glob("*")) if each.is_file() and not each.name.startswith(".")]


def _facts(path: Path) -> Written:
    found = path.stat()
    return Written(path.name, found.st_size, datetime.fromtimestamp(found.st_mtime, UTC))
