"""`hanse import`: files of orders, products or customers, whole catalogs, and folders of documents."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from rich.markup import escape

from hanse.base.errors import FieldProblem, InvalidRequest
from hanse.serve.cli import catalogs, folders, terminal
from hanse.serve.runtime import Runtime
from hanse.sources import documents, feeds, files
from hanse.sources.files import Finding, ImportReport, ImportRequest, jobs

USUAL_SOURCE = "import"


def import_file(
    kind: str,
    path: Path,
    /,
    *,
    columns: Annotated[str, Parameter(help="How columns are called: order_id=InvoiceNo,product_id=StockCode")] = "",
    source: str = "",
    currency: str | None = None,
    language: str | None = None,
    decimal: str | None = None,
    encoding: str | None = None,
    strict: bool = False,
    apply: Annotated[bool, Parameter(name="--apply", negative="--dry-run")] = False,
    tax_rate: float | None = None,
    price_jump: float = 0.3,
    mirror: Annotated[bool, Parameter(negative=())] = False,
    as_json: terminal.Json = False,
) -> None:
    """Import orders, products or customers (CSV, TSV, JSONL, Parquet, XLSX), a catalog (BMEcat, Google Merchant), or documents (PDF, Markdown, HTML).

    Rows that cannot be used are written to a file of their own with line and reason; importing the same file again adds nothing. A catalog shows
    first what it would change; --apply does it. Documents are linked to the products whose numbers they name; those that are the same are left alone.

    Parameters
    ----------
    kind
        What the file has: orders, products, customers, catalog or documents.
    path
        The file, or a folder with files; a folder of documents may be a ZIP archive, too.
    source
        Name of the system the file comes from, "import" where it is not given, the supplier that a catalog names, or "documents"; the same
        order from two sources is two orders.
    currency
        Currency of prices that come without one, such as EUR.
    language
        Language of the texts, de or en.
    decimal
        Decimal sign of numbers, "," or "."; found out where it is not given.
    encoding
        Encoding of the file, such as latin-1; found out where it is not given.
    strict
        Catalogs: whether any error refuses the whole file.
    apply
        Catalogs: whether to apply what would change at once; --dry-run, the usual, only shows it.
    tax_rate
        Catalogs: share of tax, such as 0.19, in prices that include it and do not say how much.
    price_jump
        Catalogs: from which relative change on a price is flagged; 0.3 is 30 %.
    mirror
        Documents: whether those of this source whose files are gone are withdrawn.
    """
    if kind == feeds.KIND:
        request_of_catalog = feeds.FeedRequest(
            path=str(path.absolute()),
            source=source,
            currency=currency,
            language=language,
            strict=strict,
            tax_rate=tax_rate,
            price_jump_share=price_jump,
        )
        catalogs.import_catalog(request_of_catalog, apply=apply, as_json=as_json)
        return
    if kind == documents.KIND:
        request_of_documents = documents.DocumentsRequest(
            path=str(path.absolute()), source=source or documents.USUAL_SOURCE, language=language, mirror=mirror
        )
        folders.import_documents(request_of_documents, as_json=as_json)
        return
    request = ImportRequest(
        path=str(path.absolute()),
        kind=kind,
        source=source or USUAL_SOURCE,
        columns=_columns(columns),
        currency=currency,
        language=language,
        decimal=decimal,
        encoding=encoding,
    )

    async def work(running: Runtime) -> ImportReport:
        with terminal.progress(f"Importing {path.name}") as tell:
            async with running.context(progress=tell) as context:
                report = await files.load(context, request)
            for name in jobs.run_import.then:
                async with running.context(progress=tell) as context:
                    await running.registry.jobs[name](context)
            return report

    terminal.answer(terminal.run(work), as_json=as_json, show=_show)


def _columns(text: str) -> dict[str, str]:
    pairs = [part.partition("=") for part in text.split(",") if part.strip()]
    for name, sign, column in pairs:
        if not (name.strip() and sign and column.strip()):
            problem = FieldProblem(
                field="--columns", message=f"{name!r} names no column", remedy="Write it as order_id=InvoiceNo,product_id=StockCode."
            )
            raise InvalidRequest(reason="--columns cannot be read", fields=(problem,))
    return {name.strip(): column.strip() for name, _, column in pairs}


def _show(report: ImportReport) -> None:
    made = ", ".join(f"{count:,} {name}" for name, count in report.made.items() if count) or "nothing new"
    terminal.out.print(f"[green]✓[/green] {escape(report.file_name)}: {report.rows:,} rows in {report.seconds:.1f} s")
    terminal.out.print(f"  loaded {report.loaded:,}, known already {report.known:,}, rejected {report.rejected:,}; made {made}")
    for finding in report.findings:
        terminal.out.print(f"  [yellow]![/yellow] {escape(finding.finding)}{_where(finding)}")
    if report.reject_file:
        terminal.out.print(f"  the rejected rows, each with its line and reason: {escape(report.reject_file)}")


def _where(finding: Finding) -> str:
    """Return on how many rows a finding is, with an example, as far as these are known."""
    facts = [f"{finding.rows:,} rows" if finding.rows else "", f"for example {escape(str(finding.example))}" if finding.example else ""]
    told = ", ".join(filter(None, facts))
    return f" ({told})" if told else ""
