"""Applying and undoing large revisions as jobs, so that the console need not wait for them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from hanse.base.context import Context
from hanse.base.job import job
from hanse.data.revisions import applying
from hanse.data.revisions.applying import Decision


@job(retries=0)
async def apply(context: Context, *, revision_id: str, decided_by: str = "") -> dict[str, Any]:
    """Apply what an import of a catalog changes."""
    await applying.apply(await context.connection(), UUID(revision_id), _decision(context, decided_by), context.progress)
    return {"revision_id": revision_id}


@job(retries=0)
async def undo(context: Context, *, revision_id: str, decided_by: str = "") -> dict[str, Any]:
    """Put back what an import of a catalog changed."""
    kept = await applying.undo(await context.connection(), UUID(revision_id), _decision(context, decided_by), context.progress)
    return {"revision_id": revision_id, "kept": len(kept)}


def _decision(context: Context, decided_by: str) -> Decision:
    return Decision(decided_by or context.caller.name, context.clock.now())
