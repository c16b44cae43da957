"""What Shopware is asked for: variants with the numbers of their products, orders without their lines, and what was only said to be written."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from hanse.sources.shopware import Shopware
from hanse.sources.source import Reading, Shop
from hanse.sources.source.errors import ShopRefused
from hanse.testing.shops import FakeShopware, Item
from hanse.testing.shops.shopware import KEYS
from tests.sources.shops import delivery, recorded, shop

AT = datetime(2026, 6, 15, 8, 0, tzinfo=UTC)
PARENT = "aa4734591e8d40308e0b9480523ba100"


@pytest.fixture
def fake() -> Iterator[FakeShopware]:
    with FakeShopware() as running:
        variant = msgspec.json.decode(recorded("shopware", "product"))
        running.things["product"][variant["id"]] = variant
        running.things["product"][PARENT] = {
            **variant,
            "id": PARENT,
            "parentId": None,
            "productNumber": "AKKU-18",
            "autoIncrement": 11,
            "options": [],
        }
        yield running


def connected(fake: FakeShopware, **secrets: str) -> Shop:
    return dataclasses.replace(shop("shopware", secrets={**KEYS, **secrets}, allow_private=True), url=fake.url)


async def read(fake: FakeShopware, event: str, payload: Any) -> Reading:
    body = msgspec.json.encode({"data": {"payload": payload, "event": event}, "source": {"eventId": "e"}, "timestamp": 1781510400})
    async with Shopware().api(connected(fake)) as api:
        return await Shopware().read(delivery(event, body), connected(fake), api)


def write(entity: str, key: Any, operation: str = "update") -> dict[str, Any]:
    return {"entity": entity, "operation": operation, "primaryKey": key, "updatedFields": []}


async def test_a_variant_names_its_product_by_number_and_has_its_texts(fake: FakeShopware) -> None:
    (change,) = (await read(fake, "product.written", [write("product", "9c4734591e8d40308e0b9480523ba10f")])).changes
    (product,) = change.products
    assert (product.product_id, product.parent_id) == ("AKKU-18-4", "AKKU-18")
    assert product.title == {"de": "Akku 18 V, 4 Ah", "en": "18 V battery, 4 Ah"}
    assert [(each.amount_minor, each.currency) for each in change.prices] == [(10000, "EUR")]


async def test_what_is_there_no_longer_was_deleted_meanwhile(fake: FakeShopware) -> None:
    changes = (await read(fake, "product.written", [write("product", PARENT), write("product", {"id": "ff00"})])).changes
    assert [(each.resource_id, each.deleted) for each in changes] == [(PARENT, False), ("ff00", True)]


async def test_orders_and_customers_that_were_written_are_asked_for(fake: FakeShopware) -> None:
    fake.place_order(1001, [Item("A", "A", 1, Decimal(10))], at=AT)
    fake.save_customer(77, email="ada@example.org", first_name="Ada", at=AT)
    for entity in ("order", "customer"):
        (identity,) = fake.things[entity]
        (change,) = (await read(fake, f"{entity}.written", [write(entity, identity)])).changes
        assert (change.kind, change.resource_id, change.deleted) == (entity, identity, False)
    assert (await read(fake, "customer.written", [write("customer", "ff00")])).changes == ()


async def test_an_order_without_its_lines_is_asked_for(fake: FakeShopware) -> None:
    fake.place_order(1001, [Item("A", "A", 1, Decimal(10))], at=AT)
    (order,) = fake.things["order"].values()
    (change,) = (await read(fake, "checkout.order.placed", {"order": msgspec.json.decode(msgspec.json.encode({**order, "lineItems": None}))})).changes
    assert change.order_id == "1001"
    fake.things["order"].clear()
    assert (await read(fake, "checkout.order.placed", {"order": msgspec.json.decode(msgspec.json.encode({**order, "lineItems": None}))})).ignored


async def test_keys_that_are_wrong_are_told(fake: FakeShopware) -> None:
    async with Shopware().api(connected(fake, api_secret="wrong")) as api:
        with pytest.raises(ShopRefused, match="401"):
            await Shopware().product_ids(connected(fake), api)
