"""Imports of documents as a job, so that nobody need wait for them."""

from __future__ import annotations

from typing import Any

import msgspec

from hanse.base.context import Context
from hanse.base.job import job
from hanse.sources.documents import importing
from hanse.sources.documents.schemas import DocumentsRequest


@job(retries=0)
async def load(context: Context, **options: Any) -> dict[str, Any]:
    """Import documents: the path of a folder or file, and the other fields of `DocumentsRequest`."""
    result: dict[str, Any] = msgspec.to_builtins(await importing.load(context, msgspec.convert(options, DocumentsRequest)))
    return result
