"""The operation on batches: which there are; the job `recommend.batch` makes them."""

from __future__ import annotations

from hanse.base.context import Context
from hanse.base.operation import Effect, Purpose, operation
from hanse.capabilities.recommend.batch import running
from hanse.capabilities.recommend.batch.schemas import Batches, BatchList


@operation(purpose=Purpose.OPERATION, effect=Effect.READ, example=Batches(limit=3))
async def list(request: Batches, context: Context) -> BatchList:  # noqa: A001  # the operation is batch.list
    """List the batches of recommendations for many recipients: which are whole, how large they are and where they lie."""
    rows = await (await (await context.connection()).execute(running.queries["list"], {"limit": request.limit})).fetchall()
    return BatchList(batches=[running.entry(row) for row in rows])
