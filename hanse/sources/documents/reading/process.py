"""The process that reads files, started by `worker`: it takes paths from its input and gives parts to its output, until there is no more input.

PDFium is made for files from anywhere, but it is C++: what it falls over must not take Hanse along, and what takes too long has to be ended.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import msgspec

from hanse.sources.documents.reading import hypertext, markdown, pdf
from hanse.sources.documents.reading.parts import End, Part, Problem

READERS = {"pdf": pdf.read, "markdown": markdown.read, "html": hypertext.read}
MEMORY_BYTES = 2_000_000_000
LENGTH_BYTES = 8


class Wanted(msgspec.Struct, frozen=True):
    """A file to be read."""

    path: str
    format: str


def parts(wanted: Wanted) -> Iterator[Part]:
    """Return what is in a file; what cannot be opened is a problem."""
    try:
        yield from READERS[wanted.format](Path(wanted.path))
    except OSError as error:
        yield Problem("unreadable", None, {"reason": error.strerror or type(error).__name__})
    except MemoryError:
        yield Problem("crashed")


def framed(message: bytes) -> bytes:
    """Return a message with its length before it."""
    return len(message).to_bytes(LENGTH_BYTES, "big") + message


def serve(source: BinaryIO, target: BinaryIO) -> None:
    """Read one file after another as they are asked for."""
    encoder, decoder = msgspec.msgpack.Encoder(), msgspec.msgpack.Decoder(Wanted)
    target.write(framed(encoder.encode(End())))  # it is ready
    target.flush()
    while len(head := source.read(LENGTH_BYTES)) == LENGTH_BYTES:
        wanted = decoder.decode(source.read(int.from_bytes(head, "big")))
        target.writelines(framed(encoder.encode(part)) for part in parts(wanted))
        target.write(framed(encoder.encode(End())))
        target.flush()


def _limit_memory() -> None:
    with contextlib.suppress(ImportError, ValueError, OSError):  # not every system has it
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))


if __name__ == "__main__":
    _limit_memory()
    with contextlib.suppress(BrokenPipeError, KeyboardInterrupt):
        serve(sys.stdin.buffer, sys.stdout.buffer)
