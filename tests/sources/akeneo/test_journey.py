"""An Akeneo is connected and read, by itself and beside a shop: what changes comes once, what goes goes, and neither wipes the other's part."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest

from hanse.base.clock import FixedClock
from hanse.base.context import Context
from hanse.data import catalog
from hanse.data.catalog import Product
from hanse.sources import connections
from hanse.sources.connections import Polled
from hanse.sources.connections.errors import InvalidConnection, NotAuthentic
from hanse.sources.source import Incoming, api
from hanse.testing.shops import FakeAkeneo, FakeWooCommerce
from hanse.testing.shops.akeneo import spoken, value
from tests.sources.conftest import Fetch

AT = datetime(2026, 6, 10, 8, 0, tzinfo=UTC)
DRILL = {"name": spoken("Akkuschrauber", "Cordless drill"), "brand": value("nordwerk"), "voltage": value({"amount": 18, "unit": "VOLT"})}
RELATIONS = "SELECT product_id, kind, related_id, quantity, source FROM product_relations ORDER BY product_id, kind, related_id"


@pytest.fixture
async def pim(context: Context, clock: FixedClock, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[FakeAkeneo]:
    monkeypatch.setattr(api, "FIRST_WAIT_SECONDS", 0.0)
    clock.advance(hours=1)
    with FakeAkeneo() as fake:
        await connect(context, fake)
        yield fake


async def connect(context: Context, fake: FakeAkeneo, **options: Any) -> None:
    told = {"allow_private": True, "language": "de", **options}
    made = await connections.connect(context, name="pim", system="akeneo", url=fake.url, secrets=fake.secrets, options=told)
    assert made.webhook_path == ""


async def poll(context: Context, name: str = "pim") -> Polled:
    found = await connections.poll(context, name)
    assert found.error == "", found
    return found


async def test_products_come_once_change_and_go(context: Context, pim: FakeAkeneo, fetch: Fetch, clock: FixedClock) -> None:
    pim.save_model("BS", DRILL, at=AT)
    for color in ("red", "anthracite"):
        pim.save_product(f"BS-{color}", {"color": value(color)}, at=AT, parent="BS", categories=["cordless_drills"])
    pim.save_product("BITS", {"name": spoken("Bitsatz", "Bit set")}, at=AT - timedelta(days=1))
    first = await poll(context)
    assert (first.written, first.refused) == (4, 0)
    rows = await fetch("SELECT product_id, parent_id, state, title ->> 'de' AS title, brand, category ->> 'en' AS category FROM products ORDER BY 1")
    assert rows[2] == {
        "product_id": "BS-anthracite",
        "parent_id": "BS",
        "state": "active",
        "title": "Akkuschrauber, Anthrazit",
        "brand": "Nordwerk",
        "category": "Machines > Cordless drills",
    }
    assert [row["product_id"] for row in rows] == ["BITS", "BS", "BS-anthracite", "BS-red"]

    assert (await poll(context)).written == 0

    # a change of the model reaches its variants, and what a product no longer has goes
    pim.save_model("BS", {"name": spoken("Bohrschrauber", "Drill driver"), "brand": value("nordwerk")}, at=AT + timedelta(hours=1))
    changed = await poll(context)
    assert (changed.written, changed.read) == (3, 3)
    (row,) = await fetch("SELECT title, attributes FROM products WHERE product_id = 'BS-red'")
    assert (row["title"]["de"], set(row["attributes"])) == ("Bohrschrauber, Rot", {"color"})

    pim.delete_product("BITS")
    clock.advance(days=1)
    found = await connections.reconcile(context, "pim")
    assert (found.products, found.discontinued, found.error) == (3, 1, "")
    assert await fetch("SELECT product_id FROM products WHERE state = 'discontinued'") == [{"product_id": "BITS"}]


async def test_a_broken_product_is_refused_alone_and_replayed_once_repaired(context: Context, pim: FakeAkeneo, fetch: Fetch) -> None:
    pim.save_product("GOOD", DRILL, at=AT)
    pim.save_product("BROKEN", {**DRILL, "voltage": value({"amount": "viel", "unit": "VOLT"})}, at=AT)
    pim.save_product("NAMELESS", {"sku": value(None)}, at=AT)
    assert ((await poll(context)).written, (await poll(context)).refused) == (1, 0)

    letters = await fetch("SELECT dead_letter_id, field, reason, payload FROM dead_letters ORDER BY field")
    assert [(row["field"], row["reason"]) for row in letters] == [("identifier", "this is missing"), ("values.voltage", "this is not a number")]
    repaired = letters[1]["payload"]["body"].replace('"viel"', "18")
    assert (await connections.replay(context, letters[1]["dead_letter_id"], repaired)).replayed
    (row,) = await fetch("SELECT attributes FROM products WHERE product_id = 'BROKEN'")
    assert row["attributes"]["voltage"] == {"value": 18, "unit": "V", "name": {"de": "Spannung", "en": "Voltage"}}


async def test_relations_come_with_their_products_and_go_when_nobody_states_them(context: Context, pim: FakeAkeneo, fetch: Fetch) -> None:
    bits = pim.save_product("BITS", {}, at=AT - timedelta(days=30))
    set_ = {"PRODUCT_SET": {"products": [{"uuid": bits, "quantity": 2}]}, "SPARE_PARTS": {"product_models": ["CHUCK"]}}
    pim.save_product("SET", {}, at=AT, associations=set_)
    await poll(context)
    assert await fetch(RELATIONS) == [{"product_id": "SET", "kind": "consists_of", "related_id": "BITS", "quantity": 2, "source": "pim"}]

    # the spare part comes by a file, and the relation with it, at night at the latest
    await catalog.put_products(await context.connection(), [Product(product_id="CHUCK")], source="file", now=context.clock.now())
    await connections.reconcile(context, "pim")
    assert [(row["product_id"], row["kind"]) for row in await fetch(RELATIONS)] == [("CHUCK", "spare_part_of"), ("SET", "consists_of")]

    connection = await context.connection()
    await connection.execute("INSERT INTO product_relations (product_id, kind, related_id, source) VALUES ('BITS', 'similar_to', 'SET', 'file')")
    pim.save_product("SET", {}, at=AT + timedelta(hours=1))
    assert (await poll(context)).written == 1
    assert [(row["product_id"], row["source"]) for row in await fetch(RELATIONS)] == [("BITS", "file")]


async def test_media_of_the_pim_stand_beside_those_of_others(context: Context, pim: FakeAkeneo, fetch: Fetch) -> None:
    pim.save_product("BS", {"picture": value("a/b/front.jpg")}, at=AT)
    await poll(context)
    await (await context.connection()).execute("""UPDATE products SET media = media || '[{"kind": "document", "reference": "uploads/manual.pdf"}]'""")
    pim.save_product("BS", {"picture": value("a/c/side.png")}, at=AT + timedelta(hours=1))
    await poll(context)
    (row,) = await fetch("SELECT media FROM products")
    assert [each["reference"] for each in row["media"]] == ["a/c/side.png", "uploads/manual.pdf"]


async def test_a_pim_says_what_a_product_is_and_a_shop_what_it_costs(context: Context, pim: FakeAkeneo, fetch: Fetch, clock: FixedClock) -> None:
    with FakeWooCommerce() as shop:
        told = {"allow_private": True, "language": "de"}
        await connections.connect(context, name="shop", system="woocommerce", url=shop.url, secrets=shop.secrets, options=told)
        shop.save_product("BS", "Schrauber im Shop", net=Decimal("99.90"), stock=7, at=AT)
        await poll(context, "shop")
        pim.save_product("BS", DRILL, at=AT, enabled=False)
        await poll(context)
        shop.save_product("BS", "Schrauber im Shop", net=Decimal("89.90"), stock=3, at=AT + timedelta(hours=1))
        await poll(context, "shop")

        both = (
            "SELECT title, description, brand, state, url IS NOT NULL AS has_page, amount_minor, quantity::int AS quantity FROM products "
            "JOIN prices USING (product_id) JOIN stock USING (product_id) WHERE valid_until = 'infinity'"
        )
        expected = {
            "title": {"de": "Akkuschrauber", "en": "Cordless drill"},
            "description": {"de": "Schrauber im Shop"},  # which the PIM does not say
            "brand": "Nordwerk",
            "state": "active",  # as the shop sells it
            "has_page": True,
            "amount_minor": 8990,
            "quantity": 3,
        }
        assert await fetch(both) == [expected]

        pim.delete_product("BS")
        clock.advance(days=1)
        await connections.reconcile(context, "pim")
        assert [row["state"] for row in await fetch(both)] == ["active"]
        shop.save_product("BS", "Wieder der Shop", net=Decimal("89.90"), stock=3, at=AT + timedelta(hours=2))
        await poll(context, "shop")
        assert [row["title"]["de"] for row in await fetch(both)] == ["Wieder der Shop"]


async def test_the_time_of_its_server_is_minded(context: Context, clock: FixedClock, fetch: Fetch) -> None:
    clock.advance(hours=1)
    for zone in (timezone(timedelta(hours=2)), timezone(timedelta(hours=-5))):
        with FakeAkeneo(zone) as fake:
            await connect(context, fake)
            fake.save_product("OLD", {}, at=AT)
            await poll(context)
            fake.save_product("NEW", {}, at=AT + timedelta(minutes=15))
            assert (await poll(context)).written == 1
            await connections.disconnect(context, "pim")
            await (await context.connection()).execute("DELETE FROM shop_resources; DELETE FROM poll_positions")
    assert len(await fetch("SELECT 1 FROM products")) == 2


async def test_it_is_patient_takes_no_webhooks_and_names_what_is_wrong(context: Context, pim: FakeAkeneo) -> None:
    pim.save_product("BS", DRILL, at=AT)
    pim.fail(429, {"Retry-After": "0"}, times=2)
    assert (await poll(context)).written == 1
    pim.fail(503, times=api.ATTEMPTS)
    assert "does not answer" in (await connections.poll(context, "pim")).error
    with pytest.raises(NotAuthentic):
        await connections.receive(context, "akeneo", "pim", Incoming(headers={}, body=b"{}", received_at=AT))
    with pytest.raises(InvalidConnection, match="attributes"):
        await connections.connect(
            context, name="other", system="akeneo", url="https://pim.example", secrets=pim.secrets, options={"attributes": {"colour": "color"}}
        )
