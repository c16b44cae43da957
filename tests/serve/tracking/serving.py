"""A real server process for tests of real clients: granian as `hanse serve` runs it, on a free port and a database of the test."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from hanse.base import database
from hanse.data.access import keys
from hanse.serve import supervisor

ROOT = Path(__file__).parents[3]


@contextmanager
def server(database_url: str, home: Path, port: int = 0) -> Iterator[int]:
    """Run a server; give its port, a free one where none is wished."""
    port = port or supervisor.free_port("127.0.0.1", 0)
    options = ["--interface", "asgi", "--loop", "uvloop", "--no-ws", "--no-log", "--factory", "--port", str(port)]
    environment = {**os.environ, "HANSE_HOME": str(home), "HANSE_DATABASE_URL": database_url, "HANSE_POOL_SIZE": "3"}
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
