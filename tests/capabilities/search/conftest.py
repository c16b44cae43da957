"""A shop of tools with its index, in a process with everything a running Hanse has; meaning is told by an encoder of a few made-up words."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import pytest_asyncio

from hanse.ai.text import encoder
from hanse.ai.text.encoder import Vectors
from hanse.base import context as contexts
from hanse.base.clock import FixedClock
from hanse.base.config import Settings
from hanse.base.context import Context
from hanse.base.postgres import EmbeddedPostgres
from hanse.capabilities.search import jobs, operations
from hanse.capabilities.search.lexicon import Words
from hanse.capabilities.search.schemas import Found
from hanse.data import catalog
from hanse.data.catalog import Document, Price, Product, Stock
from hanse.serve import runtime
from hanse.serve.runtime import Runtime
from tests import databases
from tests.conftest import NOW
from tests.databases import Kept

MEANINGS = (("loch", "löcher", "hole", "bohr", "drill"), ("holz", "wood", "säge", "saw"), ("trinken", "drink", "tasse", "cup"))
"""Words of the same row mean the same to the encoder of these tests."""


class Meanings:
    """An encoder that knows some words, and where it heard them."""

    model, dimensions, is_outside = "meanings", 384, False

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        return np.stack([self._one(each) for each in texts])

    encode_passages = encode_queries

    def _one(self, text: str) -> Vectors:
        made = np.full(384, 0.02, np.float32)
        for place, words in enumerate(MEANINGS):
            made[place] = sum(len(re.findall(each, text.lower())) for each in words) > 0
        return np.asarray(encoder.unit(made[None, :])[0], np.float32)


@dataclass
class Shop:
    """A running Hanse with a catalog."""

    hanse: Runtime

    def context(self, language: str = "de") -> Context:
        return self.hanse.context(language=language)

    async def search(self, query: str, language: str = "de", **wanted: Any) -> Found:
        async with self.context(language) as context:
            found = await contexts.run(operations.products, contexts.parse(operations.products, {"query": query, **wanted}), context)
        assert isinstance(found, Found)
        return found

    async def ids(self, query: str, **wanted: Any) -> list[str]:
        return [each.product_id for each in (await self.search(query, **wanted)).items]

    async def sell(self, *products: Product, prices: Sequence[Price] = (), stock: Sequence[Stock] = ()) -> None:
        async with self.hanse.resources.pool.connection() as connection:
            await catalog.put_products(connection, products, source="test", now=NOW)
            await catalog.put_prices(connection, prices, now=NOW)
            await catalog.put_stock(connection, stock, now=NOW)

    async def tell(self, *documents: Document) -> None:
        async with self.hanse.resources.pool.connection() as connection:
            await catalog.put_documents(connection, documents, source="test", now=NOW)

    async def index(self) -> dict[str, Any]:
        async with self.context() as context:
            told = await jobs.index(context)
        await self.refresh()
        return told or {}

    async def refresh(self) -> None:
        """Know the words that the index has now."""
        await self.hanse.changes.tell("search", "")
        async with self.context() as context:
            await self.hanse.resources.get(Words).warm(context)

    async def encode(self) -> dict[str, Any]:
        async with self.context() as context:
            return await jobs.encode(context) or {}


def tool(number: str, title: str, english: str = "", **others: Any) -> Product:
    """Make a product with a title in German and perhaps in English."""
    return Product(product_id=number, title={"de": title} | ({"en": english} if english else {}), **others)


TOOLS = (
    tool(
        "NW-100",
        "Akku-Bohrschrauber Brise 18",
        "Cordless drill Brise 18",
        brand="Nordwerk",
        category={"de": "Maschinen > Bohren", "en": "Machines > Drilling"},
        attributes={"voltage": {"value": 18, "unit": "V"}, "colour": {"value": {"de": "rot", "en": "red"}}},
        gtin="4006381333931",
    ),
    tool("NW-101", "Ersatzakku für Akku-Bohrschrauber Brise 18", "Battery for cordless drill Brise 18", category={"de": "Ersatzteile > Akkus"}),
    tool(
        "NW-200",
        "Handkreissäge Wind 68",
        "Circular saw Wind 68",
        brand="Nordwerk",
        category={"de": "Maschinen > Sägen", "en": "Machines > Sawing"},
        attributes={"power": {"value": 1400, "unit": "W"}, "mpn": {"value": "ks-68/A"}},
    ),
    tool("FK-300", "Hammerbohrer SDS 8 mm", "Hammer drill bit SDS 8 mm", brand="Fleetkant", attributes={"diameter": {"value": 8, "unit": "mm"}}),
    tool("FK-301", "Hammerbohrer SDS 10,0 mm", "Hammer drill bit SDS 10 mm", brand="Fleetkant", attributes={"diameter": {"value": 10, "unit": "mm"}}),
    tool(
        "TS-400",
        "Tasse mit Möwe",
        "Cup with seagull",
        category={"de": "Geschenke", "en": "Gifts"},
        description={"de": "Größe: 0,3 l. Geschirrspülerfest."},
    ),
    tool("OLD-1", "Bohrmaschine von früher", state="discontinued"),
)
PRICES = (
    Price(product_id="NW-100", amount_minor=15_900),
    Price(product_id="NW-200", amount_minor=21_900),
    Price(product_id="FK-300", amount_minor=800),
    Price(product_id="FK-301", amount_minor=900),
)
STOCK = (Stock(product_id="NW-100", quantity=3), Stock(product_id="NW-200", quantity=0))
GUIDE = Document(
    document_id="guide-1",
    kind="repair_guide",
    language="de",
    title="Kohlebürsten tauschen",
    body="# Vorbereitung\n\nZiehen Sie den **Netzstecker**.\n\n| Störung | Abhilfe |\n| --- | --- |\n| Der Motor ruckelt | Kohlebürsten tauschen |",
    product_ids=("NW-200",),
)


@asynccontextmanager
async def opened(database_url: str, home: Path, clock: FixedClock) -> AsyncIterator[Runtime]:
    """Run Hanse on a database and a home."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(encoder, "_ours", Meanings)
        settings = Settings(home=home, database_url=database_url, holdout_share=0)
        async with runtime.started(settings, database_url, clock=clock) as started:
            yield started


