"""Who may send events: write keys, remembered for a moment.

A client throws its data away on 401. So that is the answer to a key that never was, and to nothing else: whoever sends with a key that
was revoked, or may not write, is told to come again, and the data is there when somebody has put it right.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from hashlib import sha256

import psycopg
from psycopg_pool import PoolTimeout

from hanse.base import errors
from hanse.base.database import Queries
from hanse.data.access import keys
from hanse.serve.runtime import Runtime

queries = Queries(__package__)

REMEMBER_SECONDS = 30.0
MOST_REMEMBERED = 10_000
ENOUGH = frozenset({"*", keys.WRITE, keys.STOREFRONT, "events", "events.record"})
"""Scopes of which one is enough to send events."""


class KeyOutOfUse(errors.HanseError):
    """The write key {name} was revoked, or may not send events. Send again once somebody has put that right."""

    status = 503
    exit_code = 6


class Standing(Enum):
    """What a key is to us."""

    IN_USE = "in use"
    OUT_OF_USE = "out of use"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Writer:
    """A key as it was found."""

    standing: Standing
    source: str = ""
    """Its name, which is the source of its events."""


UNKNOWN = Writer(Standing.UNKNOWN)


class WriteKeys:
    """The write keys one process has seen lately. A change of keys is heard of at once."""

    def __init__(self, runtime: Runtime) -> None:
        """Look keys up through a runtime."""
        self._runtime = runtime
        self._remembered: dict[bytes, tuple[Writer, float]] = {}
        runtime.changes.on("keys", self.forget)

    async def forget(self, detail: str = "") -> None:
        """Look every key up again."""
        del detail
        self._remembered = {digest: (writer, 0.0) for digest, (writer, _) in self._remembered.items()}

    async def source(self, candidates: Iterable[str | None]) -> str:
        """Return the source of the first key that may send events; raises `NotSignedIn` or `KeyOutOfUse`."""
        refused: Writer | None = None
        for key in candidates:
            writer = await self.find(key) if key else UNKNOWN
            if writer.standing is Standing.IN_USE:
                return writer.source
            if writer.standing is Standing.OUT_OF_USE:
                refused = writer
        if refused is not None:
            raise KeyOutOfUse(name=refused.source, retry_after_seconds=300)
        raise errors.NotSignedIn

    async def find(self, key: str) -> Writer:
        """Return what a key is to us; while the database is away, what it was."""
        digest = sha256(key.encode()).digest()
        known = self._remembered.get(digest)
        if known is not None and known[1] > time.monotonic():
            return known[0]
        if not keys.is_well_formed(key):
            return UNKNOWN
        try:
            writer = await self._look_up(key, digest)
        except (psycopg.OperationalError, psycopg.InterfaceError, PoolTimeout):
            if known is None:
                raise
            return known[0]
        if len(self._remembered) >= MOST_REMEMBERED:
            self._remembered.clear()
        self._remembered[digest] = (writer, time.monotonic() + REMEMBER_SECONDS)
        return writer

    async def _look_up(self, key: str, digest: bytes) -> Writer:
        resources = self._runtime.resources
        async with resources.pool.connection() as connection:
            found = await keys.find(connection, key, now=resources.clock.now())
            if found is not None:
                return Writer(Standing.OUT_OF_USE if ENOUGH.isdisjoint(found.scopes) else Standing.IN_USE, found.name)
            row = await (await connection.execute(queries["name_of_key"], {"key_hash": digest})).fetchone()
            return Writer(Standing.OUT_OF_USE, row["name"]) if row else UNKNOWN
