"""Vectors of products and passages, by the encoder of this house, as what people type may not leave it.

What was encoded once is kept by `hanse.ai.text.store`, so that a job that is killed goes on where it was, and what several capabilities
encode is encoded once.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from hanse.ai.text import bulk, encoder, store
from hanse.ai.text.encoder import Public, Vectors
from hanse.base.context import Context
from hanse.base.database import Queries
from hanse.capabilities.search import indexing
from hanse.data.catalog import passages

queries = Queries(__package__)
INDEX = "search"
SECONDS = 1_500.0
"""How long one run encodes; the next one goes on."""
PAGE = 200


async def encode(context: Context) -> dict[str, Any]:
    """Encode what is new, products first, for some time; return how many there were."""
    if not context.settings.encode:
        return {"products": 0, "passages": 0}
    found = await asyncio.to_thread(encoder.of_people)
    await store.claim(await context.connection(), INDEX, found.model, context.clock.now())
    end = time.monotonic() + SECONDS
    products = await _encode(context, found, PRODUCTS, end)
    return {"products": products, "passages": await _encode(context, found, PASSAGES, end)}


async def _encode(context: Context, found: encoder.Encoder, index: _Index, end: float) -> int:
    row = await (await (await context.connection()).execute(queries[index.left])).fetchone()
    total = int(row["count"]) if row else 0
    done = 0
    async for part in bulk.encode(context, found, index.texts(context), total=total):
        async with context.resources.pool.connection() as connection:
            ids, others = [key[0] for key in part.keys], [key[1] for key in part.keys]
            await connection.execute(queries[index.put], {"ids": ids, "others": others, "vectors": [text(each) for each in part.vectors]})
        done += len(part.keys)
        if part.encoded and time.monotonic() > end:
            break
    return done


def text(vector: Vectors) -> str:
    """Return a vector as pgvector reads it."""
    return f"[{','.join(f'{each:.5g}' for each in vector.tolist())}]"


async def _products(context: Context) -> AsyncIterator[Sequence[tuple[tuple[str, datetime], Public]]]:
    async for page in indexing.stale(context, "search_vectors"):
        yield [((row["product_id"], row["updated_at"]), Public(passages.passage(row, context.settings.language))) for row in page]


async def _documents(context: Context) -> AsyncIterator[Sequence[tuple[tuple[str, int], Public]]]:
    after, place = "", -1
    while True:
        async with context.resources.pool.connection() as connection:
            facts = {"after": after, "place": place, "most": PAGE}
            rows = await (await connection.execute(queries["passages_without_vector"], facts)).fetchall()
        if not rows:
            return
        yield [((row["document_id"], row["place"]), Public(f"{row['title']}. {row['text']}")) for row in rows]
        after, place = rows[-1]["document_id"], rows[-1]["place"]


class _Index(NamedTuple):
    """What is encoded, the statements that count what is left and that write vectors, and the texts with their keys."""

    left: str
    put: str
    texts: Callable[[Context], AsyncIterator[Sequence[tuple[tuple[Any, ...], Public]]]]


PRODUCTS = _Index("count_unread", "put_vectors", _products)
PASSAGES = _Index("count_passages_without_vector", "put_passage_vectors", _documents)
