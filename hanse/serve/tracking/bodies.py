"""Reading the body of a request: bounded in size while it comes and while it is unpacked."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Callable, Mapping

from litestar.types import Receive

from hanse.data.events.errors import UnreadableBody
from hanse.serve.http import bodies

LIMIT_BYTES = 32_000_000
"""Bytes of a request at most, packed or not: a sender's largest batch with one event in it that is far too large must not be lost."""
IN_A_THREAD_BYTES = 500_000
"""Bytes from which on work on a body leaves the others their turn."""
LARGEST_RATIO = 1032
"""How many times its size a packed body can have (https://zlib.net/zlib_tech.html)."""
GZIP_MAGIC = b"\x1f\x8b"
WINDOWS = {"gzip": 31, "x-gzip": 31, "deflate": 47}
"""How zlib is to take each encoding; 47 tells gzip and zlib apart by itself."""


class BrokenBody(UnreadableBody):
    """The request cannot be read: {reason}."""

    def __init__(self, reason: str, beginning: bytes) -> None:
        """Keep as much of it as could be read."""
        self.beginning = beginning
        super().__init__(reason=reason)


async def read(receive: Receive, headers: Mapping[bytes, bytes], take_room: Callable[[int], None]) -> bytes:
    """Return the body, unpacked; raises `TooLarge`, `BrokenBody`, `Full` where there is no room for it, and `ClientGone`."""
    body = await bodies.read(receive, LIMIT_BYTES, headers.get(b"content-length"), take_room)
    encoding = headers.get(b"content-encoding", b"").decode("latin-1").strip().lower()
    if encoding in {"", "identity"} and not body.startswith(GZIP_MAGIC):
        return body
    window = WINDOWS.get(encoding, WINDOWS["gzip"] if body.startswith(GZIP_MAGIC) else None)
    if window is None:
        raise BrokenBody(f"its encoding {encoding[:20]} is not known, gzip is", b"")
    unpacked = await asyncio.to_thread(unpack, body, window) if _is_large(body, window) else unpack(body, window)
    take_room(len(unpacked))
    return unpacked


def _is_large(body: bytes, window: int) -> bool:
    """Look whether unpacking would take the others their turn, as a few kilobytes of a bomb would."""
    if len(body) > IN_A_THREAD_BYTES:
        return True
    if len(body) * LARGEST_RATIO < IN_A_THREAD_BYTES:
        return False
    try:
        return len(zlib.decompressobj(window).decompress(body, IN_A_THREAD_BYTES)) == IN_A_THREAD_BYTES
    except zlib.error:
        return False


def unpack(body: bytes, window: int) -> bytes:
    """Return a packed body unpacked, stopping at the limit; raises `TooLarge` and `BrokenBody`."""
    unpacked = b""
    while body:
        inflating = zlib.decompressobj(window)
        try:
            unpacked += inflating.decompress(body, LIMIT_BYTES + 1 - len(unpacked))
        except zlib.error as error:
            raise BrokenBody("it is not packed as it says", unpacked) from error
        bodies.check(len(unpacked), LIMIT_BYTES)
        if not inflating.eof:
            raise BrokenBody("its gzip ends too early", unpacked)
        body = inflating.unused_data  # some senders pack a body in several pieces
    return unpacked
