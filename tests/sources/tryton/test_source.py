"""A real Tryton is read by polls: parties, products and sales come in once, and what changes comes again."""

from __future__ import annotations

from datetime import date
from typing import Any, cast
from uuid import uuid4

import pytest

from hanse.data.profiles import merging
from hanse.sources import connections
from hanse.sources.connections import Polled, systems
from hanse.sources.connections.errors import NotAuthentic
from hanse.sources.source import Incoming, Shop, Source
from hanse.sources.source.errors import ShopRefused
from hanse.sources.tryton import Tryton
from tests.sources.crm.conftest import House
from tests.sources.tryton.serving import Server, amount


def fresh(word: str) -> str:
    """Return a name that no other test uses: all of them share one server."""
    return f"{word}-{uuid4().hex[:8]}"


async def connect(house: House, tryton: Server, **facts: Any) -> None:
    secrets = {**tryton.secrets, **facts.pop("secrets", {})}
    options = {"allow_private": True, "language": "en"}
    await connections.connect(house.context, name="crm", system="tryton", url=tryton.url, secrets=secrets, options=options, **facts)


async def poll(house: House) -> Polled:
    found = await connections.poll(house.context, "crm")
    assert found.error == "", found
    return found


async def test_the_user_is_tried_before_it_is_kept(house: House, tryton: Server) -> None:
    def shop(**secrets: str) -> Shop:
        facts: dict[str, Any] = {"url": tryton.url, "secrets": {**tryton.secrets, **secrets}, "options": {"allow_private": True}}
        return connections.draft(house.context, name="crm", system="tryton", **facts).shop

    assert await connections.try_out(shop()) == ("products", "customers", "orders")
    with pytest.raises(ShopRefused):
        await connections.try_out(shop(password="wrong"))


async def test_parties_become_people_known_by_their_number(house: House, tryton: Server) -> None:
    mail = f"{fresh('anna')}@example.org"
    _, number = tryton.party("Anna Petersen", email=mail.title(), phone="+494511234567")
    await connect(house, tryton)
    assert (await poll(house)).refused == 0

    (who,) = await house.rows("SELECT profile_id FROM identities WHERE kind = 'crm_number' AND value = %s", number)
    members = await merging.members(await house.context.connection(), who["profile_id"])
    found = await house.rows("SELECT kind, value FROM identities WHERE profile_id = ANY(%s) ORDER BY kind", members)
    assert {(row["kind"], row["value"]) for row in found} >= {("crm_number", number), ("email", mail.lower())}
    (row,) = await house.rows("SELECT profile_traits(%s) AS traits", members)
    assert row["traits"]["name"] == "Anna Petersen"
    assert row["traits"]["address"] == {"street": "Engelsgrube 7", "postalCode": "23552", "city": "Lübeck", "country": "DE"}


async def test_a_party_with_a_tax_number_is_a_company(house: House, tryton: Server) -> None:
    name = fresh("Hansa Bau")
    _, number = tryton.party(name, vat="DE136695976")
    await connect(house, tryton)
    await poll(house)
    (row,) = await house.rows("SELECT profile_traits(ARRAY[profile_id]) AS traits FROM identities WHERE kind = 'crm_number' AND value = %s", number)
    assert row["traits"]["company"] == {"name": name, "vat": "DE136695976"}
    assert "name" not in row["traits"]


async def test_products_come_with_text_and_price(house: House, tryton: Server) -> None:
    code = fresh("AKKU")
    tryton.product(code, "Cordless drill", "129.00")
    await connect(house, tryton)
    await poll(house)
    (row,) = await house.rows("SELECT title, description, state FROM products WHERE product_id = %s", code)
    assert row == {"title": {"en": "Cordless drill"}, "description": {"en": "About Cordless drill"}, "state": "active"}
    (price,) = await house.rows("SELECT amount_minor, currency FROM prices WHERE product_id = %s", code)
    assert price == {"amount_minor": 12_900, "currency": "EUR"}


