"""From the log to trees: which queries to learn from, what speaks for what they find, and the card of what was learned."""

from __future__ import annotations

import asyncio
import math
import time
from collections import Counter
from typing import Any

import numpy as np

import hanse
from hanse.ai import models
from hanse.ai.models import Card, Model, Models
from hanse.ai.models.errors import UnreadableModel
from hanse.ai.text import languages
from hanse.base import changes, database
from hanse.base.context import LANGUAGES, Context
from hanse.base.database import Queries
from hanse.capabilities.search import finding, learning, lexicon, query, ranking
from hanse.capabilities.search.finding import Ask, Filters
from hanse.capabilities.search.indexing import PHRASE
from hanse.capabilities.search.learning import Example, Learned, Trees
from hanse.capabilities.search.lexicon import Lexicon
from hanse.capabilities.search.meaning import Meaning
from hanse.data.lake import searched
from hanse.data.lake.searched import Searches

NAME = "search.products"
NEWER_SHARE = 0.2
MOST_QUERIES = 1_000
MOST_SUGGESTED = 5_000
"""Searches that may be suggested, the commonest."""
queries = Queries(__package__)


async def train(context: Context) -> dict[str, Any]:
    """Learn, and put into use what orders better than the weights by hand."""
    begin = time.monotonic()
    log = await asyncio.to_thread(searched.read, context.settings)
    await _suggest(context, log)
    known = await lexicon.read(await context.connection())
    edge = int(len(log) * (1 - NEWER_SHARE))
    place = np.arange(len(log))
    older = await _examples(context, known, log.part(place < edge), (0.05, 0.6))
    newer = await _examples(context, known, log.part(place >= edge), (0.6, 0.8))
    await context.progress(0.85, "growing trees")
    learned = await asyncio.to_thread(learning.learn, older, newer)
    if learned is None:
        return {"queries": len(older) + len(newer), "used": False}
    card = _card(context, log, learned, seconds=time.monotonic() - begin)
    version = await models.save(context, NAME, {}, {"trees": [learned.trees.text]}, card)
    if learned.is_better:
        await models.activate(context, version)
    return {"version": version, "queries": len(older) + len(newer), "used": learned.is_better, "ndcg": learned.ndcg, "by_hand": learned.by_hand}


def trees(model: Model) -> Trees:
    """Make what orders of a model; raises `ValueError` where it is none."""
    return Trees.of(model.texts["trees"][0])


def current(context: Context) -> tuple[Trees | None, str | None]:
    """Return the trees in use and their version; nothing where there are none, or they cannot be read."""
    model = context.resource(Models).current(NAME)
    if model is None:
        return None, None
    try:
        return model.view(trees), model.version
    except UnreadableModel:  # the console tells
        return None, None


async def _examples(context: Context, known: Lexicon, log: Searches, span: tuple[float, float]) -> list[Example]:
    """Ask the queries that several people typed, the commonest first, and see what came of each."""
    people = Counter(dict(zip(*_people(log), strict=True)))
    asked = [number for number, count in people.most_common(MOST_QUERIES) if count >= searched.LEAST_PEOPLE]
    clicks: dict[int, Counter[str]] = {number: Counter() for number in asked}
    for search, item in zip(log.outcome.tolist(), log.item.tolist(), strict=True):
        if (number := int(log.query[search])) in clicks:
            clicks[number][log.product_ids[item]] += 1
    made = []
    for place, number in enumerate(asked):
        if found := await _example(context, known, log.queries[number], clicks[number]):
            made.append(found)
        if place % 50 == 0:
            await context.progress(span[0] + (span[1] - span[0]) * place / len(asked), "asking what people searched for")
    return made


async def _suggest(context: Context, log: Searches) -> None:
    """Write what is suggested while somebody types: searches of several people that came to something, the commonest first."""
    fruitful = set(log.query[log.outcome].tolist())
    common = Counter({number: count for number, count in zip(*_people(log), strict=True) if count >= searched.LEAST_PEOPLE and number in fruitful})
    found = [(log.queries[number], count) for number, count in common.most_common(MOST_SUGGESTED)]
    spoken = await asyncio.to_thread(lambda: [languages.identify(text).language for text, _ in found])
    rows = [
        (language if language in LANGUAGES else "und", text, "search", text, text, math.log1p(count), 0)
        for (text, count), language in zip(found, spoken, strict=True)
    ]
    async with context.resources.pool.connection() as connection:
        await connection.execute(queries["empty_searches"])
        await database.upsert(connection, "search_phrases", PHRASE, ("language", "kind", "value"), rows)
        await changes.announce(connection, lexicon.TOPIC, lexicon.ENTRIES)


def _people(log: Searches) -> tuple[list[int], list[int]]:
    """Return the numbers of queries, and how many people typed each."""
    pairs = np.unique(np.stack([log.query.astype(np.int64), log.person]), axis=1)
    number, count = np.unique(pairs[0], return_counts=True)
    return number.tolist(), count.tolist()


async def _example(context: Context, known: Lexicon, text: str, clicks: Counter[str]) -> Example | None:
    asked = query.read(text, context.settings.language, known)
    if asked.is_empty or not clicks:
        return None
    begun = context.resource(Meaning).begin(context, asked.text)
    found = await finding.find(context, asked, Filters(), begun, Ask(finding.MOST, is_patient=True))
    if not found.products:
        return None
    features = np.array([each.features for each in found.products])
    return Example(features, np.array([clicks[each.product_id] for each in found.products]))


def _card(context: Context, log: Searches, learned: Learned, *, seconds: float) -> Card:
    return Card(
        name=NAME,
        method="LambdaMART (Burges 2010)",
        parameters={"trees": learning.TREES, "leaves": learning.LEAVES, "learning rate": learning.RATE, "looks at": ", ".join(ranking.FEATURES)},
        trained_at=context.clock.now(),
        data_since=log.since,
        data_until=log.until,
        sizes={"searches": len(log), "queries measured": learned.queries},
        measures={"NDCG@10": learned.ndcg, "NDCG@10 gained": learned.ndcg - learned.by_hand},
        intervals={"NDCG@10 gained": learned.gain},
        baseline={"NDCG@10": learned.by_hand},
        seconds=seconds,
        seed=learning.SEED,
        code_version=hanse.__version__,
        notes=NOTES,
    )


NOTES = (
    "Learned from queries that at least three people typed, and what they looked at within an hour.",
    "Compared with the weights by hand on the newest fifth of the searches; used only where it is sure to be better.",
    "What was shown higher up was looked at more often, too; the log of a shop does not tell it apart.",
)
