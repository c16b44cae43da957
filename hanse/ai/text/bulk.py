"""Encoding many public texts, a part at a time: what is kept is not encoded again, so that a killed job goes on where it was.

For jobs that fill an index: they claim it by `store.claim`, go through the parts and write the vectors where they search them.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np

from hanse.ai.text import store
from hanse.ai.text.encoder import Encoder, Public, Vectors, batches
from hanse.ai.text.store import Form
from hanse.base.clock import Clock
from hanse.base.context import Context
from hanse.base.database import Pool

PART = 128
"""Texts that are encoded and committed together: some seconds of work, so that little is lost."""

KeyT = TypeVar("KeyT")


@dataclass(frozen=True)
class Part(Generic[KeyT]):
    """Some texts' keys and their vectors, one row a key."""

    keys: list[KeyT]
    vectors: Vectors
    encoded: int
    """How many distinct texts of it had to be encoded."""


async def vectors(pool: Pool, clock: Clock, encoder: Encoder, texts: Sequence[Public], form: Form = Form.PASSAGE) -> tuple[Vectors, int]:
    """Return the vectors of public texts, one row a text, and how many had to be encoded; those are committed at once.

    Raises as the encoder does.
    """
    if not texts:
        return np.empty((0, encoder.dimensions), np.float32), 0
    keys, today = store.digests(form, texts), clock.now().date()
    width = await asyncio.to_thread(lambda: encoder.dimensions)
    async with pool.connection() as connection:
        kept = await store.find(connection, encoder.model, keys, today)
    # A model of the same name may have been put in another's place at an endpoint.
    found = {key: vector for key, vector in kept.items() if len(vector) == width}
    lacking = {key: text for key, text in zip(keys, texts, strict=True) if key not in found}
    if lacking:
        made = await asyncio.to_thread(store.encode, encoder, form, list(lacking.values()))
        fresh = dict(zip(lacking, made, strict=True))
        async with pool.connection() as connection:
            await store.keep(connection, encoder.model, fresh, today)
        found |= fresh
    return np.stack([found[key] for key in keys]), len(lacking)


async def encode(
    context: Context,
    encoder: Encoder,
    texts: AsyncIterator[Sequence[tuple[KeyT, Public]]],
    *,
    total: int = 0,
    form: Form = Form.PASSAGE,
) -> AsyncIterator[Part[KeyT]]:
    """Go through batches of keys and public texts; give their vectors a part at a time, and tell the job how far it is.

    Raises as the encoder does. `total` is how many texts there are; without it only the count is told.
    """
    done = 0
    async for batch in texts:
        for some in batches(batch, PART):
            found, fresh = await vectors(context.resources.pool, context.clock, encoder, [text for _, text in some], form)
            done += len(some)
            note = f"{done:,} of {total:,} texts have vectors" if total else f"{done:,} texts have vectors"
            await context.progress(min(1.0, done / total) if total else 0.5, note)
            yield Part([key for key, _ in some], found, fresh)
