"""Who calls over HTTP or MCP: API keys, remembered for a moment, each with its own rate limit."""

from __future__ import annotations

import math
import time
from collections.abc import Collection
from dataclasses import dataclass
from hashlib import sha256

from hanse.base import errors
from hanse.base.context import Caller
from hanse.data.access import keys
from hanse.serve.runtime import Runtime

REMEMBER_SECONDS = 30.0
MOST_REMEMBERED = 10_000
WINDOW_SECONDS = 60
WRITES = "events.record"


@dataclass(frozen=True)
class _Remembered:
    caller: Caller | None
    until: float


class KeyRing:
    """The API keys one process has seen lately. A revoked key is forgotten at once, by the news of its revocation."""

    def __init__(self, runtime: Runtime) -> None:
        """Look keys up through a runtime."""
        self._runtime = runtime
        self._remembered: dict[bytes, _Remembered] = {}
        self._forgotten = 0
        self._limit = runtime.settings.request_limit
        self._window = 0
        self._counts: dict[str, int] = {}
        runtime.changes.on("keys", self.forget)

    async def forget(self, detail: str = "") -> None:
        """Look every key up again."""
        del detail
        self._remembered.clear()
        self._forgotten += 1

    async def caller(self, authorization: str | None) -> Caller:
        """Return who sends an `Authorization: Bearer KEY`; raises `NotSignedIn` or `TooManyRequests`."""
        scheme, _, key = (authorization or "").partition(" ")
        caller = await self._find(key.strip()) if scheme.lower() == "bearer" and key else None
        if caller is None:
            raise errors.NotSignedIn
        self._count(caller)
        return caller

    def _count(self, caller: Caller) -> None:
        """Count a request in the present minute (a fixed window: one addition a request, and nothing to sweep)."""
        now = time.time()
        window = int(now // WINDOW_SECONDS)
        if window != self._window:
            self._window, self._counts = window, {}
        count = self._counts[caller.name] = self._counts.get(caller.name, 0) + 1
        if count > self._limit:
            left = math.ceil((window + 1) * WINDOW_SECONDS - now)
            raise errors.TooManyRequests(limit=self._limit, retry_after_seconds=left)

    async def _find(self, key: str) -> Caller | None:
        digest = sha256(key.encode()).digest()
        found = self._remembered.get(digest)
        if found is None or found.until < time.monotonic():
            forgotten = self._forgotten
            found = _Remembered(await self._look_up(key), time.monotonic() + REMEMBER_SECONDS)
            if len(self._remembered) >= MOST_REMEMBERED:
                self._remembered.clear()
            if forgotten == self._forgotten:  # else a key was revoked meanwhile, perhaps this one
                self._remembered[digest] = found
        return found.caller

    async def _look_up(self, key: str) -> Caller | None:
        resources = self._runtime.resources
        async with resources.pool.connection() as connection:
            found = await keys.find(connection, key, now=resources.clock.now())
        return Caller("key", found.name, _expanded(found.scopes)) if found else None


def _expanded(scopes: Collection[str]) -> frozenset[str]:
    """Spell out `write`, which is for keys that stand in web pages: it sends events and reads nothing."""
    return frozenset(scopes) | ({WRITES} if "write" in scopes else frozenset())
