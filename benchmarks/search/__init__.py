"""How relevant and how fast the search is: beside full text and vectors, typing errors case by case, and over HTTP on 100,000 products.

`python -m benchmarks search`: relevance on the test half of the queries, and typing errors. `--part validation` is for tuning, with `--worst 20` for
the queries that go worst. `--home DIR` keeps the sample shop and its index, so that the next run takes seconds; `--alone` leaves the others out. `--speed` measures speed.
"""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path

from benchmarks import report, scratch
from benchmarks.report import Report, Row
from benchmarks.search import corrections, ours, queries, relevance, shop, speed
from benchmarks.search.judging import Judge
from benchmarks.search.measures import MEASURES
from benchmarks.search.queries import Part
from hanse.base.config import Settings


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add what only this benchmark takes."""
    parser.add_argument("--part", type=Part, choices=list(Part), default=Part.TEST, help="which queries: test (default), or validation for tuning")
    parser.add_argument("--home", type=Path, metavar="DIR", help="keep the sample shop and its index here between runs")
    parser.add_argument("--worst", type=int, default=0, metavar="NUMBER", help="with validation: print so many queries that go worst")
    parser.add_argument("--no-index", action="store_true", help="leave the index of the search as it is")
    parser.add_argument("--alone", action="store_true", help="leave out what the search is compared with")
    parser.add_argument("--speed", action="store_true", help="measure speed on generated products instead")
    parser.add_argument("--products", type=int, default=100_000, metavar="NUMBER", help="with --speed: how many products (default 100,000)")


def measure(paths: list[Path], options: argparse.Namespace) -> list[Row]:
    """Measure relevance and typing errors, or speed."""
    if options.speed:
        return speed.measure(options.products, options.home)
    with scratch.home(options.home) as (settings, conninfo):
        return asyncio.run(_relevance(settings, conninfo, options))


async def _relevance(settings: Settings, conninfo: str, options: argparse.Namespace) -> list[Row]:
    asked = [query for query in queries.queries() if query.part is options.part]
    async with shop.opened(settings, conninfo, index=not options.no_index) as running:
        found = await relevance.answers(running, asked, alone=options.alone)
        cases = await corrections.rows(running) if ours.is_there(running) else []
    if options.worst and options.part is Part.VALIDATION and ours.NAME in found:
        products = Judge(queries.assortment()).products
        relevance.show_worst(asked, found[ours.NAME], {each: product.title["de"] for each, product in products.items()}, options.worst)
    return [*relevance.rows(options.part, asked, found), *cases]


def show(made: Report) -> None:
    """Print relevance as tables of methods side by side, and the other values as they are."""
    relevance.show([row for row in made.rows if row.data.startswith(relevance.DATA)])
    corrections.show([row for row in made.rows if row.data.startswith(corrections.DATA)])
    others = [row for row in made.rows if row.measure not in MEASURES and not row.data.startswith(corrections.DATA)]
    report.show(Report(benchmark=made.benchmark, rows=others, environment=made.environment))
