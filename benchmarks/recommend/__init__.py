"""Recommendations on published data sets: sessions, sets, sequences and baskets, beside implicit, RecTools and what papers say.

`python -m benchmarks recommend DIR [DIR ...]` takes any folder, or file, with
train and test sessions (prefix, tab, next item), train and test sets (user item item …), NAME.txt sequences (user item item …),
ratings as RecBole has them (NAME.inter), or receipts (transactions.parquet). Everything is chosen by a part of the training data.
`python -m benchmarks recommend --synthetic 1000000` measures how long learning takes.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from rich.console import Console

from benchmarks.recommend import ours, peers, published, reading, result, synthetic, tables
from benchmarks.recommend.ours import Baseline
from benchmarks.recommend.result import Result
from benchmarks.recommend.task import Task
from benchmarks.report import SEED, Report, Row
from hanse.capabilities.recommend.choice import Choice
from hanse.capabilities.recommend.questions import Kind

WITHOUT = "to be reached without validation items"


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add what only this benchmark takes."""
    parser.add_argument("--kind", type=Kind, choices=list(Kind), help="what the data is, where the files do not tell")
    parser.add_argument("--seconds", type=float, default=600.0, metavar="NUMBER", help="time to choose a blend in (default 600)")
    parser.add_argument("--no-peers", action="store_true", help="leave implicit and RecTools out")
    parser.add_argument("--synthetic", type=int, metavar="NUMBER", help="learn from so many made-up interactions; tell seconds and memory")


def measure(paths: list[Path], options: argparse.Namespace) -> list[Row]:
    """Measure each data set and print its table."""
    if not paths and not options.synthetic:
        raise SystemExit("This benchmark needs a PATH, a folder with a data set, or --synthetic NUMBER.")
    rows = _synthetic(options.synthetic, options.seconds) if options.synthetic else []
    for path in paths:
        for task in reading.tasks(path, options.kind):
            rows += _measured(task, options)
    return rows


def show(report: Report) -> None:
    """Print where it was measured; the tables are there already."""
    Console(width=tables.WIDTH).print("  ".join(f"{name} {value}" for name, value in report.environment.items()), style="dim")


def _measured(task: Task, options: argparse.Namespace) -> list[Row]:
    print(f"{task.name} ({task.kind}): {task.size}", file=sys.stderr)
    with tempfile.TemporaryDirectory(prefix="hanse-benchmark-") as place:
        folder = Path(place)
        task.save(folder)
        chosen, results = ours.apart(ours.run_blend, folder, options.seconds)
        results += list(_alone(task, chosen, folder))
        if not options.no_peers:
            results += list(_peers(task, folder))
    results += published.results(task)
    reach = {name: found for name, without in (("to be reached", False), (WITHOUT, True)) if (found := published.limits(task, without=without))}
    tables.show(task, results, reach, _notes(task, chosen))
    return [row for each in results for row in result.rows(task.name, each, _limits(each, reach))]


def _limits(one: Result, reach: Mapping[str, Mapping[str, str]]) -> Mapping[str, str]:
    """Only the blend is held to what is to be reached."""
    if not one.method.startswith("hanse blend"):
        return {}
    return reach.get(WITHOUT if one.method == ours.WITHOUT else "to be reached", {})


def _alone(task: Task, chosen: Choice, folder: Path) -> Iterator[Result]:
    alone = [Baseline(f"{method.name} alone", (method,)) for method in chosen.methods]
    for each in (*alone, *ours.baselines(task.kind)):
        print(f"   {each.name}", file=sys.stderr)
        yield ours.apart(ours.run_alone, folder, each)


def _peers(task: Task, folder: Path) -> Iterator[Result]:
    peers.prepare(task, folder)
    for name in peers.NAMES:
        print(f"   {name}", file=sys.stderr)
        yield peers.run(task, folder, name)


def _notes(task: Task, chosen: Choice) -> list[str]:
    known = published.split(task)
    notes = [f"Split: {task.note}.", f"Chosen on a part of the training data: {ours.told(chosen)}."]
    if task.kind is Kind.SEQUENCE:
        notes.append("The items that settings were chosen by are part of the log that the first row and all peers learned from, not of the second's.")
    notes.append("± is the standard error over questions. Answers are timed one after another on one thread; all are trained on all processors.")
    return notes + ([f"Published: {known.source}."] if known else [])


def _synthetic(number: int, seconds: float) -> list[Row]:
    found = ours.apart(synthetic.run, number, seconds, SEED)
    data = f"{number:,} made-up interactions"
    most = synthetic.LIMITS.get(number)
    for name, value in found.facts.items():
        print(f"{data}: {name} {value:,.1f} {result.UNITS.get(name, '')}")
    print(f"{data}: {found.note}")
    limits = {"choose and train": f"≤ {most[0]:g} s", "memory": f"≤ {most[1]:g} MB"} if most else {}
    return [
        Row(data=data, method=found.method, measure=name, value=value, unit=result.UNITS.get(name, ""), limit=limits.get(name, ""))
        for name, value in found.facts.items()
    ]
