"""What the catalog describes alike: words and facts that are counted, and vectors of texts and pictures, as far as these are encoded."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

import numpy as np

import hanse
from hanse.ai.models import Card
from hanse.ai.text import bulk, encoder, store
from hanse.ai.text.encoder import Public
from hanse.ai.text.errors import EncoderMissing
from hanse.ai.text.store import Form
from hanse.base.context import Context
from hanse.capabilities.recommend import blends, learning
from hanse.capabilities.recommend.blend import Blend, item_facts
from hanse.capabilities.recommend.choice import SEED
from hanse.capabilities.recommend.histories import Histories, Items
from hanse.capabilities.recommend.methods.attributes import Attributes
from hanse.capabilities.recommend.methods.embeddings import Embeddings
from hanse.capabilities.recommend.methods.kernels import Floats
from hanse.capabilities.recommend.reading import Catalog, Log
from hanse.data.catalog import passages

WORDS, TEXTS, PICTURES = "attributes", "texts", "pictures"
USUAL: Mapping[str, float] = {WORDS: 0.4, TEXTS: 0.4, PICTURES: 0.2}
"""How much each counts, by the others that are there, where nobody has looked at enough."""
STEPS = 4
"""Quarters of the whole that each may count."""
SHOWN = 10
MOST_PAIRS = 4_000
LEAST_PAIRS = 100
"""Pairs of products looked at one after the other, below which the usual share holds and nothing is measured."""
ENCODE_SECONDS = 1_500.0
"""How long one run encodes; the next one goes on."""


Weights: TypeAlias = tuple[tuple[str, float], ...]
"""How much words, texts and pictures count, as far as they are there; together 1."""


@dataclass(frozen=True)
class Likeness:
    """A blend of what is alike, how it was chosen and how good it is."""

    blend: Blend
    weights: Weights
    tried: dict[Weights, float]
    """The hit rate of each choice on the pairs it was chosen by."""
    hits: np.ndarray
    """For each pair that nothing was chosen by, whether the second is among the first of what is like the first."""


async def encode(context: Context) -> dict[str, int]:
    """Encode the texts of products that have no vector yet, for some time; return how many there were."""
    if not context.settings.encode:
        return {"products": 0, "read": 0, "encoded": 0}
    found = await asyncio.to_thread(encoder.of_catalog, context.settings)
    total = await passages.count(await context.connection())
    begin, seen, encoded = time.monotonic(), 0, 0
    async for part in bulk.encode(context, found, _texts(context), total=total):
        seen, encoded = seen + len(part.keys), encoded + part.encoded
        if part.encoded and time.monotonic() - begin > ENCODE_SECONDS:
            break
    await store.forget(await context.connection(), context.clock.now().date())
    return {"products": total, "read": seen, "encoded": encoded}


async def _texts(context: Context) -> AsyncIterator[Sequence[tuple[str, Public]]]:
    async for page in passages.read(await context.connection(), context.settings.language):
        yield [(each.product_id, Public(each.text)) for each in page]


async def vectors(context: Context, product_ids: Sequence[str]) -> Floats:
    """Return the vectors there are of the texts of products, a row each; zeros where there is none yet."""
    found: dict[str, Floats] = {}
    try:
        model = (await asyncio.to_thread(encoder.of_catalog, context.settings)).model
    except EncoderMissing:  # the doctor tells
        return np.zeros((len(product_ids), 0), np.float32)
    connection, today = await context.connection(), context.clock.now().date()
    async for page in _texts(context):
        digests = store.digests(Form.PASSAGE, [text for _, text in page])
        kept = await store.find(connection, model, digests, today)
        found |= {product_id: kept[digest] for (product_id, _), digest in zip(page, digests, strict=True) if digest in kept}
    made = np.zeros((len(product_ids), max((len(each) for each in found.values()), default=0)), np.float32)
    for place, product_id in enumerate(product_ids):
        if len(vector := found.get(product_id, ())) == made.shape[1]:
            made[place] = vector
    return made


def learn(catalog: Catalog, texts: Floats, pictures: Floats, visits: Log | None = None) -> Likeness:
    """Compare all products that are sold; how much each kind counts is chosen by what people look at one after the other."""
    methods = {WORDS: Attributes().fit(catalog.features)}
    methods |= {name: Embeddings().fit(vectors) for name, vectors in ((TEXTS, texts), (PICTURES, pictures)) if vectors.any()}
    nobody = item_facts(Histories.from_rows([], len(catalog.product_ids)))

    def blend(weights: Weights) -> Blend:
        return Blend(tuple(methods.values()), np.array([weight for _, weight in weights]), nobody, repeats=False, width=50)

    choosing, measuring = _pairs(catalog, visits)
    tried = {each: float(_hits(blend(each), choosing).mean()) for each in _choices(list(methods))} if len(choosing) and len(methods) > 1 else {}
    weights = max(tried, key=lambda each: tried[each]) if tried else _usual(list(methods))
    return Likeness(blend(weights), weights, tried, _hits(blend(weights), measuring))


def _choices(names: Sequence[str]) -> Iterator[Weights]:
    """Go through all ways in which these may count, in quarters."""
    for parts in itertools.product(range(STEPS + 1), repeat=len(names)):
        if sum(parts) == STEPS:
            yield tuple((name, part / STEPS) for name, part in zip(names, parts, strict=True))


def _usual(names: Sequence[str]) -> Weights:
    whole = sum(USUAL[name] for name in names)
    return tuple((name, USUAL[name] / whole) for name in names)


def _pairs(catalog: Catalog, visits: Log | None) -> tuple[Items, Items]:
    """Draw pairs of products that were looked at one after the other, a row each: half to choose by, half to measure with."""
    none = np.empty((0, 2), np.int32)
    if visits is None:
        return none, none
    places = {product_id: place for place, product_id in enumerate(catalog.product_ids)}
    item = np.array([places.get(each, -1) for each in visits.product_ids] or [-1], np.int32)[visits.histories.item]
    owner = visits.histories.owner
    follows = (owner[1:] == owner[:-1]) & (item[1:] >= 0) & (item[:-1] >= 0) & (item[1:] != item[:-1])
    found = np.unique(np.stack([item[:-1][follows], item[1:][follows]], axis=1), axis=0)
    if len(found) < LEAST_PAIRS:
        return none, none
    drawn = found[np.random.default_rng(SEED).permutation(len(found))[:MOST_PAIRS]]
    return drawn[: len(drawn) // 2], drawn[len(drawn) // 2 :]


def _hits(blend: Blend, pairs: Items) -> np.ndarray:
    """Tell for each pair whether the second is among the first few of what is like the first."""
    shown = blend.rank_many(Histories.from_rows([[first] for first in pairs[:, 0].tolist()], len(blend.facts)), SHOWN)
    return np.asarray((shown == pairs[:, 1:]).any(axis=1), np.float64)


def card(now: datetime, catalog: Catalog, learned: Likeness) -> Card:
    """Return the card of what is alike."""
    name = f"hit rate@{SHOWN}"
    return Card(
        name=blends.SIMILAR,
        method=" + ".join(kind for kind, _ in learned.weights),
        parameters={
            "weights": {kind: round(weight, 4) for kind, weight in learned.weights},
            "tried": {" ".join(f"{kind} {weight:g}" for kind, weight in each): round(value, 4) for each, value in learned.tried.items()},
        },
        trained_at=now,
        sizes={"products": len(catalog.product_ids)},
        measures={name: float(learned.hits.mean())} if len(learned.hits) else {},
        intervals={name: learning.interval(learned.hits)} if len(learned.hits) else {},
        seed=SEED,
        code_version=hanse.__version__,
        notes=(f"Measured on {len(learned.hits)} pairs of products that people looked at one after the other.",) if len(learned.hits) else (),
    )
