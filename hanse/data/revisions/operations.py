"""Operations on revisions of the catalog: what an import would change, applying it, discarding it, undoing it, and a product's history."""

from __future__ import annotations

from uuid import UUID

from hanse.base import ids
from hanse.base.context import Context
from hanse.base.operation import Effect, Purpose, operation
from hanse.data.catalog import Origin
from hanse.data.catalog.errors import UnknownProduct
from hanse.data.revisions import applying, editing, reading
from hanse.data.revisions.answers import (
    ChangePage,
    EditTexts,
    FindingPage,
    ListChanges,
    ListFindings,
    ListRevisions,
    ProductHistory,
    Revision,
    RevisionPage,
    ShowHistory,
    Undone,
    WhichRevision,
)
from hanse.data.revisions.applying import Decision
from hanse.data.revisions.errors import NoTexts, RevisionDecided, RevisionOutdated, SameTexts, UnknownRevision

REVISION = UUID("019ecb27-2200-707f-8163-0a7c4e500001")
"""The revision of the examples."""
SHOWN = 100


@operation(purpose=Purpose.OPERATION, effect=Effect.READ, example=ListRevisions(state="proposed", limit=10))
async def list(request: ListRevisions, context: Context) -> RevisionPage:  # noqa: A001  # the operation is revisions.list
    """List imports of catalogs, and edits of texts, with what each would change or has changed, the newest first."""
    return await reading.page(await context.connection(), state=request.state, cursor=request.cursor, limit=request.limit)


@operation(purpose=Purpose.OPERATION, effect=Effect.READ, tool=True, errors=(UnknownRevision,), example=WhichRevision(revision_id=REVISION))
async def get(request: WhichRevision, context: Context) -> Revision:
    """Show how much an import of a catalog would change: products new, changed and gone, price jumps, and what is wrong in the file."""
    return await reading.revision(await context.connection(), request.revision_id)


@operation(purpose=Purpose.OPERATION, effect=Effect.READ, tool=True, errors=(UnknownRevision,), example=ListChanges(revision_id=REVISION, limit=10))
async def changes(request: ListChanges, context: Context) -> ChangePage:
    """List what an import of a catalog changes, product by product, each field before and after.

    Prices come as steps: each holds from `valid_from`, or from the moment of applying, until `valid_until`, or for ever.
    """
    return await reading.changes(
        await context.connection(),
        request.revision_id,
        action=request.action,
        price_jumps=request.price_jumps,
        cursor=request.cursor,
        limit=request.limit,
        language=context.language or context.settings.language,
    )


@operation(purpose=Purpose.OPERATION, effect=Effect.READ, errors=(UnknownRevision,), example=ListFindings(revision_id=REVISION, code="wrong_gtin"))
async def findings(request: ListFindings, context: Context) -> FindingPage:
    """List what is wrong or odd in the file of an import, each with its line and what to do about it."""
    return await reading.found(
        await context.connection(),
        request.revision_id,
        code=request.code,
        cursor=request.cursor,
        limit=request.limit,
        language=context.language or context.settings.language,
    )


@operation(
    purpose=Purpose.OPERATION,
    effect=Effect.WRITE,
    errors=(UnknownRevision, RevisionDecided, RevisionOutdated),
    example=WhichRevision(revision_id=REVISION),
)
async def apply(request: WhichRevision, context: Context) -> Revision:
    """Apply what an import of a catalog changes, all of it in one transaction.

    Where a product is no longer as it was when the file was read, nothing is applied and the products are named.
    """
    connection = await context.connection()
    await applying.apply(connection, request.revision_id, _decision(context), context.progress)
    return await reading.revision(connection, request.revision_id)


@operation(purpose=Purpose.OPERATION, effect=Effect.WRITE, errors=(UnknownRevision, RevisionDecided), example=WhichRevision(revision_id=REVISION))
async def discard(request: WhichRevision, context: Context) -> Revision:
    """Put a proposed import of a catalog aside; nothing changes."""
    connection = await context.connection()
    await applying.discard(connection, request.revision_id, _decision(context))
    return await reading.revision(connection, request.revision_id)


@operation(purpose=Purpose.OPERATION, effect=Effect.WRITE, errors=(UnknownRevision, RevisionDecided), example=WhichRevision(revision_id=REVISION))
async def undo(request: WhichRevision, context: Context) -> Undone:
    """Put back what an applied import of a catalog changed, but for products that somebody has changed since; these are named.

    Old prices hold again from now on; that the new ones did hold meanwhile stays in the history.
    """
    connection = await context.connection()
    kept = await applying.undo(connection, request.revision_id, _decision(context), context.progress)
    return Undone(revision=await reading.revision(connection, request.revision_id), kept=len(kept), kept_product_ids=tuple(kept[:SHOWN]))


@operation(
    purpose=Purpose.OPERATION,
    effect=Effect.WRITE,
    errors=(UnknownProduct, NoTexts, SameTexts),
    example=EditTexts(product_id="85123A", description={"en": "A cordless drill for wood and steel."}, origin="generated"),
)
async def edit(request: EditTexts, context: Context) -> Revision:
    """Write title or description of one product in some languages, and note how these texts came to be.

    It is applied at once, and kept as a revision: `revisions.undo` puts back what was there. What a model generated or translated is marked
    so, in the console and wherever the catalog goes out. A text that a source brings later takes its place, and has no mark.
    """
    connection, revision_id = await context.connection(), ids.new(context.clock.now())
    wanted = editing.Edit(request.product_id, request.title, request.description, Origin(request.origin))
    await editing.edit(connection, revision_id, wanted, _decision(context), context.progress)
    return await reading.revision(connection, revision_id)


@operation(purpose=Purpose.OPERATION, effect=Effect.READ, example=ShowHistory(product_id="85123A"))
async def history(request: ShowHistory, context: Context) -> ProductHistory:
    """Show what imports of catalogs changed of one product, and every price it ever had."""
    return await reading.history(await context.connection(), request.product_id, limit=request.limit)


def _decision(context: Context) -> Decision:
    return Decision(context.caller.name, context.clock.now())
