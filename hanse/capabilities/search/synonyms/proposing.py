"""Asking a small model, where there is one, about searches that found nothing: it may only say that a word means one of the shop's, or nothing.

What it says waits for somebody's decision as everything else does, and is marked as said by a model.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import NamedTuple

from hanse.ai.language import gateway
from hanse.ai.language.commands import Commands
from hanse.ai.language.masking import Conversation
from hanse.ai.language.requests import Answer, NoAnswer, Request, Role, Why
from hanse.ai.text import encoder
from hanse.ai.text.errors import EncoderMissing
from hanse.base.context import Context
from hanse.base.database import Queries
from hanse.base.operation import Purpose
from hanse.capabilities.search import encoding
from hanse.capabilities.search.synonyms.evidence import MOST_WORDS, Evidence, differing
from hanse.capabilities.search.synonyms.prompts import PROPOSALS, PROPOSE, Means, Missed
from hanse.data.lake.searched import normalised

queries = Queries(__package__)
DAYS = 90
LEAST = 3
"""How often something was searched for at least, as in the report: what was typed once may name a person."""
MOST_ASKED = 30
NEAREST, CATEGORIES, MOST_CANDIDATES = 12, 20, 60
DEADLINE_SECONDS, MOST_TOKENS = 30.0, 300
SHORTEST = 3
"""Letters of a word that says what something is."""
PASSING = frozenset({Why.UNUSABLE, Why.TOO_LONG})
"""After these the next question may be answered; after any other no question is."""


class Vain(NamedTuple):
    """A query that found nothing whenever it was searched for, with words of the shop that are near it."""

    query: str
    searches: int
    words: tuple[str, ...]


async def propose(context: Context) -> list[Evidence]:
    """Return what a model takes to mean the same; nothing where there is no model. Holds no connection while it asks."""
    if not await gateway.is_there(context, Role.SMALL):
        return []
    await context.progress(0.02, "asking a language model about searches that found nothing")
    found: list[Evidence] = []
    for each in await _in_vain(context):
        said = await gateway.ask(context, _request(each))
        if isinstance(said, NoAnswer) and said.why not in PASSING:
            break
        found += _meant(said, each) if isinstance(said, Answer) else ()
    return found


async def _in_vain(context: Context) -> list[Vain]:
    async with context.resources.pool.connection() as connection:
        facts = {"since": context.clock.now() - timedelta(days=DAYS), "least": LEAST, "most": MOST_ASKED}
        rows = await (await connection.execute(queries["in_vain"], facts)).fetchall()
        categories = await (await connection.execute(queries["categories"], {"most": CATEGORIES})).fetchall()
    asked = [(query, row["searches"]) for row in rows if (query := normalised(row["typed"])) and not _is_personal(row["typed"])]
    near = await _near(context, [query for query, _ in asked])
    usual = [row["shown"] for row in categories]
    return [Vain(query, count, words) for (query, count), texts in zip(asked, near, strict=True) if (words := _words(texts, usual))]


def _is_personal(typed: str) -> bool:
    """Return whether somebody is named in a query, which is then no search for a product."""
    return Conversation().mask(typed) != typed


async def _near(context: Context, texts: Sequence[str]) -> list[list[str]]:
    """Return titles of the products that are nearest to each text in what they mean; none where there is no encoder."""
    if not texts or not context.settings.encode:
        return [[] for _ in texts]
    try:
        found = await asyncio.to_thread(encoder.of_people)
        vectors = await asyncio.to_thread(found.encode_queries, texts)
    except EncoderMissing:  # the doctor tells
        return [[] for _ in texts]
    async with context.resources.pool.connection() as connection:
        wanted = [{"vector": encoding.text(each), "most": NEAREST} for each in vectors]
        rows = [await (await connection.execute(queries["nearest_titles"], each)).fetchall() for each in wanted]
    return [[row["title"] for row in each] for each in rows]


def _words(titles: Iterable[str], categories: Iterable[str]) -> tuple[str, ...]:
    """Return the words of titles, the nearest first, and categories whole, as far as they may name a thing."""
    words = [word for title in titles for word in normalised(title).split() if word.isalpha() and len(word) >= SHORTEST]
    whole = [phrase for each in categories if 0 < len((phrase := normalised(each)).split()) <= MOST_WORDS]
    return tuple(dict.fromkeys((*words[: MOST_CANDIDATES - len(whole)], *whole)))[:MOST_CANDIDATES]


def _request(vain: Vain) -> Request:
    conversation = Conversation()
    given = (*vain.query.split(), vain.query)
    return PROPOSE.request(
        Missed(query=vain.query, shop_words=vain.words),
        conversation=conversation,
        purpose=Purpose.OPERATION,
        capability="search",
        shape=PROPOSALS.among(conversation, query_word=given, shop_word=vain.words),
        temperature=0.0,
        most_tokens=MOST_TOKENS,
        deadline_seconds=DEADLINE_SECONDS,
    )


def _meant(said: Answer, vain: Vain) -> list[Evidence]:
    pairs = [differing(each.query_word, each.shop_word) for each in said.of(Commands).commands if isinstance(each, Means)]
    return [Evidence(*pair, False, "model", vain.searches, 0, 0, 0.0, said.model) for pair in pairs if pair]
