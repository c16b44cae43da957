"""Events over HTTP into the log, beside a bare COPY of the same rows: batches, single events, overload, and a log that is full already.

PATH may be a number instead: how many events lie in the log before (1000000 where it is left out); 0 leaves that part out. Events are as
a shop's pages send them, ten of each visitor, so that every batch of a hundred brings ten people nobody has seen before. One server
process; the load comes from a second process on this machine.
"""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from multiprocessing import get_context
from pathlib import Path
from typing import Any
from uuid import uuid4

import msgspec
import psycopg
import uvloop

from benchmarks import load, scratch
from benchmarks.load import Load
from benchmarks.report import Row, spread
from hanse.base import database, ids
from hanse.base.config import Settings
from hanse.data.access import keys
from hanse.data.events import Event, encoding
from hanse.serve import supervisor

RUNS = 3
SECONDS = 8.0
BATCH = 100
CONNECTIONS = 32
RATE = 2000.0
CROWD = 600
"""Connections that send batches at once in the overload: more than there is room for."""
OVERLOAD_SECONDS = 300.0
VISITOR_EVENTS = 10
SCATTER = 2_654_435_761
"""Knuth's multiplier: odd, so every number is scattered to another one."""
LOG_EVENTS = 1_000_000
PROFILE_EVENTS, READS = 100, 300

PROPERTIES = {
    "product_id": "85123A",
    "sku": "85123A",
    "category": "Lights > Hanging",
    "name": "White hanging heart T-light holder",
    "brand": "Heart",
    "price": 2.55,
    "currency": "EUR",
    "quantity": 1,
    "position": 3,
    "url": "https://shop.example/p/85123A",
}
CONTEXT = {
    "library": {"name": "analytics.js", "version": "npm-1.84.3"},
    "page": {
        "path": "/p/85123A",
        "referrer": "https://www.example.org/",
        "search": "?q=light",
        "title": "White hanging heart",
        "url": "https://shop.example/p/85123A?q=light",
    },
    "userAgent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36",
    "locale": "de-DE",
    "timezone": "Europe/Berlin",
}
FILL_CONTEXT = {"library": {"name": "analytics-python", "version": "2.3.5"}, "ip": "203.0.113.7"}
"""What servers send; with what pages send, 50 million events would need 60 GB instead of 35."""


@dataclass
class Sent:
    """What came of a run in the process that sends."""

    load: Load
    refused: int = 0
    """Answers 429."""


