"""`hanse import documents`: a folder of PDF, Markdown and HTML becomes documents of the catalog."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path

from rich.markup import escape

from hanse.serve.cli import terminal
from hanse.serve.cli.catalogs import COLOURS
from hanse.serve.runtime import Runtime
from hanse.sources import documents
from hanse.sources.documents import DocumentsImport, DocumentsRequest
from hanse.sources.documents.findings import KINDS

SEVEREST = ("error", "warning", "note")


def import_documents(request: DocumentsRequest, *, as_json: bool) -> None:
    """Import a folder of documents and tell what came of it."""

    async def work(running: Runtime) -> DocumentsImport:
        with terminal.progress(f"Importing {Path(request.path).name}") as tell:
            async with running.context(progress=tell) as context:
                return await documents.load(context, request)

    terminal.answer(terminal.run(work), as_json=as_json, show=_show)


def _show(done: DocumentsImport) -> None:
    out, tally = terminal.out, done.tally
    out.print(f"[green]✓[/green] {escape(done.name)}: {done.files:,} documents of {escape(done.source)} in {done.seconds:.1f} s")
    gone = f", {tally.gone:,} gone" if tally.gone else ""
    out.print(f"  {tally.new:,} new, {tally.changed:,} changed, {tally.same:,} same, {tally.left_out:,} left out{gone}")
    out.print(f"  {tally.pages:,} pages read, {tally.links:,} links to products")
    ordered = sorted(done.examples, key=lambda each: (SEVEREST.index(each.severity), -done.findings[each.code], each.code))
    for code, examples in groupby(ordered, key=lambda each: each.code):
        colour = COLOURS[KINDS[code].severity]
        out.print(f"  [{colour}]{done.findings[code]:>6,}[/{colour}] {code}")
        for each in examples:
            place = f", page {each.page}" if each.page else ""
            out.print(f"         [dim]{escape(each.file)}{place}[/dim] {escape(each.finding)}")
