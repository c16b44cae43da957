"""The files that are written every night: which there are, and writing them. Operations and the job call this."""

from __future__ import annotations

import asyncio
from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from hanse.base import database
from hanse.base.config import Settings
from hanse.base.context import Context
from hanse.base.database import Queries
from hanse.base.errors import HanseError
from hanse.sources.feeds import exporting
from hanse.sources.feeds.errors import UnknownExport
from hanse.sources.feeds.exporting import ExportOptions, ExportReport, ExportRequest
from hanse.sources.feeds.formats import FORMATS

queries = Queries(__package__)
FormatName = Literal["bmecat", "merchant", "merchant-tsv", "jsonld"]
Name = Annotated[str, Meta(min_length=1, max_length=60, pattern=r"^[a-z0-9][a-z0-9_-]*$")]


class CatalogExport(msgspec.Struct, kw_only=True, frozen=True):
    """A file that the catalog is written into every night."""

    name: Annotated[str, Meta(description="Its name, without the ending.")]
    format: Annotated[str, Meta(description="`bmecat`, `merchant`, `merchant-tsv` or `jsonld`.")]
    options: Annotated[ExportOptions, Meta(description="For whom it is written.")]
    path: Annotated[str, Meta(description="Where it lies on the server.")]
    changed_at: Annotated[datetime, Meta(description="When it was last set up.")]
    written_at: Annotated[datetime | None, Meta(description="When it was last written; null before the first time.")]
    products: Annotated[int | None, Meta(description="Products in it.")]
    left_out: Annotated[int | None, Meta(description="Products that lack something without which they cannot be in it.")]
    findings: Annotated[dict[str, int], Meta(description="How often each kind of finding occurs.")]
    bytes: Annotated[int | None, Meta(description="Its size.")]
    problem: Annotated[str, Meta(description="Why it could not be written the last time; empty where it could.")]


async def listed(context: Context, name: str | None = None) -> list[CatalogExport]:
    """Return the files that are written every night, by name."""
    cursor = await (await context.connection()).execute(queries["list"], {"name": name})
    rows = await cursor.fetchall()
    return [msgspec.convert({**row, "path": str(place(context.settings, row["name"], row["format"]))}, CatalogExport) for row in rows]


async def save(context: Context, name: str, form: str, options: ExportOptions) -> CatalogExport:
    """Keep how a file is to be written; raises `UnknownFormat` and `UnknownFeedOption`.

    One whose format has another ending is a new file: the one of before is removed, so that nobody goes on fetching it.
    """
    exporting.format_of(form)
    exporting.channel_of(context.settings, options)
    fresh = place(context.settings, name, form)
    old = [Path(each.path) for each in await listed(context, name) if Path(each.path) != fresh]
    facts = {"name": name, "format": form, "options": database.jsonb(options), "now": context.clock.now()}
    await (await context.connection()).execute(queries["save"], facts)
    for each in old:
        _gone_after_commit(context, each)
    return (await listed(context, name))[0]


async def remove(context: Context, name: str) -> None:
    """Have a file be written no more, and remove it; raises `UnknownExport`."""
    row = await (await (await context.connection()).execute(queries["remove"], {"name": name})).fetchone()
    if row is None:
        raise UnknownExport(name=name)
    _gone_after_commit(context, place(context.settings, name, row["format"]))


def _gone_after_commit(context: Context, path: Path) -> None:
    async def gone() -> None:
        await asyncio.to_thread(path.unlink, missing_ok=True)

    context.after_commit(gone)


async def write(context: Context, name: str, form: str, options: ExportOptions) -> ExportReport:
    """Write one file into the folder, and note what came of it where it is one of every night."""
    path = place(context.settings, name, form)
    report = await exporting.export(context, ExportRequest(format=form, path=str(path), options=options))
    counts = {"products": report.products, "left_out": report.left_out, "findings": database.jsonb(report.findings), "bytes": report.bytes}
    await (await context.connection()).execute(queries["note"], {"name": name, "now": context.clock.now(), **counts})
    return report


async def write_all(context: Context) -> dict[str, str]:
    """Write all files of every night; one that fails is noted and does not keep the others; return what went wrong, by name."""
    problems: dict[str, str] = {}
    for each in await listed(context):
        try:
            await write(context, each.name, each.format, each.options)
        except HanseError as error:
            problems[each.name] = error.detail()
            await (await context.connection()).execute(queries["note_problem"], {"name": each.name, "problem": error.detail()})
    return problems


def place(settings: Settings, name: str, form: str) -> Path:
    """Return where a file lies."""
    return exporting.folder(settings) / f"{name}.{FORMATS[form].ending if form in FORMATS else form}"
