"""Computed traits: seconds and memory for all of them on DuckDB, over a lake of made-up orders and visits.

`python -m benchmarks traits [CUSTOMERS]` (default 200,000): twenty events a customer, every tenth of them an order of two lines. Nothing is
written to a database. Beside what was measured stands what a million customers would take if it grew in proportion; that is an
extrapolation, and says so.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from benchmarks.report import SEED, Row
from hanse.base.config import Settings
from hanse.data.lake import datasets, files
from hanse.data.traits import computing, families

CUSTOMERS = 200_000
EVENTS_EACH, ORDERS_EACH, LINES_EACH = 20, 2, 2
PRODUCTS, MERGED_SHARE, STEP = 20_000, 0.1, 1_000_000
FULL = 1_000_000
NOW = datetime(2026, 6, 15, 12, 0, tzinfo=UTC)
DEVICES, LANGUAGES = pa.array(["desktop", "mobile", "tablet", "app"]), pa.array(["de", "en", "fr"])
YEARS_SECONDS = 2 * 365 * 86_400


def measure(paths: list[Path]) -> list[Row]:
    """Make a lake and compute every trait of everybody, in a process of its own so that its memory can be told."""
    customers = int(str(paths[0])) if paths else CUSTOMERS
    with tempfile.TemporaryDirectory(prefix="hanse-benchmark-") as folder:
        settings = Settings(home=Path(folder))
        begin = time.perf_counter()
        make(settings, customers)
        print(f"made {customers:,} customers in {time.perf_counter() - begin:.0f} s", file=sys.stderr)
        with get_context("spawn").Pool(1) as pool:
            seconds, megabytes, filled = pool.apply(_compute, (settings,))
    data = f"{customers:,} customers, {customers * EVENTS_EACH:,} events"
    rows = [Row(data=data, method="hanse on DuckDB", measure=f"{name}, seconds", value=value, unit="s") for name, value in seconds.items()]
    total = sum(seconds.values())
    goals: dict[str, Any] = {} if customers < FULL else {"limit": "≤ 180"}
    rows += [
        Row(data=data, method="hanse on DuckDB", measure="all traits, seconds", value=total, unit="s", **goals),
        Row(data=data, method="hanse on DuckDB", measure="peak memory, MB", value=megabytes, unit="MB", limit="≤ 4096"),
        Row(data=data, method="hanse on DuckDB", measure="values", value=filled, unit=""),
    ]
    if customers < FULL:
        grown = total * FULL / customers
        rows.append(Row(data="1,000,000 customers", method="extrapolated, not measured", measure="all traits, seconds", value=grown, unit="s"))
    return rows


def _compute(settings: Settings) -> tuple[dict[str, float], float, int]:
    seconds, filled = {}, 0
    begin = time.perf_counter()
    purposes = {each.purpose for each in families.OURS.values()}
    with computing.opened(settings, NOW, {each: (None, []) for each in purposes}) as lakes:
        seconds["opening the lake"] = time.perf_counter() - begin
        for name, each in families.OURS.items():
            begin = time.perf_counter()
            filled += computing.values_of(each, lakes[each.purpose]).num_rows
            seconds[name] = time.perf_counter() - begin
    return seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, filled


def make(settings: Settings, customers: int) -> None:
    """Write a lake, column by column."""
    rng = np.random.default_rng(SEED)
    people = pa.array([f"0197a000-0000-7000-8000-{number:012x}" for number in range(customers)])
    events, lines = customers * EVENTS_EACH, customers * ORDERS_EACH * LINES_EACH
    for first in range(0, events, STEP):
        _add(settings, "events", _events(rng, people, first, min(STEP, events - first)), first)
    for first in range(0, lines, STEP):
        _add(settings, "order_lines", _lines(rng, people, first, min(STEP, lines - first)), first)
    names = np.array([f"P{number}" for number in range(PRODUCTS)])
    facts = {"product_id": names, "category_de": _draw(rng, "Kategorie", 300, PRODUCTS), "brand": _draw(rng, "Marke", 500, PRODUCTS)}
    _whole(settings, "products", facts)
    merged = int(customers * MERGED_SHARE)
    _whole(settings, "merges", {"profile_id": people.slice(customers - merged), "canonical_id": people.slice(0, merged)})


def _events(rng: np.random.Generator, people: pa.Array, first: int, count: int) -> dict[str, Any]:
    is_order = rng.random(count) < ORDERS_EACH / EVENTS_EACH
    who = _skewed(rng, len(people), count)  # each has one language and two devices
    return {
        "event_id": pa.array(np.char.add("e", np.arange(first, first + count).astype(str))),
        "sequence": np.arange(first + 1, first + count + 1),
        "type": np.full(count, "track"),
        "name": np.where(is_order, "Order Completed", "Product Viewed"),
        "profile_id": people.take(pa.array(who)),
        "source": np.full(count, "shop"),
        "page_path": _draw(rng, "/p/", PRODUCTS, count),
        "properties": np.full(count, '{"product_id":"P1","price":9.99,"currency":"EUR","quantity":1}'),
        "channel": _draw(rng, "channel", 3, count),
        "device": DEVICES.take(pa.array((who + (rng.random(count) < 0.3)) % len(DEVICES))),
        "language": LANGUAGES.take(pa.array(who % len(LANGUAGES))),
        **_times(rng, count),
    }


def _lines(rng: np.random.Generator, people: pa.Array, first: int, count: int) -> dict[str, Any]:
    orders = np.arange(first, first + count) // LINES_EACH
    buyer = (orders * 2_654_435_761 % len(people)).astype(np.int64)
    products, quantity = rng.integers(0, PRODUCTS, count), rng.integers(1, 4, count)
    price = (products % 9_000 + 100) * np.where(rng.random(count) < 0.2, 80, 100) // 100
    quantity = np.where(rng.random(count) < 0.05, -quantity, quantity)
    return {
        "order_id": pa.array(np.char.add("o", orders.astype(str))),
        "event_id": pa.array(np.char.add("e", orders.astype(str))),
        "sequence": np.arange(first + 1, first + count + 1),
        "profile_id": people.take(pa.array(buyer)),
        "product_id": pa.array(np.char.add("P", products.astype(str))),
        "quantity": quantity,
        "price_minor": price,
        "amount_minor": price * quantity,
        "currency": np.where(rng.random(count) < 0.9, "EUR", "CHF"),
        **_times(rng, count),
    }


def _skewed(rng: np.random.Generator, customers: int, count: int) -> Any:
    """Draw customers, of whom few do much: the square of a uniform number."""
    return (rng.random(count) ** 2 * customers).astype(np.int64)


def _times(rng: np.random.Generator, count: int) -> dict[str, Any]:
    start = np.datetime64((NOW - timedelta(seconds=YEARS_SECONDS)).replace(tzinfo=None), "us")
    at = pa.array(start + rng.integers(0, YEARS_SECONDS, count).astype("timedelta64[s]"), pa.timestamp("us")).cast(pa.timestamp("us", "UTC"))
    return {"occurred_at": at, "received_at": pa.array([NOW] * count, pa.timestamp("us", "UTC"))}


def _draw(rng: np.random.Generator, word: str, kinds: int, count: int) -> Any:
    names = pa.array([f"{word}{number}" for number in range(kinds)])
    return names.take(pa.array(rng.integers(0, kinds, count)))


def _table(dataset: str, facts: dict[str, Any]) -> pa.Table:
    count = len(next(iter(facts.values())))
    columns = [pa.array(facts[each.name]).cast(each.type) if each.name in facts else pa.nulls(count, each.type) for each in datasets.SCHEMAS[dataset]]
    return pa.table(columns, schema=datasets.SCHEMAS[dataset])


def _add(settings: Settings, dataset: str, facts: dict[str, Any], first: int) -> None:
    table = _table(dataset, facts)
    files.add(settings.lake, dataset, table, arrived="received_at", first=first + 1, last=first + table.num_rows)


def _whole(settings: Settings, dataset: str, facts: dict[str, Any]) -> None:
    with files.Writing(files.whole(settings.lake, dataset), datasets.SCHEMAS[dataset]) as writing:
        writing.add(_table(dataset, facts))
