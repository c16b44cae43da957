"""Each place is answered from what was learned of visits, orders and the catalog, with reasons that say so."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import numpy as np
import pytest

from hanse.ai.models import Models
from hanse.capabilities.recommend import jobs, operations
from hanse.data import catalog, events
from hanse.data.catalog import Product, Relation
from hanse.data.events import Event
from hanse.data.profiles import Identity, Profile, store
from tests.capabilities.recommend.conftest import HELD_OUT, Shop
from tests.conftest import NOW

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


@pytest.fixture
async def learned(shop: Shop) -> Shop:
    """A shop whose visits, orders and catalog were learned from, with one person who looked and ordered."""
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
    await shop.resources.get(Models).refresh()
    return shop


async def test_places_answer_from_what_was_learned(learned: Shop) -> None:
    home = await learned.call(operations.for_you, {"viewed": ["p10", "p12"], "limit": 4}, "en")
    assert "p14" in [each.product_id for each in home.items]
    assert home.model_version
    assert {each.reason for each in home.items} & {"Who looked at Product 12 looked at this, too", "Who looked at Product 10 looked at this, too"}

    after = await learned.call(operations.also_viewed, {"product_id": "p20", "limit": 3}, "de")
    assert "p22" in [each.product_id for each in after.items]
    assert after.reason == "Diese Produkte haben andere nach dem angesehen, was hier angesehen wurde"
    assert "p20" not in [each.product_id for each in after.items]

    cart = await learned.call(operations.complete_cart, {"cart": ["p08"], "limit": 3}, "en")
    assert cart.items[0].product_id == "p09"
    assert cart.items[0].reason == "Goes with Product 8"

    alike = await learned.call(operations.similar, {"product_id": "p08", "limit": 5}, "en")
    assert {int(each.product_id[1:]) % 2 for each in alike.items} == {0}
    instead = await learned.call(operations.alternatives, {"product_id": "p08", "limit": 5}, "en")
    assert [each.product_id for each in instead.items] == [each.product_id for each in alike.items]

    belonging = await learned.call(operations.belonging, {"product_id": "p08"}, "de")
    assert [(each.product_id, each.reason) for each in belonging.items] == [("p09", "Zubehör zu Bohrer 8 Stahl")]
    assert (await learned.call(operations.belonging, {"product_id": "p08", "kind": "spare_part"})).items == []


async def test_a_company_and_who_acts_for_it_are_answered_by_what_all_of_them_ordered(learned: Shop) -> None:
    yard, buyer, restricted = UUID(int=21), UUID(int=22), UUID(int=23)
    async with learned.resources.pool.connection() as connection:
        people = [
            Profile(profile_id=yard, kind="company", created_at=NOW),
            Profile(profile_id=buyer, created_at=NOW),
            Profile(profile_id=restricted, created_at=NOW, identities=(Identity("anonymous_id", "hidden"),)),
        ]
        await store.put(connection, people, source="test", now=NOW)
        for member in (ANNA, buyer, restricted):
            await connection.execute("INSERT INTO memberships (company_id, member_id, created_at) VALUES (%s, %s, now())", (yard, member))
        await connection.execute("UPDATE profiles SET restricted_at = now() WHERE profile_id = %s", (restricted,))
        await events.append(connection, [ordered("hidden", [30, 31], day=2)], now=NOW)
    for each in (yard, buyer):
        again = await learned.call(operations.due_again, {"profile_id": str(each), "limit": 3}, "en")
        assert {"p04", "p05"} <= {each.product_id for each in again.items} <= {"p04", "p05", "p06"}
    assert (await learned.call(operations.forgotten, {"profile_id": str(buyer)})).items == []  # what somebody looked at is theirs alone


async def test_a_known_person_is_answered_by_what_they_did(learned: Shop) -> None:
    again = await learned.call(operations.due_again, {"profile_id": str(ANNA), "limit": 3}, "en")
    assert {each.product_id for each in again.items} <= {"p04", "p05", "p06"}
    assert {"p04", "p05"} <= {each.product_id for each in again.items}
    assert "Ordered 2 times before" in {each.reason for each in again.items}
    assert (await learned.call(operations.due_again, {})).items == []

    reminder = await learned.call(operations.forgotten, {"profile_id": str(ANNA)}, "en")
    assert [each.product_id for each in reminder.items] == ["p10", "p12"]
    assert reminder.items[0].reason == "Looked at 2 times lately, and not ordered yet"

    home = await learned.call(operations.for_you, {"profile_id": str(ANNA), "limit": 6}, "en")
    assert {"p04", "p05", "p12", "p14"} & {each.product_id for each in home.items}


async def test_who_is_held_out_or_quite_new_gets_what_is_popular(learned: Shop) -> None:
    popular = [each.product_id for each in (await learned.call(operations.popular, {"limit": 4})).items]
    nobody = await learned.call(operations.for_you, {"limit": 4}, "en")
    assert [each.product_id for each in nobody.items] == popular
    assert nobody.reason == "These products are popular in the whole shop"
    held_out = await learned.call(operations.for_you, {"profile_id": str(HELD_OUT), "viewed": ["p10"], "limit": 4})
    assert [each.product_id for each in held_out.items] == popular


async def test_products_that_nobody_knows_do_no_harm(learned: Shop) -> None:
    assert (await learned.call(operations.for_you, {"viewed": ["no such", "p10", ""], "limit": 3})).items
    assert (await learned.call(operations.complete_cart, {"cart": ["no such"], "limit": 3})).items
