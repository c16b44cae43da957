"""What a shop learns from in several tests: visits and orders of many, and one person who looked and ordered."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

import numpy as np

from hanse.capabilities.recommend import jobs
from hanse.data import catalog, events
from hanse.data.catalog import Product, Relation
from hanse.data.events import Event
from hanse.data.profiles import Identity, Profile, store
from tests.conftest import NOW

if TYPE_CHECKING:
    from tests.capabilities.recommend.conftest import Shop

ANNA = UUID(int=7)
PRODUCTS = 40
"""Even ones are drills, odd ones are screws; people look at one kind in the order of the numbers, and order what belongs together."""


def viewed(person: str, products: list[int], *, day: float) -> list[Event]:
    return [
        Event(
            message_id=f"view-{person}-{day}-{step}",
            name="Product Viewed",
            anonymous_id=person,
            source="shop",
            occurred_at=NOW - timedelta(days=day) + timedelta(minutes=step),
            properties={"product_id": f"p{each:02}"},
        )
        for step, each in enumerate(products)
    ]


def ordered(person: str, products: list[int], *, day: float) -> Event:
    properties = {"order_id": f"{person}-{day}", "products": [{"product_id": f"p{each:02}", "quantity": 1, "price": 3} for each in products]}
    return Event(
        message_id=f"order-{person}-{day}",
        name="Order Completed",
        anonymous_id=person,
        source="shop",
        occurred_at=NOW - timedelta(days=day),
        properties=properties,
    )


def happened() -> list[Event]:
    rng, found = np.random.default_rng(3), []
    for number in range(150):
        first = int(rng.integers(PRODUCTS - 8))
        found += viewed(f"v{number}", list(range(first, first + 8, 2)), day=float(rng.uniform(1, 60)))
    for number in range(70):
        own = int(rng.integers(PRODUCTS // 4)) * 4
        for times in range(4):
            found.append(ordered(f"c{number}", [own, own + 1], day=80.0 - 20 * times + number / 100))
    return found


async def teach(shop: Shop) -> None:
    """Put in products, visits, orders and Anna, and learn from them."""
    await shop.sell(
        [
            Product(
                product_id=f"p{each:02}",
                title={"de": f"Bohrer {each} Stahl" if each % 2 == 0 else f"Schraube {each} Messing", "en": f"Product {each}"},
                category={"de": "Maschinen > Bohrer" if each % 2 == 0 else "Kleinteile > Schrauben"},
            )
            for each in range(PRODUCTS)
        ]
    )
    async with shop.resources.pool.connection() as connection:
        await catalog.put_relations(connection, [Relation(product_id="p09", kind=catalog.RelationKind.ACCESSORY_OF, related_id="p08")])
        await store.put(
            connection, [Profile(profile_id=ANNA, created_at=NOW, identities=(Identity("anonymous_id", "anna"),))], source="test", now=NOW
        )
        mine = [
            *viewed("anna", [10, 12, 10], day=0.1),
            ordered("anna", [4, 5], day=40.0),
            ordered("anna", [4, 5], day=20.0),
            ordered("anna", [6], day=0.5),
        ]
        await events.append(connection, [*happened(), *mine], now=NOW)
    async with shop.context() as context:
        await jobs.train(context)
