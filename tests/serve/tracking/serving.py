"""A real server process for tests of real clients: granian as `hanse serve` runs it, on a free port and a database of the test."""

from __future__ import annotations

import asyncio
import os
import socket
import socketserver
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from hanse.base import database
from hanse.data.access import keys
from hanse.serve import supervisor

ROOT = Path(__file__).parents[3]


@dataclass(frozen=True)
class Served:
    """A running Hanse."""

    database_url: str
    port: int

    @property
    def host(self) -> str:
        """Return its address."""
        return f"http://127.0.0.1:{self.port}"


class _Passing(socketserver.BaseRequestHandler):
    """Passes a connection on to another port, in both directions."""

    to: int

    def handle(self) -> None:
        with socket.create_connection(("127.0.0.1", self.to)) as there:
            answering = threading.Thread(target=_pass_on, args=(there, self.request), daemon=True)
            answering.start()
            _pass_on(self.request, there)
            answering.join()


def _pass_on(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while content := source.recv(65_536):
            sink.sendall(content)
        sink.shutdown(socket.SHUT_WR)


class _Door(socketserver.ThreadingTCPServer):
    allow_reuse_address, daemon_threads, block_on_close = True, True, False


@contextmanager
def back(served: Served, port: int) -> Iterator[None]:
    """Have a server be at a port where nobody was: what comes there is passed on to it."""
    with _Door(("127.0.0.1", port), type("Passing", (_Passing,), {"to": served.port})) as door:
        threading.Thread(target=door.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        yield
        door.shutdown()


@contextmanager
def server(database_url: str, home: Path, port: int = 0, *, console: bool = True) -> Iterator[int]:
    """Run a server; give its port, a free one where none is wished."""
    port = port or supervisor.free_port("127.0.0.1", 0)
    options = ["--interface", "asgi", "--loop", "uvloop", "--no-ws", "--no-log", "--factory", "--port", str(port)]
    environment = {**os.environ, "HANSE_HOME": str(home), "HANSE_DATABASE_URL": database_url, "HANSE_POOL_SIZE": "3", "HANSE_CONSOLE": str(console)}
    command = [sys.executable, "-m", "granian", *options, "hanse.serve.http.app:create"]
    process = subprocess.Popen(command, cwd=ROOT, env=environment)
    try:
        wait_until_ready(port)
        yield port
    finally:
        process.terminate()
        process.wait(timeout=20)


def wait_until_ready(port: int, seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/ready", timeout=2).close()
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.1)
        else:
            return
    raise AssertionError("the server does not become ready")


def make_key(database_url: str, name: str = "shop") -> str:
    """Make a write key."""

    async def make() -> str:
        async with await database.connect(database_url) as connection:
            made = await keys.create(connection, name, ["write"], created_by="test", now=datetime.now(UTC))
        return made.key

    return asyncio.run(make())
