"""Writing the index: the words and facets of products that changed, what they cost, and the words of the shop.

What is read is committed a page at a time, so that a job that is killed goes on where it was.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

from psycopg import sql

from hanse.ai.text import words
from hanse.base import changes, database
from hanse.base.context import Context
from hanse.base.database import Connection, Queries
from hanse.capabilities.search import analysis, facets, lexicon
from hanse.capabilities.search.analysis import Entry
from hanse.capabilities.search.lexicon import ENTRIES, TOPIC, Lexicon

queries = Queries(__package__)
PAGE = 1_000
LEAST_KNOWN_SHARE = 0.5
"""Where fewer products than this are in the index, the words of the shop are counted first."""
PHRASE = ("language", "phrase", "kind", "shown", "value", "weight", "products")
COLUMNS = ("product_id", "group_id", "lexemes", "facets", "created_at", "read_at")


async def index(context: Context) -> dict[str, int]:
    """Bring the index up to date: products that changed since they were read, what all of them cost, and what is not sold any more."""
    count = await _count(await context.connection())
    if count["entries"] < count["sold"] * LEAST_KNOWN_SHARE:
        return await rebuild(context)
    known = await lexicon.read(await context.connection())
    return await _bring_up(context, known, total=count["stale"])


async def rebuild(context: Context) -> dict[str, int]:
    """Count the words of the shop anew and read every product again; searches go on meanwhile, in what was there."""
    connection = await context.connection()
    await context.progress(0.02, "counting words")
    written = await _count_words(connection)
    known = Lexicon(written, written, sum(written.values()))
    await _execute(context, "forget_reading")
    total = (await _count(connection))["stale"]
    return await _bring_up(context, known, total=total, is_new=True)


async def _bring_up(context: Context, known: Lexicon, *, total: int, is_new: bool = False) -> dict[str, int]:
    found: Counter[str] = Counter()
    done = 0
    async for page in stale(context, "search_entries"):
        entries = [(row, analysis.product(row, known.analyser)) for row in page]
        for _, entry in entries:
            found.update(entry.words)
        await _write(context, entries)
        done += len(page)
        await context.progress(0.05 + 0.9 * min(1.0, done / max(total, 1)), f"{done:,} of {total:,} products read")
    gone = await _execute(context, "drop_gone")
    await context.progress(0.96, "prices, stock and what sells")
    offers = await _execute(context, "refresh_offers", now=context.clock.now())
    new = await _put_words(context, known, found, is_new=is_new)
    if done or gone or offers:
        await _phrases(context)
        async with context.resources.pool.connection() as connection:
            await changes.announce(connection, TOPIC, "" if new else ENTRIES)
    return {"read": done, "gone": gone, "words": len(found) if is_new else new}


async def stale(context: Context, index: Literal["search_entries", "search_vectors"]) -> AsyncIterator[list[dict[str, Any]]]:
    """Go through the products that an index does not have as they are now, by their ids, each page in a transaction of its own."""
    after, statement = "", sql.SQL(queries["stale"]).format(index=sql.Identifier(index))
    while True:
        async with context.resources.pool.connection() as connection:
            rows = await (await connection.execute(statement, {"after": after, "most": PAGE})).fetchall()
        if not rows:
            return
        yield rows
        after = rows[-1]["product_id"]


async def _write(context: Context, entries: Sequence[tuple[Mapping[str, Any], Entry]]) -> None:
    async with context.resources.pool.connection() as connection:
        numbers = await facets.number(connection, [facets.of(row) for row, _ in entries])
        rows = [
            (row["product_id"], row["parent_id"] or row["product_id"], str(entry), found, row["created_at"], row["updated_at"])
            for (row, entry), found in zip(entries, numbers, strict=True)
        ]
        await database.upsert(connection, "search_entries", COLUMNS, ("product_id",), rows)


async def _count_words(connection: Connection) -> Counter[str]:
    """Count how many products have each word as it stands."""
    found: Counter[str] = Counter()
    after = ""
    while rows := await (await connection.execute(queries["texts"], {"after": after, "most": PAGE})).fetchall():
        for row in rows:
            found.update(set(_letters(row["texts"])))
        after = rows[-1]["product_id"]
    return found


def _letters(text: str) -> Iterable[str]:
    return (piece for token in words.tokens(text) for piece in words.parts(token) if piece.isalpha() and len(piece) > 1)


async def _put_words(context: Context, known: Lexicon, found: Counter[str], *, is_new: bool) -> int:
    """Write words that are new, or all of them; return how many."""
    rows = [(word, known.written.get(word, 0), count) for word, count in found.items()]
    if not is_new:
        rows = [(word, count, count) for word, _, count in rows if word not in known.products]
    async with context.resources.pool.connection() as connection:
        if is_new:
            await connection.execute(queries["empty_words"])
        if rows:
            await database.upsert(connection, "search_words", ("word", "written", "products"), ("word",), rows)
    return len(rows)


async def _phrases(context: Context) -> None:
    """Write what is suggested: categories and brands with what they have."""
    async with context.resources.pool.connection() as connection:
        rows = await (await connection.execute(queries["facet_phrases"])).fetchall()
        await connection.execute(queries["empty_phrases"])
        await database.upsert(connection, "search_phrases", PHRASE, ("language", "kind", "value"), (_phrase(row) for row in rows))


def _phrase(row: Mapping[str, Any]) -> tuple[object, ...]:
    shown = row["title"].rpartition(" > ")[2]
    return (
        row["language"],
        words.normal(shown),
        row["name"],
        shown,
        row["title"] if row["name"] == "category" else shown,
        row["weight"],
        row["products"],
    )


async def _execute(context: Context, name: str, **facts: datetime) -> int:
    async with context.resources.pool.connection() as connection:
        return (await connection.execute(queries[name], facts)).rowcount


async def _count(connection: Connection) -> dict[str, int]:
    row = await (await connection.execute(queries["count"])).fetchone()
    return dict(row) if row else {}
