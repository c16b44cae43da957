"""How fast the search is on a large generated shop: answers over HTTP with one worker, indexing, and until a change is found."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import msgspec
import psycopg

from benchmarks import load, scratch
from benchmarks.http import server
from benchmarks.report import SEED, Row, spread
from benchmarks.search import generated, processor
from benchmarks.search.generated import Shop
from hanse.base import changes, tasks
from hanse.base.config import Settings
from hanse.capabilities.search import reasons
from hanse.data import catalog
from hanse.data.access import keys
from hanse.data.catalog import passages
from hanse.data.catalog.schemas import Product
from hanse.serve import jobs, runtime
from hanse.serve.runtime import Runtime

DISTINCT = 5_000
RUNS, SECONDS, CONNECTIONS = 3, 10.0, 16
SUGGEST_RATE, SEARCH_RATE = 100.0, 50.0
"""Requests a second of the open loops."""
CHANGES = 5
MOST_SECONDS = 60.0
LANGUAGE = "de"
Seconds = dict[str, float]


def measure(products: int, folder: Path | None) -> list[Row]:
    """Fill, index, ask, change; a folder that is named keeps the products between runs."""
    made = generated.shop(products)
    data = f"{products:,} generated products"
    with scratch.home(folder, request_limit=100_000_000, language=LANGUAGE) as (settings, conninfo):
        took, key = asyncio.run(_prepare(settings, conninfo, made))
        rows = [Row(data=data, method=name, measure="time", value=seconds, unit="s") for name, seconds in took.items()]
        rows.append(Row(data=data, method="this machine, which others may be using", measure="load average", value=os.getloadavg()[0], unit="1"))
        with server("hanse.serve.http.app:create", settings, conninfo) as port:
            place = Place(data, port, key, conninfo)
            rows += _suggesting(place, made)
            rows += _searching(place, made)
            rows.append(asyncio.run(_changing(place, settings)))
    return rows


async def _prepare(settings: Settings, conninfo: str, made: Shop) -> tuple[Seconds, str]:
    """Fill the catalog and index it; return what took how long, and a key."""
    async with runtime.started(settings, conninfo) as running:
        async with running.context() as context:
            is_empty = await passages.count(await context.connection()) == 0
        took = await _build(running, conninfo, made) if is_empty else {}
        async with running.context() as context:
            connection = await context.connection()
            name = f"benchmark {context.clock.now():%c}"
            found = await keys.create(connection, name, ["search"], created_by="benchmark", known=running.registry.scopes, now=context.clock.now())
    return took, found.key


async def _build(running: Runtime, conninfo: str, made: Shop) -> Seconds:
    took: Seconds = {}
    begin = time.perf_counter()
    await _fill(running, made, running.resources.clock.now())
    took["writing the catalog"] = time.perf_counter() - begin
    took["writing vectors and their index"] = await asyncio.to_thread(_put_vectors, conninfo, len(made))
    begin = time.perf_counter()
    async with running.context() as context:
        await running.registry.jobs["search.index"](context)
    took["indexing words, without encoding"] = time.perf_counter() - begin
    await asyncio.to_thread(_tidy, conninfo)
    return took


async def _fill(running: Runtime, made: Shop, now: datetime) -> None:
    async with running.context() as context:
        connection = await context.connection()
        await catalog.put_products(connection, generated.products(made), source="generated", now=now)
        await catalog.put_prices(connection, generated.prices(made), now=now)
        await catalog.put_stock(connection, generated.stock(made), now=now)


def _put_vectors(conninfo: str, products: int) -> float:
    """Write vectors as those of the products as they are now, and build the index after them, as pgvector advises."""
    begin = time.perf_counter()
    with psycopg.connect(conninfo, autocommit=True) as connection:
        row = connection.execute("SELECT max(updated_at) FROM products").fetchone()
        index = connection.execute("SELECT indexdef FROM pg_indexes WHERE indexname = 'search_vectors_near'").fetchone()
        if row is None or index is None:
            raise SystemExit("there are no products, or there is no index of vectors")
        connection.execute("DROP INDEX search_vectors_near")
        with connection.cursor().copy("COPY search_vectors (product_id, vector, read_at) FROM STDIN (FORMAT binary)") as copy:
            for piece in generated.vectors(products, row[0]):
                copy.write(piece)
        connection.execute("SET maintenance_work_mem = '1GB'")
        connection.execute(str(index[0]).encode())
    return time.perf_counter() - begin


def _tidy(conninfo: str) -> None:
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")


@dataclass(frozen=True)
class Place:
    """A server with its data, and the requests to it."""

    data: str
    port: int
    key: str
    conninfo: str

    @property
    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"}

    def suggest(self, query: str) -> bytes:
        """Return a request for suggestions."""
        return load.request("POST", "/v1/search/suggest", msgspec.json.encode({"query": query, "language": LANGUAGE}), self._headers)

    def search(self, query: str, **more: object) -> bytes:
        """Return a request for products with facets."""
        return load.request("POST", "/v1/search/products", msgspec.json.encode({"query": query, "language": LANGUAGE} | more), self._headers)


def _suggesting(place: Place, made: Shop) -> list[Row]:
    """Ask as people type: each query a letter longer, from two letters on."""
    drawn = generated.zipf(generated.queries(made, DISTINCT, SEED), 2_000, SEED)
    typed = [place.suggest(query[:end]) for query in drawn for end in range(2, len(query) + 1)]
    return _open(place, "search.suggest, as people type", typed, rate=SUGGEST_RATE, limit="< 25")


def _searching(place: Place, made: Shop) -> list[Row]:
    """Ask what many ask, then what nobody has asked before."""
    needed = int(SEARCH_RATE * SECONDS * (RUNS + 1))
    distinct = generated.queries(made, DISTINCT + needed, SEED + 1)
    again = [place.search(query) for query in generated.zipf(distinct[:DISTINCT], needed, SEED)]
    new = [place.search(query) for query in distinct[DISTINCT:]]
    rows: list[Row] = []
    for name, payloads in ((f"search.products, {DISTINCT:,} queries by Zipf", again), ("search.products, every query new", new)):
        since = time.time()
        rows += _open(place, name, payloads, rate=SEARCH_RATE, limit="< 80")
        time.sleep(2)
        rows += _reasons(place, name, since)
    return rows


def _open(place: Place, method: str, payloads: Sequence[bytes], *, rate: float, limit: str) -> list[Row]:
    """Ask at a steady rate, each run with requests of its own; the first run warms up."""
    size = int(rate * SECONDS)
    before = processor.used(place.conninfo)
    parts = [payloads[number * size : (number + 1) * size] for number in range(RUNS + 1)]
    runs = [load.open_loop(place.port, part, rate=rate, connections=CONNECTIONS, seconds=SECONDS).checked() for part in parts]
    after, answers = processor.used(place.conninfo), sum(len(each.latencies) for each in runs)
    spent = {"the server": after.server - before.server, "the database": after.database - before.database}
    name = f"{method}, {rate:g}/s"
    return [
        spread(place.data, name, "p50", "ms", [each.quantile(0.5) for each in runs[1:]]),
        spread(place.data, name, "p99", "ms", [each.quantile(0.99) for each in runs[1:]], limit=limit),
        *(
            Row(data=place.data, method=name, measure=f"processor time of {who}", value=1000 * each / answers, unit="ms")
            for who, each in spent.items()
        ),
    ]


def _reasons(place: Place, method: str, since: float) -> list[Row]:
    """Tell which answers said that they used vectors, by the decision log."""
    with psycopg.connect(place.conninfo) as connection:
        said = connection.execute("SELECT reason, count(*) FROM decisions WHERE decided_at >= to_timestamp(%s) GROUP BY 1", (since,)).fetchall()
    counts: dict[str, int] = dict(said)
    total = max(sum(counts.values()), 1)
    told = {"by words and vectors": reasons.WORDS_AND_MEANING, "by words alone": reasons.WORDS, "nothing had all words": reasons.NEARLY}
    return [
        Row(data=place.data, method=method, measure=f"share found {name}", value=counts.get(reasons.say(text, LANGUAGE), 0) / total, unit="1")
        for name, text in told.items()
    ]


async def _changing(place: Place, settings: Settings) -> Row:
    """Change products one after another, with a worker running, and look for each until it is found."""
    async with runtime.started(settings, place.conninfo) as running:
        queue = jobs.Queue(running)
        await queue.open()
        working = asyncio.create_task(queue.work(install_signal_handlers=False))
        await asyncio.sleep(3)
        seconds = [await _until_found(running, place, number) for number in range(CHANGES)]
        await _idle(running)
        await tasks.end(working)
    return spread(place.data, "a changed product", "until it is found", "s", seconds, limit="< 5")


async def _idle(running: Runtime) -> None:
    """Wait until the worker has nothing to do, so that it is not stopped within a job."""
    begin = time.perf_counter()
    while time.perf_counter() - begin < MOST_SECONDS:
        async with running.resources.pool.connection() as connection:
            row = await (await connection.execute("SELECT count(*) FROM procrastinate_jobs WHERE status IN ('todo', 'doing')")).fetchone()
        if not row or not row["count"]:
            return
        await asyncio.sleep(0.5)


async def _until_found(running: Runtime, place: Place, number: int) -> float:
    name = "wunderding" + "".join(chr(97 + int(digit)) for digit in str(time.time_ns()))
    changed = Product(product_id=generated.product_id(number), title={"de": f"{name} Nummer {number}"}, brand=name)
    async with running.context() as context:
        connection = await context.connection()
        await catalog.put_products(connection, [changed], source="generated", now=context.clock.now())
        await changes.announce(connection, "catalog")
    begin = time.perf_counter()
    while time.perf_counter() - begin < MOST_SECONDS:
        body = await _ask(place.port, place.search(name, limit=1, facets=False, passages=0))
        if any(hit["product_id"] == changed.product_id for hit in body["items"]):
            return time.perf_counter() - begin
        await asyncio.sleep(0.05)
    return MOST_SECONDS


async def _ask(port: int, payload: bytes) -> dict[str, list[dict[str, str]]]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(payload)
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().split(b"content-length:", 1)[1].split(b"\r\n", 1)[0])
        return dict(msgspec.json.decode(await reader.readexactly(length)))
    finally:
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()
