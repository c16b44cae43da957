"""Imports and exports of feeds as jobs, so that the console need not wait for them, and files are written every night."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec

from hanse.base.context import Context
from hanse.base.job import job
from hanse.sources.feeds import importing, nightly
from hanse.sources.feeds.exporting import ExportOptions, ExportReport
from hanse.sources.feeds.importing import FeedRequest

TOLD = 50
"""Findings that the result of a job names; all are counted."""


@job(retries=0)
async def propose(context: Context, *, path: str, started_by: str = "", remove: bool = False, **options: Any) -> dict[str, Any]:
    """Read a catalog and show what it would change: path and the other fields of `FeedRequest`; an uploaded file is removed afterwards."""
    if started_by:
        context.caller = replace(context.caller, name=started_by)
    try:
        found = await importing.propose(context, msgspec.convert({**options, "path": path}, FeedRequest))
    finally:
        if remove:
            await asyncio.to_thread(Path(path).unlink, missing_ok=True)
    result: dict[str, Any] = msgspec.to_builtins(found)
    return result


@job(retries=0)
async def export(context: Context, *, format: str, name: str, **options: Any) -> dict[str, Any]:  # noqa: A002  # as everywhere else
    """Write the catalog into a file.

    It lies below `feeds` in Hanse's folder; asked for are its format, its name and the fields of `ExportOptions`.
    """
    report = await nightly.write(context, name, format, msgspec.convert(options, ExportOptions))
    return _result(report)


@job(schedule="40 4 * * *", retries=1)
async def export_all(context: Context) -> dict[str, Any]:
    """Write the catalog into all files that are to be written every night."""
    return {"problems": await nightly.write_all(context)}


def _result(report: ExportReport) -> dict[str, Any]:
    facts: dict[str, Any] = msgspec.to_builtins(report)
    return {**facts, "shortfalls": facts["shortfalls"][:TOLD]}
