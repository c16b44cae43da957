"""A system that takes webhooks, for tests: it keeps what it was sent and answers as it is told."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import msgspec

Answer = tuple[int, dict[str, str], bytes]
FINE: Answer = (200, {}, b"{}")


@dataclass
class Taken:
    """One request."""

    headers: Mapping[str, str]
    body: bytes

    @property
    def document(self) -> dict[str, Any]:
        """Return what it says."""
        return msgspec.json.decode(self.body, type=dict[str, Any])

    @property
    def fields(self) -> dict[str, Any]:
        """Return the fields in it."""
        found: dict[str, Any] = self.document["data"]["fields"]
        return found


@dataclass
class Receiver:
    """What came, and how the next requests are answered."""

    url: str = ""
    taken: list[Taken] = field(default_factory=list)
    answer: Callable[[Taken], Answer] = lambda _: FINE

    @property
    def kinds(self) -> list[str]:
        """Return the kinds of what came, in order."""
        return [each.document["type"] for each in self.taken]


@contextmanager
def receiving() -> Iterator[Receiver]:
    """Run a receiver at a free port of this machine."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            taken = Taken({name.lower(): value for name, value in self.headers.items()}, body)
            receiver.taken.append(taken)
            status, headers, answer = receiver.answer(taken)
            self.send_response(status)
            for name, value in {"Content-Length": str(len(answer)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the base class calls it so
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    receiver.url = f"http://127.0.0.1:{server.server_address[1]}/hanse"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield receiver
    server.shutdown()
    server.server_close()
    thread.join()
