"""`hanse import catalog`: what a BMEcat or a Google Merchant feed would change, and changing it."""

from __future__ import annotations

from pathlib import Path

import msgspec
from rich.markup import escape

from hanse.data.revisions import findings, jobs, reading
from hanse.data.revisions.answers import Change, FindingLine
from hanse.serve.cli import terminal
from hanse.serve.runtime import Runtime
from hanse.sources import feeds
from hanse.sources.feeds import FeedRequest, ProposedImport

SHOWN = 8
MARKS = {"new": "[green]+[/green]", "changed": "[yellow]~[/yellow]", "gone": "[red]-[/red]"}
COLOURS = {"error": "red", "warning": "yellow", "note": "dim"}


class CatalogImport(msgspec.Struct, kw_only=True, frozen=True):
    """What came of importing a catalog, with the first changes and findings."""

    proposed: ProposedImport
    applied: bool
    changes: tuple[Change, ...]
    findings: tuple[FindingLine, ...]


def import_catalog(request: FeedRequest, *, apply: bool, as_json: bool) -> None:
    """Read a catalog, show what it would change, and apply it where that is asked for."""

    async def work(running: Runtime) -> CatalogImport:
        with terminal.progress(f"Importing {Path(request.path).name}") as tell:
            async with running.context(progress=tell) as context:
                proposed = await feeds.propose(context, request)
            applied = apply and proposed.state == "proposed"
            if applied:
                async with running.context(progress=tell) as context:
                    await jobs.apply(context, revision_id=str(proposed.revision_id))
            async with running.context() as context:
                connection = await context.connection()
                changes = await reading.changes(connection, proposed.revision_id, limit=SHOWN)
                found = await reading.found(connection, proposed.revision_id, limit=SHOWN)
        return CatalogImport(proposed=proposed, applied=applied, changes=changes.changes, findings=found.findings)

    terminal.answer(terminal.run(work), as_json=as_json, show=_show)


def _show(done: CatalogImport) -> None:
    proposed, counts = done.proposed, done.proposed.counts
    out = terminal.out
    out.print(
        f"[green]✓[/green] {escape(proposed.file_name)}: {counts['entries']:,} products of {escape(proposed.source)} in {proposed.seconds:.1f} s"
    )
    out.print(f"  {counts['new']:,} new, {counts['changed']:,} changed, {counts['gone']:,} gone, {counts['unchanged']:,} unchanged")
    if counts["price_jumps"]:
        out.print(f"  [yellow]![/yellow] {counts['price_jumps']:,} products whose price jumps")
    for change in done.changes:
        out.print(f"  {MARKS[change.action]} {escape(change.product_id)} {escape(change.title[:60])}{_fields(change)}")
    _show_findings(done)
    if done.applied:
        out.print("[green]✓[/green] applied; to take it back:")
        out.print(f'  hanse call revisions.undo \'{{"revision_id": "{proposed.revision_id}"}}\'')
    elif proposed.state == "refused":
        out.print("[red]✗[/red] refused: it has errors, and strictness was asked for")
    else:
        out.print("  nothing is changed so far; to apply it:")
        out.print(f'  hanse call revisions.apply \'{{"revision_id": "{proposed.revision_id}"}}\'')


def _fields(change: Change) -> str:
    if change.action != "changed":
        return ""
    jump = f" [yellow](price jumps by {change.price_jump_share:.0%})[/yellow]" if change.price_jump_share else ""
    return f" [dim]{', '.join(each.field for each in change.fields)}[/dim]{jump}"


def _show_findings(done: CatalogImport) -> None:
    for code, count in sorted(done.proposed.findings.items(), key=lambda each: -each[1]):
        colour = COLOURS[findings.KINDS[code].severity]
        terminal.out.print(f"  [{colour}]{count:>6,}[/{colour}] {code}")
    for each in done.findings:
        place = f"line {each.line}" if each.line else "file"
        terminal.out.print(f"  [dim]{place}[/dim] {escape(each.product_id or '')} {escape(each.message)} [dim]{escape(each.remedy)}[/dim]")
