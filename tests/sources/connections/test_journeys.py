"""What connected shops bring, together: with files of the same shop, with consent and privacy, many at once, and in time."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, cast
from uuid import UUID

import psycopg
import pytest

from hanse.base import config, database
from hanse.base.clock import FixedClock
from hanse.base.context import Context, Ports, Resources
from hanse.base.operation import Purpose
from hanse.data import consent
from hanse.sources import connections
from hanse.sources.connections import jobs, privacy, versions
from hanse.sources.source import Change, Incoming
from hanse.testing.shops import FakeShopify, Item, Signed
from tests.sources.conftest import Fetch, Import, Write

AT = datetime(2026, 6, 15, 8, 0, tzinfo=UTC)
ITEMS = (Item("AKKU-18", "Akku 18 V", 2, Decimal("100.00")),)


@pytest.fixture
async def shopify(context: Context) -> AsyncIterator[FakeShopify]:
    with FakeShopify() as fake:
        await connect(context, fake)
        yield fake


async def connect(context: Context, fake: FakeShopify) -> None:
    await connections.connect(context, name="shop", system="shopify", url=fake.url, secrets=fake.secrets, options={"allow_private": True})


async def send(context: Context, *webhooks: Signed) -> list[str]:
    states = []
    for signed in webhooks:
        headers = {name.lower(): value for name, value in signed.headers.items()}
        receipt = await connections.receive(context, "shopify", "shop", Incoming(headers=headers, body=signed.body, received_at=context.clock.now()))
        assert receipt.delivery_id is not None
        states.append(await connections.process(context, receipt.delivery_id, may_ask=True))
    return states


async def test_an_order_that_a_file_brought_is_not_counted_again(
    context: Context, shopify: FakeShopify, write: Write, import_file: Import, fetch: Fetch
) -> None:
    lines = ["Name,Email,Created at,Lineitem quantity,Lineitem name,Lineitem price,Lineitem sku,Currency,Billing Country"]
    lines += [f"#{number},kim@example.org,2026-06-14 10:00:00 +0200,2,Akku 18 V,100.00,AKKU-18,EUR,DE" for number in (1001, 1002)]
    await import_file(write("first.csv", "\n".join(lines) + "\n"), source="shop")

    for number in (1001, 1002, 1003):
        await send(context, *shopify.place_order(number, ITEMS, at=AT))
    lines.append(lines[-1].replace("#1002", "#1003"))
    await import_file(write("second.csv", "\n".join(lines) + "\n"), source="shop")

    found = await fetch("SELECT message_id FROM events ORDER BY message_id")
    assert [row["message_id"] for row in found] == ["order:shop:#1001", "order:shop:#1002", "order:shop:#1003"]
    assert len(await fetch("SELECT 1 FROM profiles WHERE merged_into IS NULL")) == 1


async def test_the_newest_decision_about_consent_counts_in_whatever_order_it_is_told(context: Context, shopify: FakeShopify, fetch: Fetch) -> None:
    def customer(state: str, hour: int) -> Signed:
        given = {"state": state, "opt_in_level": "confirmed_opt_in", "consent_updated_at": (AT + timedelta(hours=hour)).isoformat()}
        body = {"id": 77, "email": "ada@example.org", "updated_at": (AT + timedelta(hours=hour)).isoformat(), "email_marketing_consent": given}
        return shopify.signed("customers/update", body, at=AT)

    await send(context, customer("unsubscribed", 2), customer("subscribed", 1), customer("subscribed", 1), customer("unsubscribed", 2))

    (profile,) = await fetch("SELECT profile_id FROM profiles WHERE merged_into IS NULL")
    assert await consent.state(await context.connection(), profile["profile_id"], Purpose.ADVERTISING) is False
    entries = await fetch("SELECT granted, evidence FROM consents ORDER BY decided_at")
    assert [row["granted"] for row in entries] == [True, False]
    assert entries[0]["evidence"] == {"system": "shopify", "shop": "shop", "state": "subscribed", "opt_in_level": "confirmed_opt_in"}


async def test_privacy_requests_are_kept_once_and_noted_without_the_person(context: Context, shopify: FakeShopify, fetch: Fetch) -> None:
    body = {"shop_domain": "shop.example", "customer": {"id": 77, "email": "ada@example.org"}, "data_request": {"id": 9999}}
    await send(context, *(shopify.signed("customers/data_request", body, at=AT) for _ in range(2)))
    await send(context, shopify.signed("customers/redact", body, at=AT))

    connection = await context.connection()
    found = sorted(await connections.list_requests(connection), key=lambda each: each.kind)
    assert [(each.kind, each.connection, each.subject["email"]) for each in found] == [
        ("access", "shop", "ada@example.org"),
        ("erasure", "shop", "ada@example.org"),
    ]
    assert found[0].due_at - found[0].received_at == timedelta(days=30)
    notes = await fetch("SELECT action, subject, audit_log::text AS text FROM audit_log WHERE actor_kind = 'shop' ORDER BY action")
    assert [row["action"] for row in notes] == ["privacy_requests.access", "privacy_requests.erasure"]
    assert "ada@" not in str(notes)

    assert await privacy.close_request(connection, found[0].request_id, state="done", now=AT)
    assert not await privacy.close_request(connection, found[0].request_id, state="done", now=AT)
    assert len(await connections.list_requests(connection)) == 1
    assert len(await connections.list_requests(connection, state=None)) == 2


async def test_a_removed_app_ends_polls_but_the_last_request_is_still_taken(context: Context, shopify: FakeShopify) -> None:
    shopify.place_order(1001, ITEMS, at=AT)
    await send(context, shopify.signed("app/uninstalled", {"id": 1}, at=AT))
    assert (await connections.poll(context, "shop")).read == 0
    assert await send(context, shopify.signed("shop/redact", {"shop_domain": "shop.example"}, at=AT)) == ["done"]


async def test_a_variant_that_vanished_is_discontinued_but_not_one_that_moved(context: Context, shopify: FakeShopify, fetch: Fetch) -> None:
    def product(number: int, hour: int, *skus: str) -> Signed:
        variants = [{"id": number * 10 + place, "title": sku, "sku": sku, "price": "1.00", "option1": sku} for place, sku in enumerate(skus)]
        body = {
            "id": number,
            "title": f"P{number}",
            "handle": f"p{number}",
            "updated_at": (AT + timedelta(hours=hour)).isoformat(),
            "variants": variants,
        }
        return shopify.signed("products/update", body, at=AT)

    await send(context, product(1, 1, "A", "B", "C"), product(2, 2, "D", "C"), product(1, 3, "A"))

    states = {row["product_id"]: row["state"] for row in await fetch("SELECT product_id, state FROM products")}
    assert states == {"p1": "active", "A": "active", "B": "discontinued", "C": "active", "D": "active", "p2": "active"}


async def test_an_older_stock_does_not_replace_a_newer_one(context: Context, shopify: FakeShopify, fetch: Fetch) -> None:
    early = shopify.save_product("AKKU-18", "Akku", net=Decimal("99.90"), stock=7, at=AT)
    late = shopify.save_product("AKKU-18", "Akku", net=Decimal("99.90"), stock=3, at=AT + timedelta(hours=2))
    (item,) = [variant["inventory_item_id"] for product in shopify.products.values() for variant in product["variants"]]
    level = {"inventory_item_id": item, "location_id": 1, "available": 1, "updated_at": (AT + timedelta(hours=3)).isoformat()}
    await send(context, *early, shopify.signed("inventory_levels/update", level, at=AT), *late)

    assert await fetch("SELECT product_id, location, quantity::int AS quantity FROM stock") == [
        {"product_id": "AKKU-18", "location": "main", "quantity": 3}
    ]
    shopify.save_product("AKKU-18", "Akku", net=Decimal("99.90"), stock=9, at=AT + timedelta(hours=4))
    again = {**level, "updated_at": (AT + timedelta(hours=5)).isoformat()}
    await send(context, shopify.signed("inventory_levels/update", again, at=AT))
    assert [row["quantity"] for row in await fetch("SELECT quantity::int AS quantity FROM stock")] == [9]


async def test_stock_that_comes_before_its_product_counts_once_it_is_there(context: Context, shopify: FakeShopify, fetch: Fetch) -> None:
    created = shopify.save_product("AKKU-18", "Akku", net=Decimal("99.90"), stock=7, at=AT)
    (item,) = [variant["inventory_item_id"] for product in shopify.products.values() for variant in product["variants"]]
    level = {"inventory_item_id": item, "location_id": 1, "available": 7, "updated_at": (AT + timedelta(seconds=1)).isoformat()}
    await send(context, shopify.signed("inventory_levels/update", level, at=AT), *created)
    assert [row["quantity"] for row in await fetch("SELECT quantity::int AS quantity FROM stock")] == [7]


async def test_an_order_that_the_shop_removed_is_cancelled(context: Context, shopify: FakeShopify, fetch: Fetch) -> None:
    await send(context, *shopify.place_order(1001, ITEMS, at=AT))
    number = shopify.orders[1001]["id"]
    await send(
        context, shopify.signed("orders/delete", {"id": number}, at=AT + timedelta(hours=1)), shopify.signed("orders/delete", {"id": 5}, at=AT)
    )
    assert [row["message_id"] for row in await fetch("SELECT message_id FROM events ORDER BY 1")] == ["cancel:shop:#1001", "order:shop:#1001"]


async def test_bodies_are_forgotten_after_a_week_and_deliveries_after_three_months(
    context: Context, shopify: FakeShopify, fetch: Fetch, clock: FixedClock
) -> None:
    await send(context, *shopify.place_order(1001, ITEMS, at=AT))
    clock.advance(days=8)
    assert await jobs.sweep(context) == {"bodies": 2, "deliveries": 0}
    assert {row["body"] for row in await fetch("SELECT body FROM deliveries")} == {None}
    clock.advance(days=90)
    assert await jobs.sweep(context) == {"bodies": 0, "deliveries": 2}


async def test_a_delivery_that_always_fails_becomes_a_dead_letter(
    context: Context, shopify: FakeShopify, fetch: Fetch, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    from hanse.sources.connections import processing, writing

    async def broken(*arguments: Any, **named: Any) -> None:
        raise psycopg.errors.DiskFull("kim@example.org")

    whole = writing.write
    monkeypatch.setattr(writing, "write", broken)
    assert await send(context, shopify.place_order(1001, ITEMS, at=AT)[0]) == ["waiting"]
    for _ in range(processing.MOST_ATTEMPTS - 1):
        clock.advance(hours=5)
        last = await jobs.take_in_waiting(context)
    assert last == {"rejected": 1}
    (letter,) = await fetch("SELECT dead_letter_id, reason FROM dead_letters")
    assert "kim" not in letter["reason"]

    monkeypatch.setattr(writing, "write", whole)
    assert (await connections.replay(context, letter["dead_letter_id"])).replayed


async def test_all_shops_are_polled_though_one_is_away(context: Context, shopify: FakeShopify, monkeypatch: pytest.MonkeyPatch) -> None:
    from hanse.sources.source import api

    monkeypatch.setattr(api, "FIRST_WAIT_SECONDS", 0.0)
    away = {"name": "away", "system": "shopify", "url": "http://127.0.0.1:1", "secrets": shopify.secrets, "options": {"allow_private": True}}
    await connections.connect(context, **cast("Any", away))
    shopify.place_order(1001, ITEMS, at=AT)

    found = await jobs.poll(context)
    assert found is not None
    first, second = found["shops"]
    assert "does not answer" in first["error"]
    assert (second["name"], second["written"], second["error"]) == ("shop", 1, "")


async def test_a_poll_goes_on_where_the_last_run_ended(context: Context, shopify: FakeShopify, fetch: Fetch, monkeypatch: pytest.MonkeyPatch) -> None:
    from hanse.sources.connections import polling, systems
    from hanse.sources.shopify import Shopify

    monkeypatch.setitem(cast("dict[str, Any]", systems.SYSTEMS), "shopify", Shopify(page_size=2))
    monkeypatch.setattr(polling, "MOST_PAGES", 2)
    for number in range(1001, 1010):
        shopify.place_order(number, ITEMS, at=AT + timedelta(hours=number - 1001))
    for _ in range(5):
        await connections.poll(context, "shop")
    assert len(await fetch("SELECT 1 FROM events")) == 9


async def test_what_changes_while_a_round_goes_on_is_read_in_the_next_one(context: Context, shopify: FakeShopify, fetch: Fetch) -> None:
    shopify.place_order(1001, ITEMS, at=AT)
    shopify.place_order(1002, ITEMS, at=datetime(2099, 1, 1, tzinfo=UTC))  # it was changed after the round began
    await connections.poll(context, "shop")
    shopify.cancel_order(1001, at=datetime.now(UTC) + timedelta(minutes=1))  # this one was read before
    await connections.poll(context, "shop")
    assert len(await fetch("SELECT 1 FROM events WHERE name = 'Order Cancelled'")) == 1


async def test_what_changed_before_a_chosen_moment_is_not_read(context: Context, fetch: Fetch) -> None:
    with FakeShopify() as fake:
        options = {"allow_private": True, "since": (AT + timedelta(minutes=5)).isoformat()}
        await connections.connect(context, name="shop", system="shopify", url=fake.url, secrets=fake.secrets, options=options)
        fake.place_order(1001, ITEMS, at=AT)
        fake.place_order(1002, ITEMS, at=AT + timedelta(hours=1))
        await connections.poll(context, "shop")
    assert [row["message_id"] for row in await fetch("SELECT message_id FROM events")] == ["order:shop:#1002"]


@pytest.fixture
def fake() -> Iterator[FakeShopify]:
    with FakeShopify() as running:
        yield running


@pytest.fixture
async def house(database_url: str, clock: FixedClock, home: Path) -> AsyncIterator[Resources]:
    """Resources of a process with a pool, in which everything is really committed."""
    async with database.pool(database_url, size=8) as pool:
        yield Resources(config.load({"HANSE_HOME": str(home)}), clock, pool, cast("Ports", None))


async def test_many_deliveries_at_once_leave_one_truth(house: Resources, fake: FakeShopify, clock: FixedClock) -> None:
    clock.advance(days=1)
    async with Context(house) as context:
        await connect(context, fake)
    webhooks: list[Signed] = []
    for hour in range(12):
        webhooks += fake.save_product("AKKU-18", f"Akku {hour}", net=Decimal(100 + hour), stock=hour, at=AT + timedelta(hours=hour))
        webhooks += fake.place_order(1001 + hour, ITEMS, at=AT)
        webhooks += fake.save_customer(77, email="kim@example.org", first_name=f"Kim {hour}", at=AT + timedelta(hours=hour))

    async def deliver(signed: Signed) -> str:
        headers = {name.lower(): value for name, value in signed.headers.items()}
        async with Context(house) as context:
            receipt = await connections.receive(
                context, "shopify", "shop", Incoming(headers=headers, body=signed.body, received_at=house.clock.now())
            )
        assert receipt.delivery_id is not None
        return await connections.process(Context(house), receipt.delivery_id, may_ask=False)

    random.Random(7).shuffle(webhooks)
    assert set(await asyncio.gather(*map(deliver, webhooks))) == {"done"}

    async with Context(house) as context:
        connection = await context.connection()

        async def one(statement: str) -> dict[str, Any]:
            (row,) = await (await connection.execute(statement.encode())).fetchall()
            return row

        assert await one(
            "SELECT title, amount_minor, quantity::int AS quantity FROM products JOIN prices USING (product_id) JOIN stock USING (product_id)"
            " WHERE valid_until = 'infinity'"
        ) == {
            "title": {"de": "Akku 11"},
            "amount_minor": 11100,
            "quantity": 11,
        }
        person = "SELECT profile_traits(profile_members(profile_id)) ->> 'firstName' AS name FROM profiles WHERE merged_into IS NULL"
        assert (await one(person))["name"] == "Kim 11"
        assert (await one("SELECT count(*) AS orders FROM events WHERE name = 'Order Completed'"))["orders"] == 12
        assert (await one("SELECT count(*) AS dead FROM dead_letters"))["dead"] == 0


async def test_a_shop_that_waits_is_not_kept_waiting_by_others(house: Resources, fake: FakeShopify) -> None:
    async with Context(house) as context:
        await connect(context, fake)
    first, second = (
        fake.save_product("AKKU-18", "Akku", net=Decimal(1), stock=1, at=AT),
        fake.save_product("AKKU-18", "Neu", net=Decimal(1), stock=1, at=AT),
    )

    async def receive(signed: Signed) -> UUID:
        headers = {name.lower(): value for name, value in signed.headers.items()}
        async with Context(house) as context:
            receipt = await connections.receive(
                context, "shopify", "shop", Incoming(headers=headers, body=signed.body, received_at=house.clock.now())
            )
        assert receipt.delivery_id is not None
        return receipt.delivery_id

    assert await connections.process(Context(house), await receive(first[0]), may_ask=False) == "done"
    waiting = await receive(second[0])
    async with Context(house) as busy:
        await (await busy.connection()).execute("SELECT 1 FROM shop_resources FOR UPDATE")
        assert await connections.process(Context(house), waiting, may_ask=False) == connections.WAITING
    assert await connections.process(Context(house), waiting, may_ask=True) == "done"


def test_the_digest_of_a_change_is_what_it_says() -> None:
    one = Change(kind="product", resource_id="1", changed_at=AT)
    assert versions.digest(one) == versions.digest(Change(kind="product", resource_id="2", changed_at=AT + timedelta(days=1)))
    assert versions.digest(one) != versions.digest(Change(kind="product", resource_id="1", changed_at=AT, deleted=True))
