"""Connections to endpoints: no redirects, no proxies from the environment, kept open between questions by a process that runs on."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import lru_cache

import httpx2

from hanse.base.context import Context

IDLE_SECONDS = 20.0
"""How long a connection is kept that nobody needs; endpoints close theirs after 30 to 75 seconds, and must not do so first."""


class Connections:
    """What one process keeps open: a handshake over the internet takes longer than all that the gateway does itself."""

    def __init__(self) -> None:
        """Have none open."""
        self._http: httpx2.AsyncClient | None = None

    async def forget(self, detail: str = "") -> None:
        """Keep them: a connection knows neither a model nor its key."""

    async def close(self) -> None:
        """Close them all."""
        http, self._http = self._http, None
        if http is not None:
            await http.aclose()

    def open(self) -> httpx2.AsyncClient:
        """Return what connects, for all questions of this process."""
        if self._http is None:
            self._http = _client()
        return self._http


def held(context: Context) -> Connections | None:
    """Return what this process keeps open; null where it keeps nothing, as in commands and some tests."""
    found = context.resources.held.get(Connections)
    return found if isinstance(found, Connections) else None


@asynccontextmanager
async def opened(kept: Connections | None = None) -> AsyncIterator[httpx2.AsyncClient]:
    """Give what connects: what is kept open, or for one question with its repetitions."""
    if kept is not None:
        yield kept.open()
        return
    async with _client() as http:
        yield http


def _client() -> httpx2.AsyncClient:
    limits = httpx2.Limits(max_connections=None, max_keepalive_connections=20, keepalive_expiry=IDLE_SECONDS)
    return httpx2.AsyncClient(verify=_trust(), follow_redirects=False, trust_env=False, limits=limits)


@lru_cache(maxsize=1)
def _trust() -> ssl.SSLContext:
    """Return the certificates to trust; reading them takes longer than all the rest."""
    return httpx2.create_ssl_context(trust_env=False)
