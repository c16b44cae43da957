"""`kill -9` in the middle of events sent by a client that tries again: how many are lost, how many doubled.

PATH may be a number instead: how many events are sent (1000000 where it is left out). Killed in turns, every few seconds, are the server
process, PostgreSQL, and `hanse serve` itself, which is then started again.
"""

from __future__ import annotations

import asyncio
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import cycle
from pathlib import Path

import psycopg
import uvloop

from benchmarks import ingest
from benchmarks.report import SEED, Row
from hanse.base.config import Settings
from hanse.base.postgres import EmbeddedPostgres
from hanse.serve import runtime, supervisor

EVENTS = 1_000_000
BATCH = 100
CONNECTIONS = 16
PAUSE_SECONDS = (5.0, 12.0)
"""Between one kill and the next."""
TIMEOUT_SECONDS = 15.0
"""How long a client waits for an answer, as Segment's do."""


class Service:
    """`hanse serve` on a home folder of its own."""

    def __init__(self, home: Path) -> None:
        """Start it for the first time."""
        self.home = home
        self.port = supervisor.free_port("127.0.0.1", 0)
        self.process = self._start()

    def kill(self, what: str) -> None:
        """Kill a part of it, or all of it, which is then started again."""
        if what == "PostgreSQL":
            _kill(int((self.home / "postgres" / "postmaster.pid").read_text().split()[0]))
        elif what == "server":
            for child in self._servers():
                _kill(child)
        else:
            _kill(self.process.pid)
            self.process.wait()
            self.process = self._start()

    def stop(self) -> None:
        """End it as an administrator would."""
        self.process.terminate()
        self.process.wait()

    def _start(self) -> subprocess.Popen[bytes]:
        environment = {**os.environ, "HANSE_HOME": str(self.home), "HANSE_LOG_LEVEL": "error"}
        environment.pop("HANSE_DATABASE_URL", None)
        command = [sys.executable, "-m", "hanse", "serve", "--no-jobs", "--port", str(self.port)]
        while True:  # the port of one that was killed is free once its server has noticed
            process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            time.sleep(2)
            if process.poll() is None:
                return process

    def _servers(self) -> list[int]:
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            with suppress(OSError, ValueError):
                parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
                if parent == self.process.pid and b"postgres" not in (folder / "cmdline").read_bytes():
                    found.append(int(folder.name))
        return found


def measure(paths: list[Path]) -> list[Row]:
    """Send events while things are killed, then count."""
    total = int(paths[0].name) if paths else EVENTS
    with tempfile.TemporaryDirectory(prefix="hanse-benchmark-") as folder:
        home = Path(folder)
        with runtime.database_of(Settings(home=home)) as conninfo:
            key = asyncio.run(ingest.make_key(conninfo))
        begin = time.monotonic()
        with _killing(home) as kills, ingest.process() as sender:
            tries = sender.submit(send, kills.port, key, total).result()
        seconds = time.monotonic() - begin
        counts = _count(home)
    data = f"{total:,} events, {sum(kills.done.values())} times kill -9"
    rows = [Row(data=data, method=f"kill -9 of {what}", measure="times", value=times, unit="") for what, times in kills.done.items()]
    return [
        *rows,
        Row(data=data, method="client that tries again", measure="requests sent again", value=tries, unit=""),
        Row(data=data, method="client that tries again", measure="time", value=seconds, unit="s"),
        Row(data=data, method="log", measure="lost", value=total - counts["distinct"], unit="events", limit="0"),
        Row(data=data, method="log", measure="double", value=counts["events"] - counts["distinct"], unit="events", limit="0"),
        Row(data=data, method="log", measure="dead letters", value=counts["letters"], unit="events", limit="0"),
    ]


class Kills:
    """Somebody who kills parts of a service until told to stop."""

    def __init__(self, home: Path) -> None:
        """Start the service."""
        self.done = dict.fromkeys(("server", "PostgreSQL", "hanse serve"), 0)
        self._service = Service(home)
        self.port = self._service.port
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._kill)

    def begin(self) -> None:
        """Begin once the service is ready."""
        ingest.wait_until_ready(self.port)
        self._thread.start()

    def end(self) -> None:
        """Stop killing, then stop the service."""
        self._over.set()
        self._thread.join()
        self._service.stop()

    def _kill(self) -> None:
        rng = random.Random(SEED)
        for what in cycle(self.done):
            if self._over.wait(rng.uniform(*PAUSE_SECONDS)):
                return
            with suppress(OSError, ValueError):  # what was killed before may not be back yet
                self._service.kill(what)
                self.done[what] += 1


@contextmanager
def _killing(home: Path) -> Iterator[Kills]:
    kills = Kills(home)
    kills.begin()
    try:
        yield kills
    finally:
        kills.end()


def send(port: int, key: str, total: int) -> int:
    """Send events, each batch until it is answered 200; return how often one had to be sent again."""
    return uvloop.run(_send(port, key, total))


async def _send(port: int, key: str, total: int) -> int:
    messages = ingest.Messages("crash")
    bodies = iter([min(BATCH, total - first) for first in range(0, total, BATCH)])
    again = 0

    async def client() -> None:
        nonlocal again
        connection = None
        for size in bodies:
            payload = ingest.request(key, messages.body(size), size=BATCH)
            while True:
                try:
                    async with asyncio.timeout(TIMEOUT_SECONDS):
                        connection = connection or await asyncio.open_connection("127.0.0.1", port)
                        if await ingest.exchange(*connection, payload) == 200:
                            break
                except (OSError, EOFError, TimeoutError, ValueError):
                    if connection:
                        connection[1].close()
                    connection = None
                again += 1
                await asyncio.sleep(0.2)

    await asyncio.gather(*(client() for _ in range(CONNECTIONS)))
    return again


def _count(home: Path) -> dict[str, int]:
    """Count what is in the log, on a server that was started anew."""
    server = EmbeddedPostgres(home)
    try:
        with psycopg.connect(server.start()) as connection:
            row = connection.execute("SELECT count(*), count(DISTINCT message_id), (SELECT count(*) FROM dead_letters) FROM events").fetchone()
    finally:
        server.stop()
    return dict(zip(("events", "distinct", "letters"), row or (0, 0, 0), strict=True))


def _kill(process: int) -> None:
    os.kill(process, signal.SIGKILL)
