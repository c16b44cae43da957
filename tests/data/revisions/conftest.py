"""Short ways to propose and decide on revisions, as a feed would."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path
from typing import Any, cast
from uuid import UUID

import pytest

from hanse.base import ids
from hanse.base.clock import FixedClock
from hanse.base.config import Settings
from hanse.base.context import Context, Ports, Resources
from hanse.base.database import Connection, Pool
from hanse.data import revisions
from hanse.data.catalog import Product
from hanse.data.revisions import Entry, EntryPrice, EntryRelation, Header, Item, Mode, Proposal, Scope
from hanse.data.revisions.applying import Decision
from tests.conftest import NOW

Propose = Callable[..., Awaitable[dict[str, Any]]]
Decide = Callable[..., Awaitable[Any]]
Fetch = Callable[..., Awaitable[list[tuple[Any, ...]]]]


async def silent(score: float, note: str) -> None:
    del score, note


def entry(
    product_id: str, *prices: EntryPrice, line: int = 1, mode: Mode = Mode.PUT, relations: tuple[EntryRelation, ...] = (), **facts: Any
) -> Entry:
    """Return an entry; `parent_id` counts as named by the feed."""
    product = Product(product_id=product_id, **({"title": {"de": product_id}} | facts))
    return Entry(line=line, mode=mode, product=product, parent_line=line if product.parent_id else None, prices=prices, relations=relations)


def price(amount: int, *, quantity: int = 1, start: datetime | None = None, end: datetime | None = None, **more: Any) -> EntryPrice:
    """Return a price in euros."""
    facts: dict[str, Any] = {"currency": "EUR", "line": 7, **more}
    return EntryPrice(min_quantity=quantity, amount_minor=amount, valid_from=start, valid_until=end, **facts)


@pytest.fixture
def propose(connection: Connection) -> Propose:
    """Propose what some items say; gives what came of it, with `revision_id`."""

    async def proposed(*items: Item, source: str = "pim", scope: Scope = Scope.FULL, now: datetime = NOW, **options: Any) -> dict[str, Any]:
        revision_id = ids.new(now)
        proposal = Proposal(revision_id, "c.xml", now, "test", source=source, **options)
        told = await revisions.propose(connection, proposal, iter((Header(format="bmecat", scope=scope), *items)), silent)
        return {**told, "revision_id": revision_id}

    return proposed


@pytest.fixture
def apply(connection: Connection) -> Decide:
    """Apply a revision."""

    async def applied(revision_id: UUID, *, now: datetime = NOW) -> None:
        await revisions.apply(connection, revision_id, Decision("test", now), silent)

    return applied


@pytest.fixture
def undo(connection: Connection) -> Decide:
    """Undo a revision; gives what stays."""

    async def undone(revision_id: UUID, *, now: datetime = NOW) -> list[str]:
        return await revisions.undo(connection, revision_id, Decision("test", now), silent)

    return undone


@pytest.fixture
def load(propose: Propose, apply: Decide) -> Propose:
    """Propose and apply at once."""

    async def loaded(*items: Item, now: datetime = NOW, **options: Any) -> dict[str, Any]:
        told = await propose(*items, now=now, **options)
        await apply(told["revision_id"], now=now)
        return told

    return loaded


@pytest.fixture
def fetch(connection: Connection) -> Fetch:
    """Run a query and return its rows as tuples."""

    async def fetched(query: Any, *values: object) -> list[tuple[Any, ...]]:
        return [tuple(row.values()) for row in await (await connection.execute(query, values)).fetchall()]

    return fetched


@pytest.fixture
def context(connection: Connection, clock: FixedClock) -> Context:
    """A context in the test's transaction; no operation on revisions needs a pool or ports."""
    resources = Resources(Settings(home=Path("/nowhere")), clock, cast("Pool", None), cast("Ports", None))
    return Context(resources, language="de", fixed_connection=connection)
