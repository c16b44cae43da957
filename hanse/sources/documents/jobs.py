"""Imports of documents as a job, so that nobody need wait for them."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec

from hanse.base.context import Context
from hanse.base.job import job
from hanse.sources.documents import importing
from hanse.sources.documents.archive import UPLOADS
from hanse.sources.documents.errors import NoUpload
from hanse.sources.documents.schemas import DocumentsRequest

FOLDER = "documents"
"""In the folder of an upload: the files, or one of them or an archive alone."""


@job(retries=0)
async def load(context: Context, **options: Any) -> dict[str, Any]:
    """Import documents: the path of a folder or file, and the other fields of `DocumentsRequest`."""
    return await _load(context, options)


@job(retries=0)
async def load_upload(context: Context, *, upload_id: str, started_by: str = "", **options: Any) -> dict[str, Any]:
    """Import uploaded documents.

    The upload is removed afterwards. Nothing is withdrawn by it, as an upload need not be all that there is. An id leads nowhere but into the
    folder of uploads.
    """
    if started_by:
        context.caller = replace(context.caller, name=started_by)
    upload = context.settings.home / UPLOADS / str(UUID(upload_id))
    try:
        path = await asyncio.to_thread(_path, upload / FOLDER)
        return await _load(context, {**options, "path": str(path), "mirror": False})
    finally:
        await asyncio.to_thread(shutil.rmtree, upload, ignore_errors=True)


async def _load(context: Context, options: Mapping[str, Any]) -> dict[str, Any]:
    result: dict[str, Any] = msgspec.to_builtins(await importing.load(context, msgspec.convert(options, DocumentsRequest)))
    return result


def _path(folder: Path) -> Path:
    """Return the folder of an upload, or the one file in it; raises `NoUpload`."""
    if not folder.is_dir():
        raise NoUpload
    found = list(folder.iterdir())
    return found[0] if len(found) == 1 and found[0].is_file() else folder
