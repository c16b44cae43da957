"""The only thing that speaks to a language model: posts a body from the door and gives what came, whole or in pieces, within its limits."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager

import httpx2

from hanse.ai.language import failures, replies
from hanse.ai.language.door import Body
from hanse.ai.language.failures import Failure
from hanse.ai.language.model import Model
from hanse.ai.language.replies import Completion
from hanse.base import tracing

CONNECT_SECONDS = 5.0
QUIET_SECONDS = 30.0
"""How long an answer may pause between two pieces."""
LARGEST_ANSWER_BYTES = 8_000_000
LARGEST_ERROR_BYTES = 65_536
LONGEST_LINE_BYTES = 1_000_000
END = b"[DONE]"
ENDLESS = "an answer without an end"


async def complete(http: httpx2.AsyncClient, model: Model, body: Body) -> Completion:
    """Return a whole answer; raises `Failure`. How long it may take in all is up to the caller."""
    try:
        async with _posted(http, model, body, model.timeout_seconds) as response:
            return replies.whole(await _read(response, LARGEST_ANSWER_BYTES))
    except (httpx2.HTTPError, httpx2.InvalidURL, httpx2.StreamError, OSError, UnicodeError) as error:
        raise _failure(error) from None


async def pieces(http: httpx2.AsyncClient, model: Model, body: Body) -> AsyncGenerator[bytes, None]:
    """Give the data of a streamed answer, piece by piece, or all of it where the endpoint does not stream; raises `Failure`."""
    try:
        async with _posted(http, model, body, max(model.timeout_seconds, QUIET_SECONDS)) as response:
            if "event-stream" not in response.headers.get("content-type", ""):
                yield await _read(response, LARGEST_ANSWER_BYTES)
                return
            async with aclosing(_lines(response)) as lines:
                async for line in lines:
                    name, _, data = line.partition(b":")
                    if name == b"data" and data.strip():
                        yield data.strip()
    except (httpx2.HTTPError, httpx2.InvalidURL, httpx2.StreamError, OSError, UnicodeError) as error:
        raise _failure(error) from None


@asynccontextmanager
async def _posted(http: httpx2.AsyncClient, model: Model, body: Body, read_seconds: float) -> AsyncIterator[httpx2.Response]:
    timeout = httpx2.Timeout(read_seconds, connect=min(CONNECT_SECONDS, model.timeout_seconds), pool=None)
    headers = model.headers | tracing.headers()
    async with http.stream("POST", model.address, content=body.content, headers=headers, timeout=timeout) as response:
        if response.status_code != 200:
            content = await _read(response, LARGEST_ERROR_BYTES)
            raise failures.of_status(response.status_code, response.headers, content)
        yield response


async def _read(response: httpx2.Response, most: int) -> bytes:
    found = bytearray()
    async for part in response.aiter_bytes():
        found += part
        if len(found) > most:
            raise Failure(ENDLESS, is_billed=True)
    return bytes(found)


async def _lines(response: httpx2.Response) -> AsyncGenerator[bytes, None]:
    """Give the lines of an answer, of limited length and number."""
    held, taken = b"", 0
    async for part in response.aiter_bytes():
        taken += len(part)
        *lines, held = (held + part).split(b"\n")
        if taken > LARGEST_ANSWER_BYTES or len(held) > LONGEST_LINE_BYTES:
            raise Failure(ENDLESS, is_billed=True)
        for line in lines:
            yield line.rstrip(b"\r")
    if held:
        yield held


def _failure(error: Exception) -> Failure:
    """Return what happened on the way, by its kind: messages of transport errors may quote addresses with keys."""
    if isinstance(error, httpx2.ConnectTimeout | httpx2.ConnectError):
        return Failure("no connection", passes=True)
    if isinstance(error, httpx2.TimeoutException):
        return Failure(failures.LATE, is_billed=True)
    if isinstance(error, httpx2.InvalidURL | httpx2.UnsupportedProtocol | UnicodeError):
        return Failure("an address that cannot be used")
    return Failure("the connection broke", passes=True, is_billed=True)
