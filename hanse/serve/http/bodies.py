"""The body of a request, bounded in size while it comes."""

from __future__ import annotations

from collections.abc import Callable

from litestar.types import Receive

from hanse.base import errors
from hanse.base.errors import HanseError

MOST_READ = 4
"""How many times the limit is read of a body that is refused; nobody reads further than that."""


class ClientGone(Exception):  # nobody is left to be told
    """The client went away before it had sent everything."""


def _unbounded(size: int) -> None:
    del size


async def read(receive: Receive, limit_bytes: int, announced: bytes | None = None, take_room: Callable[[int], None] = _unbounded) -> bytes:
    """Return a body as it was sent; raises `TooLarge`, `ClientGone` and what `take_room` raises for the size of each piece.

    It is read to its end even where it cannot be taken: a client whose connection is cut while it sends never sees the answer.
    """
    most = MOST_READ * limit_bytes
    if announced is not None and announced.isdigit() and int(announced) > most:
        raise errors.TooLarge(limit_bytes=limit_bytes)
    chunks: list[bytes] = []
    refusal: HanseError | None = None
    size, more = 0, True
    while more and size <= most:
        message = await receive()
        if message["type"] != "http.request":
            raise ClientGone
        chunk = message.get("body", b"")
        size += len(chunk)
        more = message.get("more_body", False)
        if refusal is None:
            try:
                check(size, limit_bytes)
                take_room(len(chunk))
                chunks.append(chunk)
            except HanseError as error:
                refusal = error
                chunks.clear()
    if refusal is not None:
        raise refusal
    return chunks[0] if len(chunks) == 1 else b"".join(chunks)


def check(size: int, limit_bytes: int) -> None:
    """Raise `TooLarge` for a body of more bytes than the limit."""
    if size > limit_bytes:
        raise errors.TooLarge(limit_bytes=limit_bytes)
