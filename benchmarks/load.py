"""A load generator for HTTP/1.1 on this machine: keep-alive connections that send prepared requests, one after another, again and again."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import uvloop


@dataclass
class Load:
    """What came of a run."""

    seconds: float
    latencies: list[float] = field(default_factory=list)
    """Seconds from the moment a request was due until its answer was whole."""
    failures: int = 0

    @property
    def per_second(self) -> float:
        """Return answers per second."""
        return len(self.latencies) / self.seconds

    def quantile(self, share: float) -> float:
        """Return the latency, in milliseconds, that a share of the answers kept."""
        ordered = sorted(self.latencies)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] * 1000

    def checked(self) -> Load:
        """Return the run itself; ends the benchmark where an answer was an error."""
        if self.failures:
            raise SystemExit(f"{self.failures} of {len(self.latencies)} requests failed")
        return self


def request(method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None) -> bytes:
    """Return a whole request as it goes over the wire."""
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


def closed_loop(port: int, payloads: Sequence[bytes], *, connections: int, seconds: float) -> Load:
    """Send as fast as the server answers, one request at a time on each connection."""
    return uvloop.run(_closed(port, itertools.cycle(payloads), connections, seconds))


def open_loop(port: int, payloads: Sequence[bytes], *, rate: float, connections: int, seconds: float) -> Load:
    """Send at a fixed rate whatever the server does; a request that has to wait for a connection is late from when it was due."""
    return uvloop.run(_open(port, itertools.cycle(payloads), rate, connections, seconds))


async def _exchange(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, payload: bytes) -> bool:
    writer.write(payload)
    head = await reader.readuntil(b"\r\n\r\n")
    length = head.lower().split(b"content-length:", 1)[1].split(b"\r\n", 1)[0]
    await reader.readexactly(int(length))
    return head.startswith(b"HTTP/1.1 2")


async def _closed(port: int, payloads: Iterator[bytes], connections: int, seconds: float) -> Load:
    load = Load(seconds)
    end = time.perf_counter() + seconds

    async def client() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while (begin := time.perf_counter()) < end:
            load.failures += not await _exchange(reader, writer, next(payloads))
            load.latencies.append(time.perf_counter() - begin)
        writer.close()

    await asyncio.gather(*(client() for _ in range(connections)))
    return load


async def _open(port: int, payloads: Iterator[bytes], rate: float, connections: int, seconds: float) -> Load:
    load = Load(seconds)
    due: asyncio.Queue[float | None] = asyncio.Queue()

    async def client() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while (moment := await due.get()) is not None:
            load.failures += not await _exchange(reader, writer, next(payloads))
            load.latencies.append(time.perf_counter() - moment)
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
    return load
