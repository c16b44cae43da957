"""One table for each data set, printed as soon as it is measured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.console import Console
from rich.table import Table

from benchmarks.recommend.measures import USUAL
from benchmarks.recommend.result import Result
from benchmarks.recommend.task import Task

FACTS = {"choose": "choose, s", "train": "train, s", "answer": "an answer, µs", "memory": "memory, MB"}
WIDTH = 190


def show(task: Task, results: Sequence[Result], limits: Mapping[str, Mapping[str, str]], notes: Sequence[str]) -> None:
    """Print what was measured; the standard error stands beside our own values."""
    console = Console(width=WIDTH)
    names = list(USUAL[task.protocol])
    table = Table("method", title=f"{task.name} ({task.kind}): {task.size}", title_justify="left")
    for name in (*names, *FACTS.values()):
        table.add_column(name, justify="right")
    table.add_column("settings", overflow="fold", max_width=48)
    for place, result in enumerate(results):
        table.add_row(*_cells(result, names), end_section=_ends_section(results, place))
    for what, values in limits.items():
        table.add_row(what, *(values.get(name, "") for name in names))
    console.print(table)
    for note in notes:
        console.print(f"  {note}", style="dim", highlight=False)


def _ends_section(results: Sequence[Result], place: int) -> bool:
    if place + 1 == len(results):
        return True
    one, other = results[place], results[place + 1]
    return (one.peer, one.published) != (other.peer, other.published)


def _cells(result: Result, names: Sequence[str]) -> list[str]:
    kind = " (published)" if result.published else " (peer)" if result.peer else ""
    values = [_value(result, name) for name in names]
    facts = [f"{result.facts[name]:,.1f}" if name in result.facts else "" for name in FACTS]
    return [result.method + kind, *values, *facts, result.note]


def _value(result: Result, name: str) -> str:
    value = result.values.get(name)
    if value is None:
        return ""
    return f"{value.mean:.4f} ±{value.error:.4f}" if value.error and result.method.startswith("hanse") else f"{value.mean:.4f}"