async def test_confirmed_sales_are_orders_of_their_party(house: House, tryton: Server) -> None:
    party, number = tryton.party("Ben Lund", email=f"{fresh('ben')}@example.org")
    code = fresh("BIT")
    product = tryton.product(code, "Bit", "10.00")
    _, order = tryton.sale(party, product, 3, "9.90", on=date(2026, 6, 14))
    tryton.sale(party, product, 1, "9.90", on=date(2026, 6, 14), confirmed=False)
    await connect(house, tryton)
    await poll(house)

    (event,) = await house.rows(
        "SELECT message_id, profile_id, occurred_at, properties, properties::text AS text FROM events "
        "WHERE name = 'Order Completed' AND properties ->> 'order_id' = %s",
        order,
    )
    assert event["message_id"] == f"order:crm:{order}"
    assert event["occurred_at"].date() == date(2026, 6, 14)
    assert '"total": 29.70' in event["text"]
    assert '"price": 9.90' in event["text"]
    (product_line,) = event["properties"]["products"]
    assert (product_line["product_id"], product_line["quantity"]) == (code, 3)
    (who,) = await house.rows("SELECT profile_id FROM identities WHERE kind = 'crm_number' AND value = %s", number)
    assert event["profile_id"] in await merging.members(await house.context.connection(), who["profile_id"])
    drafts = await house.rows("SELECT count(*) AS count FROM events WHERE name = 'Order Completed' AND profile_id = %s", event["profile_id"])
    assert drafts == [{"count": 1}]


async def test_a_second_poll_changes_nothing_and_a_change_comes_once(house: House, tryton: Server) -> None:
    code = fresh("SAW")
    product = tryton.product(code, "Saw", "20.00")
    party, number = tryton.party("Carla Nord", email=f"{fresh('carla')}@example.org")
    await connect(house, tryton)
    first = await poll(house)
    assert first.written > 0
    counts = (
        "SELECT (SELECT count(*) FROM events) AS events, (SELECT count(*) FROM identities) AS identities, (SELECT count(*) FROM products) AS products"
    )
    before = await house.rows(counts)
    again = await poll(house)
    assert again.written == 0
    assert await house.rows(counts) == before

    (template,) = tryton.call("product.product.read", [product], ["template"])
    tryton.call("product.template.write", [template["template"]], {"list_price": amount("25.00")})
    address = tryton.call("party.address.search", [["party", "=", party]])
    tryton.call("party.address.write", address, {"city": "Wismar"})
    assert (await poll(house)).written == 2
    (price,) = await house.rows("SELECT amount_minor FROM prices WHERE product_id = %s AND valid_until = 'infinity'", code)
    assert price["amount_minor"] == 2_500
    (row,) = await house.rows("SELECT profile_traits(profile_members(profile_id)) AS traits FROM identities WHERE value = %s", number)
    assert row["traits"]["address"]["city"] == "Wismar"


async def test_small_pages_lose_nothing(house: House, tryton: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    codes = [fresh("PAGE") for _ in range(5)]
    for code in codes:
        tryton.product(code, code, "1.00")
    monkeypatch.setitem(cast("dict[str, Source]", systems.SYSTEMS), "tryton", Tryton(page_size=2))
    await connect(house, tryton)
    await poll(house)
    found = await house.rows("SELECT product_id FROM products WHERE product_id = ANY(%s) ORDER BY product_id", codes)
    assert [row["product_id"] for row in found] == sorted(codes)


async def test_a_product_that_is_not_sold_any_more_is_discontinued(house: House, tryton: Server) -> None:
    code = fresh("OLD")
    product = tryton.product(code, "Old", "1.00")
    await connect(house, tryton)
    await poll(house)
    tryton.call("product.product.write", [product], {"active": False})
    await poll(house)
    (row,) = await house.rows("SELECT state FROM products WHERE product_id = %s", code)
    assert row["state"] == "discontinued"


async def test_a_wrong_password_is_told_without_being_shown(house: House, tryton: Server) -> None:
    await connect(house, tryton, secrets={"password": "not-the-right-one"})
    found = await connections.poll(house.context, "crm")
    assert "status 401" in found.error
    assert "not-the-right-one" not in found.error


async def test_it_takes_no_webhooks(house: House, tryton: Server) -> None:
    await connect(house, tryton)
    with pytest.raises(NotAuthentic):
        await connections.receive(house.context, "tryton", "crm", Incoming(headers={}, body=b"{}", received_at=house.clock.now()))
