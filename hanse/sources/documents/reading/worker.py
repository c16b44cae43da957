"""Asks a process of its own to read files, and ends it where it takes too long; the import uses one for all its files."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator
from types import TracebackType
from typing import Self

import msgspec

from hanse.sources.documents.errors import NoDocumentReader
from hanse.sources.documents.folder import File
from hanse.sources.documents.reading import process
from hanse.sources.documents.reading.parts import End, Part, Problem
from hanse.sources.documents.reading.process import LENGTH_BYTES, Wanted

FILE_SECONDS = 120.0
"""How long is waited for one file in all."""
START_SECONDS = 60.0
LARGEST_PART = 100_000_000

_parts = msgspec.msgpack.Decoder(Part)


class Reader:
    """Reads files one after another: `async with Reader() as reader`."""

    def __init__(self, file_seconds: float = FILE_SECONDS) -> None:
        """Take as long as this for one file at most."""
        self.file_seconds = file_seconds
        self._process: asyncio.subprocess.Process | None = None

    async def __aenter__(self) -> Self:
        """Begin; the process starts with the first file."""
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """End the process."""
        await self._end()

    async def read(self, file: File) -> AsyncIterator[Part]:
        """Give what is in a file, part by part; where the process dies or takes too long, that is the last problem."""
        running = self._process or await self._start()
        left = self.file_seconds
        clock = asyncio.get_running_loop()
        is_done = False
        try:
            await _ask(running, file)
            while True:
                began = clock.time()
                part = await asyncio.wait_for(_receive(running), left)
                left = max(0.01, left - (clock.time() - began))
                if isinstance(part, End):
                    is_done = True
                    return
                yield part
        except TimeoutError:
            yield Problem("too_slow", None, {"seconds": f"{self.file_seconds:g}"})
        except (asyncio.IncompleteReadError, ConnectionError, msgspec.MsgspecError):
            yield Problem("crashed")
        finally:
            if not is_done:
                await self._end()

    async def _start(self) -> asyncio.subprocess.Process:
        """Start the process; the folder we are in is no place to import from (-P)."""
        pipe, nothing = asyncio.subprocess.PIPE, asyncio.subprocess.DEVNULL
        try:
            running = await asyncio.create_subprocess_exec(sys.executable, "-P", "-m", process.__name__, stdin=pipe, stdout=pipe, stderr=nothing)
            self._process = running
            await asyncio.wait_for(_receive(running), START_SECONDS)
        except (OSError, TimeoutError, asyncio.IncompleteReadError, msgspec.MsgspecError) as error:
            await self._end()
            raise NoDocumentReader from error
        return running

    async def _end(self) -> None:
        running, self._process = self._process, None
        if running is None:
            return
        with contextlib.suppress(ProcessLookupError):
            running.kill()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(running.wait(), START_SECONDS)


async def _ask(running: asyncio.subprocess.Process, file: File) -> None:
    if running.stdin is None:
        raise NoDocumentReader
    running.stdin.write(process.framed(msgspec.msgpack.encode(Wanted(str(file.path), file.format))))
    await running.stdin.drain()


async def _receive(running: asyncio.subprocess.Process) -> Part:
    if running.stdout is None:
        raise NoDocumentReader
    length = int.from_bytes(await running.stdout.readexactly(LENGTH_BYTES), "big")
    if length > LARGEST_PART:
        raise msgspec.ValidationError
    part: Part = _parts.decode(await running.stdout.readexactly(length))
    return part