@asynccontextmanager
async def copied(kept: Kept, postgres: EmbeddedPostgres, home: Path, clock: FixedClock) -> AsyncIterator[Shop]:
    """Give a shop that is as the one that is kept, and may be changed."""
    with kept.copied(postgres, home) as url:
        async with opened(url, home, clock) as hanse:
            made = Shop(hanse)
            await made.refresh()
            yield made


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def kept(postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Kept]:
    """The shop of tools, made once for all tests of a worker."""
    home = tmp_path_factory.mktemp("tools")
    with databases.copied(postgres) as url:
        async with opened(url, home, FixedClock(NOW)) as hanse:
            made = Shop(hanse)
            await made.sell(*TOOLS, prices=PRICES, stock=STOCK)
            await made.tell(GUIDE)
            await made.index()
            await made.encode()
        yield Kept(databases.name_of(url), home)


@pytest.fixture
async def hanse(database_url: str, home: Path, clock: FixedClock) -> AsyncIterator[Runtime]:
    """A running Hanse on an empty database."""
    async with opened(database_url, home, clock) as started:
        yield started


@pytest.fixture
async def shop(kept: Kept, postgres: EmbeddedPostgres, home: Path, clock: FixedClock) -> AsyncIterator[Shop]:
    """Tools with prices, stock and a guide, in the index, words and meaning."""
    async with copied(kept, postgres, home, clock) as made:
        yield made


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shop_of_all(kept: Kept, postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Shop]:
    """The same, for all tests of a module that only ask."""
    async with copied(kept, postgres, tmp_path_factory.mktemp("shop") / "home", FixedClock(NOW)) as made:
        yield made
