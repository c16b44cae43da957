"""Imports of uploaded files as a job, so that the console need not wait for them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec

from hanse.base.context import Context
from hanse.base.job import job
from hanse.sources.files import importing
from hanse.sources.files.kinds.loading import aside
from hanse.sources.files.schemas import ImportRequest


@job(retries=0, then=("catalog.refresh_statistics",))
async def run_import(context: Context, *, path: str, kind: str, started_by: str = "", remove: bool = False, **options: Any) -> dict[str, Any]:
    """Import a file: path, kind and the other fields of `ImportRequest`; an uploaded one is removed afterwards."""
    if started_by:
        context.caller = replace(context.caller, name=started_by)
    request = msgspec.convert({"kind": kind, **options, "path": path}, ImportRequest)
    try:
        report = await importing.load(context, request)
    finally:
        if remove:
            await aside(Path(path).unlink, missing_ok=True)
    result: dict[str, Any] = msgspec.to_builtins(report)
    return result
