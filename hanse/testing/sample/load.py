"""Writes a sample shop into Hanse, through the same stores that every source uses; called by the command line."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime

from hanse.base.context import Progress
from hanse.base.database import Connection
from hanse.data import catalog, consent, decisions, events, profiles
from hanse.testing.sample.journal import SOURCE
from hanse.testing.sample.shop import SampleShop

CHUNK = 20_000
"""Events between two signs of progress."""
EVENTS_BEGIN, EVENTS_END = 0.15, 0.95


async def load(connection: Connection, shop: SampleShop, now: datetime, progress: Progress) -> dict[str, int]:
    """Write everything but the truth; return how many entries of each kind were written. Events and decisions count only when new."""
    written: dict[str, int] = {}
    steps = _steps(connection, shop, now)
    for number, (kind, step) in enumerate(steps.items()):
        await progress(EVENTS_BEGIN * number / len(steps), f"writing {kind.replace('_', ' ')}")
        written[kind] = await step()
    written["events"] = await _append(connection, shop, now, progress)
    await progress(EVENTS_END, "writing decisions")
    written["decisions"] = await decisions.put(connection, shop.decisions)
    await progress(1.0, "the sample shop is there")
    return written


def _steps(connection: Connection, shop: SampleShop, now: datetime) -> dict[str, Callable[[], Awaitable[int]]]:
    """Return what is written before the events, in the order in which one refers to the other."""
    return {
        "products": lambda: catalog.put_products(connection, shop.products, source=SOURCE, now=now),
        "relations": lambda: catalog.put_relations(connection, shop.relations),
        "prices": lambda: catalog.put_prices(connection, shop.prices, now=now),
        "stock": lambda: catalog.put_stock(connection, shop.stock, now=now),
        "documents": lambda: catalog.put_documents(connection, shop.documents, source=SOURCE, now=now),
        "profiles": lambda: profiles.put(connection, shop.profiles, source=SOURCE, now=now),
        "memberships": lambda: profiles.put_memberships(connection, shop.memberships),
        "installations": lambda: profiles.put_installations(connection, shop.installations, source=SOURCE),
        "contracts": lambda: profiles.put_contracts(connection, shop.contracts, source=SOURCE),
        "customer_price_lists": lambda: catalog.put_customer_price_lists(connection, shop.customer_price_lists),
        "consents": lambda: consent.put(connection, shop.consents, now=now),
    }


async def _append(connection: Connection, shop: SampleShop, now: datetime, progress: Progress) -> int:
    accepted, total = 0, len(shop.events)
    for start in range(0, total, CHUNK):
        await progress(EVENTS_BEGIN + (EVENTS_END - EVENTS_BEGIN) * start / total, f"writing events, {start:,} of {total:,}")
        accepted += (await events.append(connection, shop.events[start : start + CHUNK], now=now)).accepted
    return accepted
