"""`recommend.also_bought` over HTTP, beside an empty Litestar handler on the same server with the same settings.

Answers are logged as decisions while it is measured. One server process; the load comes from a second process on this machine.
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
from contextlib import contextmanager, suppress
from pathlib import Path

import msgspec

from benchmarks import load, scratch
from benchmarks.report import SEED, Row, spread
from hanse.base.config import Settings
from hanse.data.access import keys
from hanse.serve import runtime, supervisor

CUSTOMERS = 500
RUNS = 3
SECONDS = 8.0
CONNECTIONS = 32
RATE = 200.0

EMPTY = """
from litestar import Litestar, post

@post("/empty", status_code=200)
async def empty() -> dict[str, str]:
    return {}

app = Litestar([empty], openapi_config=None, logging_config=None)
"""


def measure(paths: list[Path]) -> list[Row]:
    """Measure both servers in turns."""
    with scratch.home(request_limit=100_000_000) as (settings, conninfo):
        key, product_id, user_id = asyncio.run(_prepare(settings, conninfo))
        (settings.home / "empty.py").write_text(EMPTY)
        with server("empty:app", settings, conninfo) as empty, server("hanse.serve.http.app:create", settings, conninfo) as ours:
            return _measure((empty, ours), key, {"product_id": product_id, "limit": 5}, user_id, conninfo)


def _measure(ports: tuple[int, int], key: str, request: dict[str, object], user_id: str, conninfo: str) -> list[Row]:
    empty, ours = ports
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    nothing = load.request("POST", "/empty")
    anonymous = _also_bought(headers, request)
    personal = _also_bought(headers, {**request, "user_id": user_id})
    for port, payload in ((empty, nothing), (ours, anonymous), (ours, personal)):
        load.closed_loop(port, [payload], connections=CONNECTIONS, seconds=1.0).checked()
    before = scratch.decisions(conninfo)
    fastest: dict[str, list[float]] = {"empty": [], "anonymous": [], "personal": []}
    for _ in range(RUNS):
        for name, port, payload in (("empty", empty, nothing), ("anonymous", ours, anonymous), ("personal", ours, personal)):
            fastest[name].append(load.closed_loop(port, [payload], connections=CONNECTIONS, seconds=SECONDS).checked().per_second)
    steady = [load.open_loop(ours, [anonymous], rate=RATE, connections=CONNECTIONS, seconds=SECONDS).checked() for _ in range(RUNS)]
    answers = sum(sum(values) for name, values in fastest.items() if name != "empty") * SECONDS + sum(len(each.latencies) for each in steady)
    time.sleep(2)
    logged = (scratch.decisions(conninfo) - before) / answers
    shares = [mine / theirs for mine, theirs in zip(fastest["anonymous"], fastest["empty"], strict=True)]
    data = f"sample shop, {CUSTOMERS} customers"
    return [
        spread(data, "empty Litestar handler", "throughput", "1/s", fastest["empty"], peer=True),
        spread(data, "recommend.also_bought", "throughput", "1/s", fastest["anonymous"]),
        spread(data, "recommend.also_bought, person named", "throughput", "1/s", fastest["personal"]),
        spread(data, "recommend.also_bought / empty handler", "ratio", "x", shares, limit="≥ 0.25"),
        spread(data, f"recommend.also_bought at {RATE:g}/s", "p50", "ms", [each.quantile(0.5) for each in steady]),
        spread(data, f"recommend.also_bought at {RATE:g}/s", "p99", "ms", [each.quantile(0.99) for each in steady], limit="< 20"),
        Row(data=data, method="recommend.also_bought", measure="share of answers in the decision log", value=logged, unit="1", limit="1"),
    ]


async def _prepare(settings: Settings, conninfo: str) -> tuple[str, str, str]:
    async with runtime.started(settings, conninfo) as running:
        async with running.context() as context:
            await running.registry.jobs["sample.fill"](context, customers=CUSTOMERS, seed=SEED)
        async with running.context() as context:
            await running.registry.jobs["recommend.train"](context)
        async with running.context() as context:
            connection = await context.connection()
            made = await keys.create(
                connection, "benchmark", ["recommend"], created_by="benchmark", known=running.registry.scopes, now=context.clock.now()
            )
            row = await (await connection.execute(BEST_SELLER)).fetchone()
            person = await (await connection.execute(SOMEBODY_WHO_AGREED)).fetchone()
    return made.key, row["product_id"] if row else "", person["value"] if person else ""


BEST_SELLER = """
SELECT line ->> 'product_id' AS product_id, count(*) AS orders
FROM events, jsonb_array_elements(properties -> 'products') AS line
WHERE name = 'Order Completed'
GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 1
"""
SOMEBODY_WHO_AGREED = """
SELECT value FROM identities JOIN consents USING (profile_id)
WHERE identities.kind = 'user_id' AND purpose = 'personalisation' AND granted ORDER BY value LIMIT 1
"""


def _also_bought(headers: dict[str, str], body: dict[str, object]) -> bytes:
    return load.request("POST", "/v1/recommend/also-bought", msgspec.json.encode(body), headers)


@contextmanager
def server(target: str, settings: Settings, conninfo: str) -> Iterator[int]:
    """Run granian with one worker, as `hanse serve` does; give its port."""
    environment = {**os.environ, "HANSE_HOME": str(settings.home), "HANSE_DATABASE_URL": conninfo, "HANSE_REQUEST_LIMIT": str(settings.request_limit)}
    port = supervisor.free_port("127.0.0.1", 0)
    command = [sys.executable, "-m", "granian", "--interface", "asgi", "--loop", "uvloop", "--no-ws", "--no-log", "--port", str(port), target]
    if target.endswith(":create"):
        command.append("--factory")
    process = subprocess.Popen(command, env={**environment, "PYTHONPATH": str(settings.home)}, start_new_session=True)
    try:
        _wait(port)
        yield port
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait()


def _wait(port: int) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with suppress(urllib.error.HTTPError):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=2).close()
            except (urllib.error.URLError, ConnectionError) as error:
                if isinstance(error, urllib.error.HTTPError):
                    raise
                time.sleep(0.2)
                continue
        return
    raise SystemExit("the server does not answer")
