"""Imports of feeds as a job, so that the console need not wait for them."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec

from hanse.base.context import Context
from hanse.base.job import job
from hanse.sources.feeds import importing
from hanse.sources.feeds.importing import FeedRequest


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
