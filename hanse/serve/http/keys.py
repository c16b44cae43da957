"""Who calls over HTTP or MCP: API keys, remembered for a moment, each with its own rate limit.

A public key stands in web pages, so anybody may be calling: it is taken from the address, too, as browsers then need not ask first;
it is refused from pages that are not its own; and each visitor has a limit, so that one cannot use up what is there for all.
"""

from __future__ import annotations

import math
import time
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from ipaddress import IPv6Network

from hanse.base import errors
from hanse.base.context import Caller
from hanse.data.access import keys
from hanse.data.access.keys import ApiKey
from hanse.serve.runtime import Runtime

REMEMBER_SECONDS = 30.0
MOST_REMEMBERED = 10_000
WINDOW_SECONDS = 60
WRITES = "events.record"
VISITOR_LIMIT = 300
"""Requests per minute that one visitor may make with a public key."""


class OriginRefused(errors.HanseError):
    """The key {name} may not be used from {origin}. Take a key that names this address, or make one for that shop."""

    status = 403
    exit_code = 3


@dataclass(frozen=True)
class Page:
    """The web page that a call comes from, as browser and proxy say."""

    key: str = ""
    """The key in the address; only a public one is taken from there."""
    origin: str = ""
    visitor: str = ""

    @property
    def network(self) -> str:
        """Return what a visitor has one of: the address, or of IPv6 the first half, as the second is theirs to choose."""
        if ":" not in self.visitor:
            return self.visitor
        with suppress(ValueError):
            return str(IPv6Network((self.visitor.partition("%")[0], 64), strict=False))
        return self.visitor


NOWHERE = Page()


@dataclass(frozen=True)
class _Remembered:
    caller: Caller | None
    until: float
    origins: tuple[str, ...] = ()


NOBODY = _Remembered(None, 0.0)


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
        self._open = frozenset({WRITES, *(each.name for each in runtime.registry.operations.values() if each.public)})
        runtime.changes.on("keys", self.forget)

    async def forget(self, detail: str = "") -> None:
        """Look every key up again."""
        del detail
        self._remembered.clear()
        self._forgotten += 1

    async def caller(self, authorization: str | None, page: Page = NOWHERE) -> Caller:
        """Return who sends an `Authorization: Bearer KEY`; raises `NotSignedIn`, `OriginRefused` or `TooManyRequests`."""
        scheme, _, key = (authorization or "").partition(" ")
        key = key.strip() if scheme.lower() == "bearer" else ""
        found = await self._find(key or page.key) if key or page.key else NOBODY
        if found.caller is None or not (key or found.caller.public):
            raise errors.NotSignedIn
        if found.origins and page.origin.lower() not in found.origins:
            raise OriginRefused(name=found.caller.name, origin=page.origin or "outside of web pages")
        if found.caller.public and self._counts.get(found.caller.name, 0) < self._limit:  # beyond that nobody new is remembered
            self._count(f"{found.caller.name}\0{page.network}", min(VISITOR_LIMIT, self._limit))
        self._count(found.caller.name, self._limit)
        return found.caller

    def _count(self, who: str, limit: int) -> None:
        """Count a request in the present minute (a fixed window: one addition a request, and nothing to sweep)."""
        now = time.time()
        window = int(now // WINDOW_SECONDS)
        if window != self._window:
            self._window, self._counts = window, {}
        count = self._counts[who] = self._counts.get(who, 0) + 1
        if count > limit:
            left = math.ceil((window + 1) * WINDOW_SECONDS - now)
            raise errors.TooManyRequests(limit=limit, retry_after_seconds=left)

    async def _find(self, key: str) -> _Remembered:
        digest = sha256(key.encode()).digest()
        found = self._remembered.get(digest)
        if found is None or found.until < time.monotonic():
            forgotten = self._forgotten
            found = await self._look_up(key)
            if len(self._remembered) >= MOST_REMEMBERED:
                self._remembered.clear()
            if forgotten == self._forgotten:  # else a key was revoked meanwhile, perhaps this one
                self._remembered[digest] = found
        return found

    async def _look_up(self, key: str) -> _Remembered:
        resources = self._runtime.resources
        async with resources.pool.connection() as connection:
            found = await keys.find(connection, key, now=resources.clock.now())
        until = time.monotonic() + REMEMBER_SECONDS
        if found is None:
            return _Remembered(None, until)
        return _Remembered(Caller("key", found.name, self._expanded(found), found.is_public), until, found.origins)

    def _expanded(self, key: ApiKey) -> frozenset[str]:
        """Spell out `write`, which sends events and reads nothing, and `storefront`, which may also call what is declared public, and no more."""
        if key.is_public:
            return self._open
        return key.scopes | ({WRITES} if keys.WRITE in key.scopes else frozenset())