@dataclass
class Messages:
    """Bodies of requests with messages that nobody sent before, made by joining pieces: the sender must cost less than the server."""

    run: str
    numbers: Iterator[int] = field(default_factory=count)

    def __post_init__(self) -> None:
        """Cut a message where its ids stand."""
        message = {
            "type": "track",
            "event": "Product Viewed",
            "messageId": "<message>",
            "anonymousId": "<visitor>",
            "timestamp": datetime.now(UTC),
            "properties": PROPERTIES,
            "context": CONTEXT,
        }
        self._pieces = msgspec.json.encode(message).decode().replace("<visitor>", "<message>").split("<message>")

    def one(self) -> str:
        """Return one message."""
        number = next(self.numbers)
        first, second, third = self._pieces
        visitor = (number // VISITOR_EVENTS * SCATTER) & 0xFFFFFFFF  # ids of browsers are random, and their index feels it
        return f"{first}{self.run}-{number}{second}{visitor:08x}-{self.run}{third}"

    def body(self, size: int) -> bytes:
        """Return the body of a request: one message, or a batch."""
        if size == 1:
            return self.one().encode()
        sent_at = datetime.now(UTC).isoformat()
        return f'{{"batch":[{",".join(self.one() for _ in range(size))}],"sentAt":"{sent_at}"}}'.encode()


def measure(paths: list[Path]) -> list[Row]:
    """Measure everything on one server, one thing after the other."""
    size = int(paths[0].name) if paths else LOG_EVENTS
    with scratch.home() as (settings, conninfo):
        key = asyncio.run(make_key(conninfo))
        bare = [_bare_copy(conninfo) for _ in range(RUNS)]
        with server(settings, conninfo) as (port, process):
            rows = _speed(port, key, bare) + _overload(port, key, process)
            return rows + (_full_log(port, key, conninfo, size) if size else [])


def _speed(port: int, key: str, bare: list[float]) -> list[Row]:
    _in_process(_closed, port, key, BATCH, CONNECTIONS, 1.0)
    batches = [_per_second(port, key) for _ in range(RUNS)]
    single = [_in_process(_open, port, key, RATE, CONNECTIONS * 2, SECONDS) for _ in range(RUNS)]
    for each in single:
        _check(each)
    data, one = f"batches of {BATCH}", f"single events at {RATE:g}/s"
    return [
        spread(data, "PostgreSQL COPY of the same rows", "events", "1/s", bare, peer=True),
        spread(data, "durable events over HTTP", "events", "1/s", batches, limit="≥ 5,000"),
        spread(data, "HTTP / COPY", "ratio", "x", [mine / theirs for mine, theirs in zip(batches, bare, strict=True)]),
        spread(one, "durable events over HTTP", "p50", "ms", [each.load.quantile(0.5) for each in single]),
        spread(one, "durable events over HTTP", "p99", "ms", [each.load.quantile(0.99) for each in single], limit="< 50"),
        spread(one, "durable events over HTTP", "answered in time", "1/s", [each.load.per_second for each in single]),
    ]


def _overload(port: int, key: str, process: int) -> list[Row]:
    """Send more than fits; the memory of the server, after it has settled, must not grow."""
    data = f"{CROWD} connections with batches of {BATCH}"
    _in_process(_closed, port, key, BATCH, CROWD, OVERLOAD_SECONDS / 4)
    before = _memory(process)
    sent = _in_process(_closed, port, key, BATCH, CROWD, OVERLOAD_SECONDS)
    after = _memory(process)
    return [
        Row(data=data, method="overload", measure="answers 200", value=len(sent.load.latencies) / sent.load.seconds, unit="1/s"),
        Row(data=data, method="overload", measure="answers 429", value=sent.refused / sent.load.seconds, unit="1/s"),
        Row(data=data, method="overload", measure="other answers", value=sent.load.failures, unit="requests", limit="0"),
        Row(data=data, method="overload", measure="memory before", value=before, unit="MB"),
        Row(data=data, method="overload", measure=f"memory after {OVERLOAD_SECONDS:g} s", value=after, unit="MB"),
    ]


def _full_log(port: int, key: str, conninfo: str, size: int) -> list[Row]:
    """Measure before and after the log is filled."""
    before = _after_a_checkpoint(port, key, conninfo)
    _fill(conninfo, size)
    first, again = sorted(_last_events(conninfo)), sorted(_last_events(conninfo))
    after = _after_a_checkpoint(port, key, conninfo)
    data = f"log of {size:,} events"
    ratios = [mine / theirs for mine, theirs in zip(after, before, strict=True)]
    return [
        spread(data, "durable events over HTTP, before", "events", "1/s", before),
        spread(data, "durable events over HTTP, after", "events", "1/s", after),
        spread(data, "after / before", "ratio", "x", ratios, limit="≥ 0.8"),
        *_read_rows(data, "read for the first time", first),
        *_read_rows(data, "read again", again),
    ]


def _read_rows(data: str, which: str, milliseconds: list[float]) -> list[Row]:
    method = f"last {PROFILE_EVENTS} events of a profile, {which}"
    return [
        Row(data=data, method=method, measure="p50", value=milliseconds[READS // 2], unit="ms", limit="< 10"),
        Row(data=data, method=method, measure="p99", value=milliseconds[READS * 99 // 100], unit="ms"),
    ]


def _after_a_checkpoint(port: int, key: str, conninfo: str) -> list[float]:
    """Measure from the same state each time: after a checkpoint the first change of a page is written whole."""
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute("CHECKPOINT")
    _in_process(_closed, port, key, BATCH, CONNECTIONS, SECONDS / 4)
    return [_per_second(port, key) for _ in range(RUNS)]


def _per_second(port: int, key: str) -> float:
    sent = _in_process(_closed, port, key, BATCH, CONNECTIONS, SECONDS)
    _check(sent)
    return sent.load.per_second * BATCH


def _check(sent: Sent) -> None:
    if sent.load.failures or sent.refused:
        raise SystemExit(f"{sent.load.failures} requests failed and {sent.refused} were turned away")


async def make_key(conninfo: str) -> str:
    """Make a write key."""
    async with await database.connect(conninfo) as connection:
        made = await keys.create(connection, "benchmark", ["write"], created_by="benchmark", now=datetime.now(UTC))
    return made.key


def _bare_copy(conninfo: str) -> float:
    """Return how many rows per second COPY takes into a table like the log, with its indexes, committed every 4,000."""
    now, size, commits = datetime.now(UTC), 4_000, 15
    properties, context = msgspec.Raw(msgspec.json.encode(PROPERTIES)), msgspec.Raw(msgspec.json.encode(CONTEXT))
    blocks = []
    for _ in range(commits):
        visitors = [ids.new() for _ in range(size // VISITOR_EVENTS)]
        events = [
            Event(message_id=str(uuid4()), name="Product Viewed", source="bare", occurred_at=now, properties=properties, context=context)
            for _ in range(size)
        ]
        blocks.append(b"".join(encoding.rows(events, [ids.new() for _ in events], [visitors[index // VISITOR_EVENTS] for index in range(size)], now)))
    with psycopg.connect(conninfo) as connection:
        connection.execute("DROP TABLE IF EXISTS bare")
        connection.execute("CREATE TABLE bare (LIKE events INCLUDING ALL)")
        connection.commit()
        begin = time.perf_counter()
        for block in blocks:
            with connection.cursor() as cursor, cursor.copy(f"COPY bare ({', '.join(encoding.COLUMNS)}) FROM STDIN (FORMAT BINARY)") as stream:
                stream.write(block)
            connection.commit()
        seconds = time.perf_counter() - begin
        connection.execute("DROP TABLE bare")
    return size * commits / seconds


def _fill(conninfo: str, size: int) -> None:
    """Fill the log with events of two years, their message ids and their visitors, each with two hundred of them."""
    end = datetime.now(UTC) - timedelta(days=1)
    documents = {"properties": msgspec.json.encode(PROPERTIES).decode(), "context": msgspec.json.encode(FILL_CONTEXT).decode()}
    with psycopg.connect(conninfo, autocommit=True) as connection:
        for month in range(26):
            connection.execute("SELECT ensure_month('events', %s)", (end - timedelta(days=month * 30),))
        for first in range(0, size, FILL_STEP):
            facts = {"first": first, "last": min(first + FILL_STEP, size) - 1, "size": size, "end": end}
            for statement in (FILL_EVENTS, FILL_MESSAGES, FILL_PROFILES, FILL_IDENTITIES):
                connection.execute(statement.encode(), {**facts, **documents})
        connection.execute("VACUUM ANALYZE")


FILL_STEP = 1_000_000
FILL_EVENTS = """
INSERT INTO events (event_id, message_id, type, name, profile_id, anonymous_id, source, occurred_at, received_at, properties, context)
SELECT
    uuidv7(interval '730 days' * (number::float8 / %(size)s - 1)), 'filled-' || number, 'track', 'Product Viewed',
    md5('visitor' || abs(hashint8(number)) %% greatest(1, %(size)s / 200))::uuid, 'filled', 'filled',
    %(end)s::timestamptz - interval '730 days' * (1 - number::float8 / %(size)s),
    %(end)s::timestamptz - interval '730 days' * (1 - number::float8 / %(size)s),
    %(properties)s, %(context)s
FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS number
"""
FILL_MESSAGES = """
INSERT INTO settled_messages (message_key, event_id)
SELECT md5('message' || number)::uuid AS message_key, md5('event' || number)::uuid
FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS number
ORDER BY message_key
"""
FILL_PROFILES = """
INSERT INTO profiles (profile_id, created_at, updated_at)
SELECT md5('profile' || number)::uuid, %(end)s, %(end)s FROM generate_series(%(first)s::bigint / 10, %(last)s::bigint / 10) AS number
ON CONFLICT DO NOTHING
"""
FILL_IDENTITIES = """
INSERT INTO identities (kind, value, profile_id, source, created_at)
SELECT 'anonymous_id', left(md5('browser' || number), 8) || '-filled-' || number, md5('profile' || number)::uuid, 'filled', %(end)s
FROM generate_series(%(first)s::bigint / 10, %(last)s::bigint / 10) AS number
ON CONFLICT DO NOTHING
"""


def _last_events(conninfo: str) -> Iterator[float]:
    """Read the last events of many profiles, one after the other, on a connection that is there as in a pool; give the milliseconds of each."""
    with psycopg.connect(conninfo, autocommit=True) as connection:
        _last_events_of(connection, 0)
        for number in range(1, READS + 1):
            begin = time.perf_counter()
            found = _last_events_of(connection, number)
            yield (time.perf_counter() - begin) * 1000
            if len(found) < PROFILE_EVENTS:
                raise SystemExit(f"the profile has only {len(found)} events")


def _last_events_of(connection: psycopg.Connection, number: int) -> list[tuple[Any, ...]]:
    statement = "SELECT * FROM events WHERE profile_id = md5('visitor' || %s)::uuid ORDER BY occurred_at DESC LIMIT %s"
    return connection.execute(statement, (number, PROFILE_EVENTS)).fetchall()


@contextmanager
def server(settings: Settings, conninfo: str) -> Iterator[tuple[int, int]]:
    """Run granian with one worker, as `hanse serve` does; give its port and its process."""
    port = supervisor.free_port("127.0.0.1", 0)
    options = ["--interface", "asgi", "--loop", "uvloop", "--no-ws", "--no-log", "--factory", "--port", str(port)]
    environment = {**os.environ, "HANSE_HOME": str(settings.home), "HANSE_DATABASE_URL": conninfo}
    command = [sys.executable, "-m", "granian", *options, "hanse.serve.http.app:create"]
    process = subprocess.Popen(command, env=environment, start_new_session=True)
    try:
        wait_until_ready(port)
        yield port, process.pid
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait()


def wait_until_ready(port: int) -> None:
    """Wait until the server answers and reaches its database."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/ready", timeout=2).close()
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.2)
        else:
            return
    raise SystemExit("the server does not answer")


def _memory(process: int) -> float:
    """Return the megabytes of a process and its children."""
    tree = {process}
    for folder in sorted(Path("/proc").glob("[0-9]*"), key=lambda path: int(path.name)):
        try:
            if int((folder / "stat").read_text().rpartition(")")[2].split()[1]) in tree:
                tree.add(int(folder.name))
        except OSError:
            continue
    pages = (int(Path(f"/proc/{each}/statm").read_text().split()[1]) for each in tree)
    return sum(pages) * os.sysconf("SC_PAGE_SIZE") / 1e6


def process() -> ProcessPoolExecutor:
    """Return a second process for what sends, so that it has a core of its own."""
    return ProcessPoolExecutor(1, mp_context=get_context("spawn"))


def _in_process(function: object, *arguments: object) -> Sent:
    """Run a sender in a process of its own."""
    with process() as pool:
        return pool.submit(_run, function, *arguments).result()


def _run(function: object, *arguments: object) -> Sent:
    return uvloop.run(function(*arguments))  # type: ignore[operator,no-any-return]  # one of the two below


async def _closed(port: int, key: str, size: int, connections: int, seconds: float) -> Sent:
    """Send as fast as the server answers, one request at a time on each connection; who is turned away comes again a little later."""
    sent, messages = Sent(Load(seconds)), Messages(uuid4().hex[:12])
    end = time.perf_counter() + seconds

    async def client() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while (begin := time.perf_counter()) < end:
            status = await exchange(reader, writer, request(key, messages.body(size), size=size))
            if status == 200:
                sent.load.latencies.append(time.perf_counter() - begin)
            elif status == 429:
                sent.refused += 1
                await asyncio.sleep(0.2)
            else:
                sent.load.failures += 1
        writer.close()

    await asyncio.gather(*(client() for _ in range(connections)))
    return sent


async def _open(port: int, key: str, rate: float, connections: int, seconds: float) -> Sent:
    """Send single events at a fixed rate whatever the server does; one that has to wait for a connection is late from when it was due."""
    sent, messages = Sent(Load(seconds)), Messages(uuid4().hex[:12])
    due: asyncio.Queue[float | None] = asyncio.Queue()

    async def client() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while (moment := await due.get()) is not None:
            status = await exchange(reader, writer, request(key, messages.body(1), size=1))
            sent.load.failures += status != 200
            sent.load.latencies.append(time.perf_counter() - moment)
        writer.close()

    clients = [asyncio.create_task(client()) for _ in range(connections)]
    begin = time.perf_counter()
    for number in range(int(rate * seconds)):
        moment = begin + number / rate
        await asyncio.sleep(max(0.0, moment - time.perf_counter()))
        due.put_nowait(moment)
    for _ in clients:
        due.put_nowait(None)
    await asyncio.gather(*clients)
    return sent


def request(key: str, body: bytes, *, size: int) -> bytes:
    """Return a whole request, to the address for one message or for a batch."""
    return load.request("POST", "/v1/track" if size == 1 else "/v1/batch", body, {"Authorization": f"Bearer {key}", "Content-Type": "text/plain"})


async def exchange(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, payload: bytes) -> int:
    """Send a request and return the status of its answer."""
    writer.write(payload)
    head = await reader.readuntil(b"\r\n\r\n")
    length = head.lower().split(b"content-length:", 1)[1].split(b"\r\n", 1)[0]
    await reader.readexactly(int(length))
    return int(head[9:12])
