"""Vectors that are kept: those of public texts in the database, by model and digest; and which model made an index.

No text is kept, and nothing of people: what somebody typed is remembered by `memory` for a while, in this process alone.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum

import numpy as np

from hanse.ai.text.encoder import Encoder, Public, Vectors
from hanse.ai.text.errors import MixedModels
from hanse.base import database
from hanse.base.database import Connection, Queries

queries = Queries(__package__)
HALF = np.dtype("<f2")
"""What is kept of a number: dot products of vectors of length one change by less than 0.0005, which changes no order that means anything."""
UNUSED_DAYS = 180
"""After so many days without use a vector may be deleted."""


class Form(StrEnum):
    """What a text is encoded as."""

    QUERY = "query"
    PASSAGE = "passage"


def digest(form: Form, text: str) -> bytes:
    """Return what stands for a text: 16 bytes, so that two texts in a billion billion have the same."""
    return hashlib.blake2b(f"{form}\0{text}".encode(errors="surrogatepass"), digest_size=16).digest()


def encode(encoder: Encoder, form: Form, texts: Sequence[str]) -> Vectors:
    """Encode texts and round as what is kept is rounded, so that an answer does not depend on what was kept."""
    made = encoder.encode_queries(texts) if form is Form.QUERY else encoder.encode_passages(texts)
    return made.astype(HALF).astype(np.float32)


async def find(connection: Connection, model: str, digests: Sequence[bytes], today: date) -> dict[bytes, Vectors]:
    """Return those of some digests that are kept for a model, in one question."""
    values = {"model": model, "digests": list(digests), "today": today}
    rows = await (await connection.execute(queries["find_vectors"], values, binary=True)).fetchall()
    if rows:
        await connection.execute(queries["touch_vectors"], values)
    return {row["digest"]: np.frombuffer(row["vector"], HALF).astype(np.float32) for row in rows}


async def keep(connection: Connection, model: str, vectors: Mapping[bytes, Vectors], today: date) -> None:
    """Keep vectors by the digests of their public texts."""
    # In one order everywhere, so that two who keep the same at the same time wait for each other instead of locking each other.
    rows = ((model, each, vectors[each].astype(HALF).tobytes(), today) for each in sorted(vectors))
    await database.upsert(connection, "text_vectors", ("model", "digest", "vector", "used_on"), ("model", "digest"), rows)


def digests(form: Form, texts: Sequence[Public]) -> list[bytes]:
    """Return the digests of public texts.

    Raises `TypeError` for others: what a person wrote may not be kept.
    """
    if not all(isinstance(text, Public) for text in texts):
        raise TypeError("only texts marked as Public are kept; encode others with the encoder itself")
    return [digest(form, text) for text in texts]


async def forget(connection: Connection, today: date, unused_days: int = UNUSED_DAYS) -> int:
    """Delete what nobody has asked for in a long time; return how many vectors."""
    return (await connection.execute(queries["forget_vectors"], {"before": today - timedelta(days=unused_days)})).rowcount


async def claim(connection: Connection, index: str, model: str, now: datetime) -> None:
    """Say that an index is made, or read, by a model; the first one who says so decides.

    Raises `MixedModels` where it is another's.
    """
    await connection.execute(queries["claim_index"], {"name": index, "model": model, "now": now})
    row = await (await connection.execute(queries["index_model"], {"name": index})).fetchone()
    if row is not None and row["model"] != model:
        raise MixedModels(index=index, found=row["model"], model=model)


async def begin(connection: Connection, index: str, model: str, now: datetime) -> None:
    """Say that an index begins anew with a model; to be called in the transaction that empties it."""
    await connection.execute(queries["begin_index"], {"name": index, "model": model, "now": now})
