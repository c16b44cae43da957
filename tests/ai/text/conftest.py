"""An embeddings endpoint of OpenAI's kind on a free port of this machine, and an encoder that needs no model."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest

from hanse.ai.text import encoder
from hanse.ai.text.encoder import Vectors
from hanse.base import database
from hanse.base.clock import FixedClock
from hanse.base.config import Settings
from hanse.base.context import Ports, Resources

WIDTH = 12


def numbers(text: str, width: int = WIDTH) -> list[float]:
    """Return a vector that is the same for the same text, and not of length one."""
    made = hashlib.blake2b(text.encode(errors="replace"), digest_size=width).digest()
    return [byte / 16 - 8.03 for byte in made]


@dataclass
class Fake:
    """What the endpoint was asked, and what it is to answer instead of vectors."""

    address: str = ""
    asked: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    answers: list[tuple[int, bytes]] = field(default_factory=list)
    """Answers that come first, each once."""
    width: int = WIDTH

    def answer(self, body: dict[str, Any]) -> tuple[int, bytes]:
        if self.answers:
            return self.answers.pop(0)
        data = [{"object": "embedding", "index": place, "embedding": numbers(text, self.width)} for place, text in enumerate(body["input"])]
        # The order is not promised by the interface.
        return 200, json.dumps({"object": "list", "data": data[::-1], "model": body["model"]}).encode()


@pytest.fixture
def fake() -> Iterator[Fake]:
    known = Fake()

    class Answering(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            known.asked.append({"path": self.path, **body})
            known.headers.append(dict(self.headers))
            status, answer = known.answer(body)
            self.send_response(status)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # the name of the base class
            del format, args

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    known.address = f"http://127.0.0.1:{server.server_address[1]}/v1"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield known
    server.shutdown()
    server.server_close()
    thread.join()


@dataclass
class Counting:
    """An encoder that counts what it is asked, and may fail after some texts."""

    model: str = "counting"
    dimensions: int = WIDTH
    is_outside: bool = False
    texts: list[str] = field(default_factory=list)
    fails_after: int | None = None

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        return self._encode(texts, "query: ")

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        return self._encode(texts, "passage: ")

    def _encode(self, texts: Sequence[str], prefix: str) -> Vectors:
        if self.fails_after is not None and len(self.texts) + len(texts) > self.fails_after:
            raise RuntimeError("killed")
        self.texts += texts
        return encoder.unit(np.array([numbers(prefix + text, self.dimensions) for text in texts]).reshape(-1, self.dimensions))


@pytest.fixture
def counting() -> Counting:
    return Counting()


@pytest.fixture
async def resources(database_url: str, home: Path, clock: FixedClock) -> AsyncIterator[Resources]:
    pool = database.pool(database_url, size=3)
    await pool.open()
    yield Resources(Settings(home=home), clock, pool, cast("Ports", None))
    await pool.close()
