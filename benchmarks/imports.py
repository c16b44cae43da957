"""Import of order lines, beside what DuckDB takes to read the same file and PostgreSQL to COPY it.

PATH is a file or folder of order lines as `hanse import orders` takes it; Online Retail (UCI) is the one the limit is set on.
"""

from __future__ import annotations

import asyncio
import csv
import gzip
import time
from pathlib import Path

import duckdb
import psycopg
from psycopg import sql

from benchmarks import scratch
from benchmarks.report import Row, spread
from hanse.base.config import Settings
from hanse.serve import runtime
from hanse.sources import files
from hanse.sources.files import ImportReport, ImportRequest

RUNS = 3
LIMIT = 4.0


def measure(paths: list[Path]) -> list[Row]:
    """Import each file several times into fresh databases, and once more into the last of them."""
    if not paths:
        raise SystemExit("This benchmark needs a PATH: a file or folder of order lines.")
    return [row for path in paths for row in _measure(path.absolute())]


def _measure(path: Path) -> list[Row]:
    data, ours, again, peers = path.name, [], [], []
    for _ in range(RUNS):
        with scratch.home(currency="GBP") as (settings, conninfo):
            peers.append(_peer(_file(path), conninfo))
            (first, seconds), (second, seconds_again) = asyncio.run(_twice(settings, conninfo, path))
            ours.append(seconds)
            again.append(seconds_again)
    ratios = [mine / theirs for mine, theirs in zip(ours, peers, strict=True)]
    return [
        spread(data, "DuckDB read + PostgreSQL COPY", "time", "s", peers, peer=True),
        spread(data, "hanse import orders", "time", "s", ours),
        spread(data, "hanse import orders, second time", "time", "s", again),
        spread(data, "hanse / peer", "ratio", "x", ratios, limit=f"≤ {LIMIT:g}"),
        Row(data=data, method="hanse import orders", measure="rows loaded", value=first.loaded, unit="rows"),
        Row(data=data, method="hanse import orders", measure="rows rejected", value=first.rejected, unit="rows"),
        Row(data=data, method="hanse import orders, second time", measure="rows loaded", value=second.loaded, unit="rows", limit="0"),
    ]


async def _twice(settings: Settings, conninfo: str, path: Path) -> list[tuple[ImportReport, float]]:
    """Import a file two times; give each report with its seconds."""
    request = ImportRequest(path=str(path), kind="orders")
    reports = []
    async with runtime.started(settings, conninfo) as running:
        for _ in range(2):
            begin = time.perf_counter()
            async with running.context() as context:
                report = await files.load(context, request)
            reports.append((report, time.perf_counter() - begin))
    return reports


def _peer(file: Path, conninfo: str) -> float:
    """Return the seconds it takes to read the file into a DuckDB table and to COPY the same CSV into a PostgreSQL table."""
    text = gzip.decompress(file.read_bytes()) if file.suffix == ".gz" else file.read_bytes()
    header = next(csv.reader([text.split(b"\n", 1)[0].decode()]))
    begin = time.perf_counter()
    with duckdb.connect() as reader:
        reader.execute("CREATE TABLE lines AS SELECT * FROM read_csv(?)", [str(file)])
    with psycopg.connect(conninfo) as connection:
        connection.execute(
            sql.SQL("CREATE TABLE peer_lines ({})").format(sql.SQL(", ").join(sql.SQL("{} text").format(sql.Identifier(each)) for each in header))
        )
        with connection.cursor().copy("COPY peer_lines FROM STDIN (FORMAT csv, HEADER)") as stream:
            stream.write(text)
        connection.commit()
        elapsed = time.perf_counter() - begin
        connection.execute("DROP TABLE peer_lines")
    return elapsed


def _file(path: Path) -> Path:
    if path.is_file():
        return path
    return next(each for each in sorted(path.iterdir()) if ".csv" in each.suffixes)
