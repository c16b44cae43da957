"""A shop's page in Chromium, from another origin than Hanse, for tests of what runs in browsers."""

from __future__ import annotations

import asyncio
import os
import subprocess
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, TypeVar

import psycopg
from psycopg.rows import dict_row

from hanse.serve.console import assets
from tests import install

Found = TypeVar("Found")


@dataclass
class Shop:
    """A web server of a shop: pages by their path, put in by the test."""

    address: str
    pages: dict[str, bytes] = field(default_factory=dict)

    def put(self, path: str, head: str) -> str:
        """Put a page in; return where it is."""
        self.pages[path] = (
            f"<!doctype html><html lang=en><head><title>Shop</title><link rel=icon href=data:,>{head}</head><body><h1>Shop</h1></body></html>".encode()
        )
        return self.address + path


@contextmanager
def shop() -> Iterator[Shop]:
    """Run a shop on a free port."""
    pages: dict[str, bytes] = {}

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            content = pages.get(self.path.partition("?")[0])
            self.send_response(200 if content is not None else 404)
            self.send_header("Content-Type", "text/javascript" if ".js" in self.path else "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(content or b"")

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # the name in the class above
            del format, args

    with ThreadingHTTPServer(("127.0.0.1", 0), Page) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield Shop(f"http://127.0.0.1:{running.server_port}", pages)
        running.shutdown()


def bundled(name: str, folder: Path) -> bytes:
    """Return one of the clients as a script for a page."""
    modules = assets.node_modules(install.CLIENTS)
    made = folder / name
    command = [
        *assets.node(),
        str(modules / "esbuild" / "bin" / "esbuild"),
        str(install.CLIENTS / name),
        "--bundle",
        "--format=iife",
        f"--outfile={made}",
    ]
    subprocess.run(command, check=True, capture_output=True, env={**os.environ, "NODE_PATH": str(modules)})
    return made.read_bytes()


def apart(act: Callable[[], Found]) -> Found:
    """Do something in a thread of its own: Playwright keeps a loop in ours, and asyncio will not run another one beside it."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(act).result()


def log(database_url: str, source: str) -> list[dict[str, Any]]:
    """Return the events of a source, in the order in which they happened."""
    with psycopg.connect(database_url, row_factory=dict_row) as connection:
        return connection.execute("SELECT * FROM events WHERE source = %s ORDER BY original_at, event_id", [source]).fetchall()


def arrived(database_url: str, source: str, count: int, seconds: float = 20.0) -> list[dict[str, Any]]:
    """Wait until so many events of a source are there; return them, or those there are when the time is over."""

    async def wait() -> list[dict[str, Any]]:
        for _ in range(int(seconds / 0.1)):
            if len(found := log(database_url, source)) >= count:
                return found
            await asyncio.sleep(0.1)
        return log(database_url, source)

    return apart(lambda: asyncio.run(wait()))
