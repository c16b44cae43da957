"""Vectors of public pictures that are kept, by model and address; of a picture that could not be looked at, why not and when that was.

Neither pictures nor their addresses are kept.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

import numpy as np

from hanse.ai.image.weights import Floats
from hanse.base import database
from hanse.base.database import Connection, Queries

queries = Queries(__package__)
HALF = np.dtype("<f2")
TRIED_AGAIN = timedelta(days=7)
"""After what time a picture that could not be looked at is tried again."""
UNUSED = timedelta(days=180)
COLUMNS = ("model", "digest", "vector", "reason", "read_at", "used_on")


class Look(NamedTuple):
    """What came of looking at a picture."""

    vector: Floats | None
    reason: str | None = None
    """Why there is no vector: no part of the picture or its address."""


def digest(address: str) -> bytes:
    """Return what stands for the address of a picture: 16 bytes."""
    return hashlib.blake2b(address.encode(errors="surrogatepass"), digest_size=16).digest()


async def find(connection: Connection, model: str, digests: Sequence[bytes], now: datetime) -> dict[bytes, Floats | None]:
    """Return the vectors kept of those of some pictures that were looked at, null where that did not work and is not to be tried again yet."""
    facts = {"model": model, "digests": list(digests), "since": now - TRIED_AGAIN, "today": now.date()}
    rows = await (await connection.execute(queries["find_looks"], facts, binary=True)).fetchall()
    if rows:  # of these alone: what is tried again is written by another connection meanwhile
        await connection.execute(queries["touch_looks"], {**facts, "digests": [row["digest"] for row in rows]})
    return {row["digest"]: None if row["vector"] is None else np.frombuffer(row["vector"], HALF).astype(np.float32) for row in rows}


async def keep(connection: Connection, model: str, looks: Mapping[bytes, Look], now: datetime) -> None:
    """Keep what came of looking at pictures, by the digests of their addresses."""
    rows = (
        (model, key, None if look.vector is None else look.vector.astype(HALF).tobytes(), look.reason, now, now.date())
        for key, look in sorted(looks.items())
    )
    await database.upsert(connection, "image_vectors", COLUMNS, ("model", "digest"), rows)


async def forget(connection: Connection, now: datetime) -> None:
    """Delete what nobody has asked for in half a year."""
    await connection.execute(queries["forget_looks"], {"before": (now - UNUSED).date()})
