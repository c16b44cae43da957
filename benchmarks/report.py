"""What every benchmark gives: rows of measured values, printed as a table with ratios and written as JSON."""

from __future__ import annotations

import os
import platform
import statistics
import timeit
from importlib import metadata
from pathlib import Path

import msgspec
from rich.console import Console
from rich.table import Table

SEED = 7
PACKAGES = ("hanse", "duckdb", "granian", "ibis-framework", "litestar", "msgspec", "numpy", "psycopg", "pyarrow", "scipy")


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One measured value."""

    data: str
    """What it was measured on."""
    method: str
    """What was measured."""
    measure: str
    value: float
    unit: str
    peer: bool = False
    """Whether this is somebody else's, to be compared with."""
    low: float | None = None
    """Lowest of several runs, or the lower end of an interval."""
    high: float | None = None
    limit: str = ""
    """What is to be reached, in words, beside the value."""


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """All values of one benchmark and where they were measured."""

    benchmark: str
    rows: list[Row]
    environment: dict[str, str]


def environment() -> dict[str, str]:
    """Return versions, seed, processor and how fast it is at the moment: on a shared machine that changes by the hour."""
    versions = {name: metadata.version(name) for name in PACKAGES}
    machine = {"processor": _processor(), "cores": str(os.cpu_count()), "ten million additions": f"{_additions():.2f} s"}
    return {"python": platform.python_version(), **machine, "seed": str(SEED), **versions}


def spread(data: str, method: str, measure: str, unit: str, values: list[float], *, peer: bool = False, limit: str = "") -> Row:
    """Return the median of several runs, with the lowest and the highest."""
    return Row(
        data=data,
        method=method,
        measure=measure,
        unit=unit,
        value=statistics.median(values),
        low=min(values),
        high=max(values),
        peer=peer,
        limit=limit,
    )


def show(report: Report) -> None:
    """Print a report as a table."""
    table = Table("data", "method", "measure", title=report.benchmark, title_justify="left")
    for name in ("value", "low", "high"):
        table.add_column(name, justify="right")
    table.add_column("unit")
    table.add_column("to reach")
    for row in report.rows:
        numbers = ("" if number is None else f"{number:,.4g}" for number in (row.value, row.low, row.high))
        table.add_row(row.data, row.method + (" (peer)" if row.peer else ""), row.measure, *numbers, row.unit, row.limit)
    Console(width=160).print(table)
    Console(width=160).print("  ".join(f"{name} {value}" for name, value in report.environment.items()), style="dim")


def write(report: Report, file: Path) -> None:
    """Write a report as JSON."""
    file.write_bytes(msgspec.json.format(msgspec.json.encode(report), indent=2))


def _additions() -> float:
    """Return how many seconds Python needs for ten million additions in a loop, the best of three."""
    return min(timeit.repeat("total += 1", "total = 0", number=10_000_000, repeat=3))


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())
