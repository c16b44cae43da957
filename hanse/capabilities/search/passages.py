"""Documents in passages: cut where paragraphs and sentences end, and found by words and meaning."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from hanse.ai.text import words
from hanse.base import database
from hanse.base.context import Context
from hanse.base.database import Queries
from hanse.capabilities.search import analysis, lexicon
from hanse.capabilities.search.query import Query
from hanse.capabilities.search.schemas import PassageHit
from hanse.data.catalog import pages
from hanse.data.catalog.pages import Page

queries = Queries(__package__)
PAGE = 200
LONGEST = 700
"""Characters of a passage: what the encoder reads well, and a person at a glance."""
COLUMNS = ("document_id", "place", "page", "language", "text", "lexemes", "read_at")
MOST = 30
FUSED = 60
"""The constant of reciprocal rank fusion (Cormack, Clarke and Büttcher 2009)."""
LEAST_NEAR = 0.82
_BLANK = re.compile(r"\n\s*\n")
_TABLE = re.compile(r"(?m)^[\s|:-]*-[\s|:-]*$|\|")
_MARKS = re.compile(r"(?m)^\s{0,3}(?:#{1,6}\s+|[-*+]\s+|>\s?)|[*_`]{1,3}|!?\[([^\]]*)\]\([^)]*\)")


async def index(context: Context, *, again: bool = False) -> dict[str, int]:
    """Read documents that changed into passages; all of them with `again`."""
    connection = await context.connection()
    if again:
        await connection.execute(queries["forget_passages"])
    known = await lexicon.read(connection)
    after, done = "", 0
    while rows := await (await connection.execute(queries["stale_documents"], {"after": after, "most": PAGE})).fetchall():
        ids = [row["document_id"] for row in rows]
        await connection.execute(queries["drop_passages"], {"document_ids": ids})
        places: Counter[str] = Counter()
        async for some in pages.read(connection, document_ids=ids):
            await database.copy(connection, "search_passages", COLUMNS, [row for page in some for row in _rows(page, places, known)])
        after, done = ids[-1], done + len(ids)
    return {"documents": done}


def _rows(page: Page, places: Counter[str], known: lexicon.Lexicon) -> Iterator[tuple[Any, ...]]:
    for text in list(cut(page.text, page.language)) or [page.title]:
        lexemes = str(analysis.passage(text, page.title, page.language, known.analyser))
        yield (page.document_id, places[page.document_id], page.page, page.language, text, lexemes, page.updated_at)
        places[page.document_id] += 1


def cut(body: str, language: str) -> Iterator[str]:
    """Cut a Markdown text into passages of whole sentences, without its marks."""
    held = ""
    for paragraph in _BLANK.split(body):
        for sentence in words.sentences(plain(paragraph), language):
            for piece in _pieces(sentence):
                if held and len(held) + len(piece) > LONGEST:
                    yield held
                    held = ""
                held = f"{held} {piece}".strip()
    if held:
        yield held


def plain(markdown: str) -> str:
    """Return a Markdown text without its marks."""
    return " ".join(_MARKS.sub(lambda found: found[1] or " ", _TABLE.sub(" ", markdown)).split())


def _pieces(sentence: str) -> Iterator[str]:
    for begin in range(0, len(sentence), LONGEST):
        yield sentence[begin : begin + LONGEST]


async def find(context: Context, query: Query, vector: str | None, language: str, limit: int) -> list[PassageHit]:
    """Return the passages that answer a query best: by words and by meaning, fused by their ranks; one of each document."""
    if not limit or query.is_empty:
        return []
    facts = {"query": query.loose, "vector": vector, "languages": [language, "und"], "most": MOST}
    rows = await (await (await context.connection()).execute(queries["passages_matching"], facts)).fetchall()
    scored = sorted(((_fused(row), row) for row in rows if _is_near(row)), key=lambda pair: (-pair[0], pair[1]["document_id"]))
    best: dict[str, PassageHit] = {}
    for score, row in scored:
        best.setdefault(row["document_id"], _hit(row, score))
    return list(best.values())[:limit]


def _is_near(row: Mapping[str, Any]) -> bool:
    return row["place_by_words"] is not None or row["near_score"] >= LEAST_NEAR


def _fused(row: Mapping[str, Any]) -> float:
    """Return a score from 0 to 1; first in both ways is 1."""
    places = [row[name] for name in ("place_by_words", "place_by_meaning") if row[name] is not None]
    return sum((FUSED + 1) / (FUSED + float(place)) for place in places) / 2


def _hit(row: Mapping[str, Any], score: float) -> PassageHit:
    shown: Sequence[str] = ("document_id", "title", "kind", "page", "text", "url", "product_ids")
    return PassageHit(**{name: row[name] for name in shown}, score=round(score, 4))
