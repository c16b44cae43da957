"""A small shop for the tests of recommendations: a catalog, ports that keep what is recorded, and trained models."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np
import pytest
import pytest_asyncio

from hanse.ai.models import Card, Models
from hanse.base import context as contexts
from hanse.base import database, errors
from hanse.base.clock import FixedClock
from hanse.base.config import Settings
from hanse.base.context import Assignment, Context, Resources, Subject
from hanse.base.decision import Arm, Basis, Decision, Personal
from hanse.base.operation import Operation, Purpose
from hanse.base.postgres import DATABASE, EmbeddedPostgres
from hanse.capabilities.recommend import trained
from hanse.capabilities.recommend.method import Rankings
from hanse.capabilities.recommend.rules.rulebook import Rulebook
from hanse.data import catalog
from hanse.data.catalog import Price, Product
from hanse.data.catalog.summaries import Summaries
from tests import databases
from tests.capabilities.recommend.taught import teach
from tests.conftest import NOW
from tests.databases import Kept

HELD_OUT = UUID(int=1)
SINCE, UNTIL = NOW - timedelta(days=400), NOW - timedelta(days=1)


@dataclass
class PlainPorts:
    """Everybody agreed, one profile is held out, and decisions are kept in a list."""

    recorded: list[Decision] = field(default_factory=list)

    async def subject(self, request: Personal, purpose: Purpose, context: Context) -> Subject:
        return Subject(request.profile_id, Basis.CONSENT) if request.profile_id else Subject()

    def assign(self, capability: str, profile_id: UUID | None) -> Assignment:
        return Assignment(Arm.HELD_OUT, 0.05) if profile_id == HELD_OUT else Assignment(Arm.TREATED, 0.95 if profile_id else 1.0)

    def vary(self, operation: Operation[Any, Any], request: Any, context: Context) -> Any:
        return request

    async def record(self, operation: Operation[Any, Any], request: Any, answer: Decision, context: Context) -> None:
        self.recorded.append(answer)

    async def audit(self, operation: Operation[Any, Any], request: Any, context: Context) -> None:
        raise AssertionError(operation.name)

    def find(self, name: str) -> Operation[Any, Any]:
        raise errors.UnknownOperation(operation=name)


@dataclass
class Shop:
    """A process of Hanse with nothing but what recommendations need."""

    resources: Resources
    ports: PlainPorts

    def context(self, language: str = "") -> Context:
        return Context(self.resources, language=language)

    async def call(self, operation: Operation[Any, Any], arguments: Mapping[str, Any], language: str = "") -> Any:
        async with self.context(language) as context:
            return await contexts.run(operation, contexts.parse(operation, arguments), context)

    async def sell(self, products: Sequence[Product], prices: Sequence[Price] = ()) -> None:
        async with self.resources.pool.connection() as connection:
            await catalog.put_products(connection, products, source="test", now=NOW)
            await catalog.put_prices(connection, prices, now=NOW)

    async def learn(self, name: str, rankings: Mapping[str, Sequence[tuple[str, float, int, int]]]) -> str:
        """Put rankings into use: for each key the product, its score, its orders and of how many; return the version."""
        card = Card(name=name, method="made up", trained_at=NOW, data_since=SINCE, data_until=UNTIL)
        async with self.context() as context:
            version = await trained.publish(context, name, made_up(rankings), card)
        await self.resources.get(Models).refresh()
        return version


def made_up(rankings: Mapping[str, Sequence[tuple[str, float, int, int]]]) -> Rankings:
    items = sorted({each[0] for ranked in rankings.values() for each in ranked})
    flat = [each for ranked in rankings.values() for each in ranked]
    return Rankings(
        keys=list(rankings),
        items=items,
        start=np.cumsum([0, *map(len, rankings.values())]),
        item=np.array([items.index(each[0]) for each in flat], np.int32),
        score=np.array([each[1] for each in flat], np.float32),
        orders=np.array([each[2] for each in flat], np.int32),
        total=np.array([ranked[0][3] if ranked else 0 for ranked in rankings.values()], np.int32),
    )


@asynccontextmanager
async def opened(database_url: str, home: Path, clock: FixedClock) -> AsyncIterator[Shop]:
    """Run a process of its own on a database and a home."""
    settings, ports = Settings(home=home, database_url=database_url), PlainPorts()
    pool = database.pool(database_url, size=4)
    await pool.open()
    resources = Resources(settings, clock, pool, ports)
    resources.hold(Models, Models(pool, settings))
    resources.hold(Summaries, Summaries())
    resources.hold(Rulebook, Rulebook())
    yield Shop(resources, ports)
    await pool.close()


@asynccontextmanager
async def copied(kept: Kept, postgres: EmbeddedPostgres, home: Path, clock: FixedClock) -> AsyncIterator[Shop]:
    """Give a shop that is as one that is kept, and may be changed."""
    with kept.copied(postgres, home) as url:
        async with opened(url, home, clock) as shop:
            await shop.resources.get(Models).refresh()
            yield shop


@asynccontextmanager
async def further(kept: Kept, postgres: EmbeddedPostgres, home: Path, more: Callable[[Shop], Awaitable[None]]) -> AsyncIterator[Kept]:
    """Keep a copy in which more is made ready."""
    with kept.copied(postgres, home) as url:
        async with opened(url, home, FixedClock(NOW)) as shop:
            await more(shop)
        yield Kept(databases.name_of(url), home)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def taught(postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Kept]:
    """The shop that has learned, trained once for all tests of a worker."""
    empty = Kept(DATABASE, tmp_path_factory.mktemp("empty"))
    async with further(empty, postgres, tmp_path_factory.mktemp("taught") / "home", teach) as kept:
        yield kept


@pytest.fixture
async def learned(taught: Kept, postgres: EmbeddedPostgres, home: Path, clock: FixedClock) -> AsyncIterator[Shop]:
    """A shop whose visits, orders and catalog were learned from, with one person who looked and ordered."""
    async with copied(taught, postgres, home, clock) as shop:
        yield shop


@pytest.fixture
async def shop(database_url: str, home: Path, clock: FixedClock) -> AsyncIterator[Shop]:
    """A process on an empty database, in German."""
    async with opened(database_url, home, clock) as shop:
        yield shop
