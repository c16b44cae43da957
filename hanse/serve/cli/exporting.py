"""`hanse export`: the catalog as BMEcat, Google Merchant feed or linked data."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter
from rich.markup import escape

from hanse.serve.cli import terminal
from hanse.serve.runtime import Runtime
from hanse.sources import feeds
from hanse.sources.feeds import ExportOptions, ExportReport, ExportRequest
from hanse.sources.feeds.shortfalls import KINDS

SHOWN = 8
READABLE = 0o644
"""Other programs of this machine may read what somebody writes outside Hanse's folder, unless the process forbids it."""
COLOURS = {"error": "red", "warning": "yellow", "note": "dim"}

export_app = App(name="export", help="Write the catalog to a file.", help_format="plaintext")


@export_app.command
def catalog(
    *,
    out: Path,
    form: Annotated[str, Parameter(name="--format")] = "merchant",
    language: str | None = None,
    currency: str | None = None,
    price_list: str = "list",
    tax_rate: float | None = None,
    base_url: str = "",
    product_url: str = "",
    country: str = "",
    supplier: str = "",
    as_json: terminal.Json = False,
) -> None:
    """Write all products that are sold to a file; what a product lacks is told, with what to do.

    The file appears when it is whole. What stands in it is what the catalog holds now; the same catalog gives the same file.

    Parameters
    ----------
    out
        Where to write it; a file that is there is replaced once the new one is whole.
    form
        bmecat, merchant (RSS), merchant-tsv or jsonld.
    language
        Language of the texts, de or en; a BMEcat has all, this one first.
    currency
        Currency of the prices, such as EUR.
    price_list
        Price list; "list" is everybody's. A BMEcat with the list of a customer is for that customer alone.
    tax_rate
        Share of tax, such as 0.19, that is put on net prices.
    base_url
        Where relative addresses begin, such as https://shop.example.
    product_url
        Address of products that have none, such as https://shop.example/products/{id}.
    country
        Country that the prices are for, such as DE; lists of others name theirs in a BMEcat.
    supplier
        Name of the shop, as it stands in the file.
    """
    options = ExportOptions(
        language=language,
        currency=currency,
        price_list=price_list,
        tax_rate=tax_rate,
        base_url=base_url,
        product_url=product_url,
        country=country,
        supplier=supplier,
    )
    request = ExportRequest(format=form, path=str(out.absolute()), options=options, mode=READABLE)

    async def work(running: Runtime) -> ExportReport:
        with terminal.progress(f"Writing {out.name}") as tell:
            async with running.context(language="en", progress=tell) as context:
                return await feeds.export(context, request)

    terminal.answer(terminal.run(work), as_json=as_json, show=_show)


def _show(report: ExportReport) -> None:
    out = terminal.out
    out.print(f"[green]✓[/green] {escape(report.path)}: {report.products:,} products, {report.bytes / 1e6:,.1f} MB in {report.seconds:.1f} s")
    if report.left_out:
        out.print(f"  [red]{report.left_out:,}[/red] products were left out")
    for code, count in sorted(report.findings.items(), key=lambda each: -each[1]):
        colour = COLOURS[KINDS[code].severity]
        out.print(f"  [{colour}]{count:>6,}[/{colour}] {code}")
    for each in sorted(report.shortfalls, key=lambda one: list(COLOURS).index(one.severity))[:SHOWN]:
        out.print(f"  {escape(each.product_id or 'file')} {escape(each.field)}: {escape(each.message)} [dim]{escape(each.remedy)}[/dim]")
