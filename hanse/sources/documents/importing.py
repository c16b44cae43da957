"""Importing a folder of documents. The command line and the job call this.

Each file is written in a transaction of its own: an import that is broken off goes on where it was, as files that are known by their digest
are left alone. A file that cannot be read costs nothing but itself.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from uuid import UUID

from hanse.base import changes, ids
from hanse.base.context import Context
from hanse.data import imports
from hanse.data.imports import transactions
from hanse.sources.documents import archive, folder, naming
from hanse.sources.documents.errors import UnknownDocumentOption
from hanse.sources.documents.findings import Findings
from hanse.sources.documents.folder import Folder
from hanse.sources.documents.reading.worker import Reader
from hanse.sources.documents.schemas import DocumentsImport, DocumentsRequest
from hanse.sources.documents.taking import Work

KIND = "documents"
KINDS = (*naming.KINDS, naming.OTHER)
"""Kinds of documents that an import may name."""
FILES = "files"
"""Where a record of an import of documents keeps what became of each file."""
EXAMPLES = 3


async def load(context: Context, request: DocumentsRequest, reader: Reader | None = None) -> DocumentsImport:
    """Import a folder of documents, one of them, or a ZIP archive; an import that fails is kept with its error, and what it wrote until then stays.

    Raises the classes of `DocumentError` where there is nothing to be imported.
    """
    path, findings = Path(request.path), Findings()
    _check(request, path)
    async with archive.unpacked(context, path, findings) as whole:
        found = await asyncio.to_thread(folder.look, whole, findings, _name(request))
        return await _noted(context, request, found, findings, reader)


async def _noted(context: Context, request: DocumentsRequest, found: Folder, findings: Findings, reader: Reader | None) -> DocumentsImport:
    """Import what was found, and note that and how."""
    import_id = ids.new(context.clock.now())
    async with transactions.own(context) as connection:
        await imports.fail_abandoned(connection, now=context.clock.now())
        facts = {"kind": KIND, "file_name": _name(request), "source": request.source, "started_by": context.caller.name}
        await imports.begin(connection, import_id=import_id, now=context.clock.now(), **facts)
    try:
        async with transactions.savepoint(context), reader or Reader() as opened:
            await imports.hold(await context.connection(), import_id)
            return await _load(context, request, import_id, found, Work(context, request, findings, opened))
    except BaseException as error:
        await transactions.roll_back(context)
        await transactions.note_failure(context, import_id, error)
        raise


async def _load(context: Context, request: DocumentsRequest, import_id: UUID, found: Folder, work: Work) -> DocumentsImport:
    started, findings = context.clock.now(), work.findings
    await work.begin()
    await work.take(found.files)
    if request.mirror and found.is_whole:
        await work.withdraw(found.files)
    await _finish(context, import_id, len(found.files), work)
    return DocumentsImport(
        import_id=import_id,
        name=_name(request),
        source=request.source,
        files=len(found.files),
        tally=work.tally,
        findings=dict(findings.counts),
        examples=tuple(findings.first(EXAMPLES)),
        seconds=(context.clock.now() - started).total_seconds(),
    )


async def _finish(context: Context, import_id: UUID, count: int, work: Work) -> None:
    tally, findings, outcomes = work.tally, work.findings.kept, {FILES: work.outcomes}
    loaded = tally.new + tally.changed
    counts = {"rows": count, "loaded": loaded, "known": tally.same, "left_out": tally.left_out, "gone": tally.gone}
    made = {"documents": loaded, "pages": tally.pages, "links": tally.links}
    async with transactions.own(context) as connection:
        now = context.clock.now()
        await imports.finish(connection, import_id, columns=outcomes, counts=counts | made, findings=findings, reject_file=None, now=now)
        await changes.announce(connection, "catalog")
    await context.progress(1.0, f"loaded {loaded:,} of {count:,} documents")


def _name(request: DocumentsRequest) -> str:
    return request.name or Path(request.path).absolute().name


def _check(request: DocumentsRequest, path: Path) -> None:
    if request.language is not None and naming.code(request.language) != request.language:
        raise UnknownDocumentOption(option="language", value=request.language, expected="two letters such as de or en are expected")
    if request.kind is not None and request.kind not in KINDS:
        raise UnknownDocumentOption(option="kind", value=request.kind, expected=f"one of {', '.join(KINDS)} is expected")
    if not request.source.strip() or len(request.source) > 100 or "/" in request.source:
        raise UnknownDocumentOption(option="source", value=request.source[:40], expected="a name of at most 100 characters without / is expected")
    if request.mirror and path.is_file():
        raise UnknownDocumentOption(option="mirror", value=request.mirror, expected="a folder is needed for it, not a file")
