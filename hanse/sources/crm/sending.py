"""One request to the other side: one host, checked addresses, no redirects, bounded times and sizes; trying again is the job's part."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

import httpx2

from hanse.sources.crm.errors import InvalidTarget, TargetAway, TargetRefused
from hanse.sources.crm.schemas import TargetOptions
from hanse.sources.source.addresses import OneHost
from hanse.sources.source.api import AGENT, retry_after
from hanse.sources.source.errors import AddressNotAllowed

TIMEOUT = httpx2.Timeout(15.0, connect=5.0)
LARGEST_ANSWER_BYTES = 1_000_000
REFUSED = frozenset({400, 405, 406, 409, 411, 413, 414, 415, 422, 431})
"""Answers that are about this message, which trying again does not change; keys and addresses may be mended meanwhile."""


def check_url(options: TargetOptions) -> None:
    """Raise `InvalidTarget` for an address that nothing may be sent to."""
    try:
        parts = urlsplit(options.url.strip())
        has_port = parts.port is None or parts.port > 0
    except ValueError:
        raise InvalidTarget(what="the address", reason="cannot be read") from None
    if not (parts.hostname and has_port and parts.scheme in {"https", "http"}) or parts.username or parts.password or parts.fragment:
        raise InvalidTarget(what="the address", reason="has to be like https://crm.example/hooks, without a password")
    if parts.scheme != "https" and not options.allow_private:
        raise InvalidTarget(what="the address", reason="has to begin with https://")


def client(options: TargetOptions) -> httpx2.AsyncClient:
    """Return a client that reaches the host of a target alone; use as `async with`."""
    host = (urlsplit(options.url).hostname or "").lower()
    transport = OneHost(host, allow_private=options.allow_private)
    return httpx2.AsyncClient(transport=transport, timeout=TIMEOUT, follow_redirects=False, trust_env=False, headers={"User-Agent": AGENT})


async def post(through: httpx2.AsyncClient, url: str, body: bytes, headers: Mapping[str, str]) -> bytes:
    """Send a body; return the answer. Raises `TargetRefused` and `TargetAway`."""
    try:
        async with through.stream("POST", url, content=body, headers={"Content-Type": "application/json", **headers}) as response:
            answer = bytearray()
            async for part in response.aiter_bytes():
                answer += part
                if len(answer) > LARGEST_ANSWER_BYTES:
                    raise TargetRefused(reason="its answer is too large")
    except AddressNotAllowed:
        raise TargetAway(reason="its address is not one on the internet") from None
    except (httpx2.TransportError, httpx2.DecodingError) as error:
        raise TargetAway(reason=type(error).__name__) from error
    if response.status_code < 300:
        return bytes(answer)
    reason = f"status {response.status_code}"
    if response.status_code in REFUSED:
        raise TargetRefused(reason=reason)
    raise TargetAway(reason=reason, retry_after_seconds=retry_after(response.headers))
