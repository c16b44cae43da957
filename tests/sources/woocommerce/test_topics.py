"""Each topic of WooCommerce becomes what it means; what it does not tell is asked for, where there are keys."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from hanse.sources.source import Incoming, Reading, Shop, signatures
from hanse.sources.source.errors import NeedsShop, Unmappable
from hanse.sources.woocommerce import WooCommerce
from hanse.testing.shops import FakeWooCommerce, Item
from tests.sources.shops import NOW, delivery, properties, recorded, shop

AT = datetime(2026, 6, 15, 8, 0, tzinfo=UTC)
KEYS = {"webhook_secret": "s", "consumer_key": "ck_fake", "consumer_secret": "cs_fake"}
CUSTOMER = {
    "id": 21,
    "date_created_gmt": "2025-11-02T09:00:00",
    "date_modified_gmt": "2026-06-14T16:22:08",
    "email": "Lena.Beispiel@Example.org",
    "first_name": "Lena",
    "last_name": "Beispiel",
    "role": "customer",
    "billing": {
        "first_name": "L.",
        "company": "",
        "address_1": "Am Markt 1",
        "city": "Bremen",
        "postcode": "28195",
        "country": "DE",
        "phone": "0421 555 0101",
    },
    "is_paying_customer": True,
}


@pytest.fixture
def fake() -> Iterator[FakeWooCommerce]:
    with FakeWooCommerce() as running:
        yield running


def connected(fake: FakeWooCommerce) -> Shop:
    import dataclasses

    return dataclasses.replace(shop("woocommerce", secrets=KEYS, allow_private=True), url=fake.url)


async def read(topic: str, body: bytes, secrets: dict[str, str] | None = None) -> Reading:
    return await WooCommerce().read(delivery(topic, body), shop("woocommerce", secrets=secrets), None)


def incoming(body: bytes, **headers: str) -> Incoming:
    return Incoming(headers={name.replace("_", "-"): value for name, value in headers.items()}, body=body, received_at=NOW)


def test_the_example_of_rfc_4231_is_right() -> None:
    """Test case 2, in base64 as WooCommerce writes it."""
    body = b"what do ya want for nothing?"
    given = incoming(body, x_wc_webhook_signature="W9zBRr9gdU5qBCQmCJV1x1oAPwidJzmDnexYuWTsOEM=")
    assert WooCommerce().is_authentic(given, shop("woocommerce", secrets={"webhook_secret": "Jefe"}))
    assert not WooCommerce().is_authentic(given, shop("woocommerce", secrets={"webhook_secret": "jefe"}))
    assert not WooCommerce().is_authentic(incoming(body), shop("woocommerce", secrets={"webhook_secret": "Jefe"}))


@pytest.mark.parametrize(
    ("body", "is_ping"), [(b"webhook_id=7", True), (b"webhook_id=", False), (b"webhook_id=7&x=1", False), (b"{}", False), (b"", False)]
)
def test_only_the_form_of_a_new_webhook_is_a_ping(body: bytes, is_ping: bool) -> None:  # noqa: FBT001  # from the table above
    assert WooCommerce().is_ping(incoming(body)) is is_ping
    assert not WooCommerce().is_ping(incoming(body, x_wc_webhook_signature="x"))


def test_a_delivery_is_known_by_thing_and_version_whatever_it_is_called() -> None:
    body = recorded("woocommerce", "order")
    one = WooCommerce().envelope(incoming(body, x_wc_webhook_topic="order.updated", x_wc_webhook_delivery_id="d-1"))
    two = WooCommerce().envelope(incoming(body, x_wc_webhook_topic="order.updated", x_wc_webhook_delivery_id="d-2"))
    assert one == two
    assert one.event_id.startswith("727:2026-06-14T16:22:09:")
    newer = recorded("woocommerce", "order", date_modified_gmt="2026-06-14T16:22:10")
    assert WooCommerce().envelope(incoming(newer, x_wc_webhook_topic="order.updated")) != one
    gone = [
        WooCommerce().envelope(incoming(b'{"id":7}', x_wc_webhook_topic="product.deleted", x_wc_webhook_delivery_id=each)) for each in ("d-1", "d-2")
    ]
    assert gone[0] != gone[1]


@pytest.mark.parametrize("topic", ["order.created", "order.updated", "order.restored"])
async def test_topics_about_orders_bring_the_order(topic: str) -> None:
    (change,) = (await read(topic, recorded("woocommerce", "order"))).changes
    assert change.order_id == "727"


@pytest.mark.parametrize("topic", ["customer.created", "customer.updated"])
async def test_topics_about_customers_bring_the_customer(topic: str) -> None:
    (change,) = (await read(topic, msgspec.json.encode(CUSTOMER))).changes
    assert change.customer is not None
    assert (change.customer.user_id, change.customer.email, change.customer.phone) == ("21", "lena.beispiel@example.org", "04215550101")
    assert change.customer.traits["firstName"] == "Lena"
    assert change.customer.traits["createdAt"] == "2025-11-02T09:00:00+00:00"
    assert change.consents == ()


@pytest.mark.parametrize("thing", ["order", "product"])
async def test_what_was_deleted_is_gone(thing: str) -> None:
    (change,) = (await read(f"{thing}.deleted", b'{"id": 727}')).changes
    assert (change.kind, change.resource_id, change.deleted, change.changed_at) == (thing, "727", True, NOW)


async def test_a_deleted_customer_is_a_matter_for_the_privacy_role() -> None:
    (request,) = (await read("customer.deleted", b'{"id": 21}')).requests
    assert (request.kind, request.subject) == ("deleted_customer", {"user_id": "21"})


@pytest.mark.parametrize("topic", ["coupon.created", "action.woocommerce_add_to_cart", "order.archived", "unknown", ""])
async def test_other_topics_are_ignored(topic: str) -> None:
    assert (await read(topic, b'{"id": 1}')).ignored


async def test_what_a_user_of_the_webhook_may_not_see_is_named() -> None:
    with pytest.raises(Unmappable, match="id"):
        await read("order.updated", b'{"code":"woocommerce_rest_cannot_view","message":"Sorry","data":{"status":401}}')


async def test_a_product_that_came_back_counts_as_new() -> None:
    body = recorded("woocommerce", "product", variations=[], type="simple")
    (changed,), (restored,) = (await read("product.updated", body)).changes, (await read("product.restored", body)).changes
    assert (changed.changed_at.day, restored.changed_at) == (14, NOW)


async def test_without_keys_a_webhook_alone_has_to_do() -> None:
    assert len((await read("product.updated", recorded("woocommerce", "product"))).changes) == 1
    assert len((await read("product.updated", recorded("woocommerce", "variation"))).changes) == 1
    refunds: list[dict[str, Any]] = [{"id": 1, "total": "-4.90"}]
    assert len((await read("order.updated", recorded("woocommerce", "order", refunds=refunds))).changes[0].events) == 2


async def test_with_keys_the_shop_is_asked_for_what_is_missing() -> None:
    for name, topic in (("product", "product.updated"), ("variation", "product.updated")):
        with pytest.raises(NeedsShop):
            await read(topic, recorded("woocommerce", name), KEYS)
    with pytest.raises(NeedsShop):
        await read("order.updated", recorded("woocommerce", "order", refunds=[{"id": 1, "total": "-4.90"}]), KEYS)


async def test_variations_are_asked_for_with_their_product(fake: FakeWooCommerce) -> None:
    fake.products[93] = msgspec.json.decode(recorded("woocommerce", "product"))
    for number in (95, 97, 98):
        fake.products[number] = {**msgspec.json.decode(recorded("woocommerce", "variation")), "id": number, "sku": f"V-{number}"}
    source = WooCommerce(page_size=2)
    async with source.api(connected(fake)) as api:
        whole = await source.read(delivery("product.updated", recorded("woocommerce", "product")), connected(fake), api)
        one = await source.read(delivery("product.updated", recorded("woocommerce", "variation")), connected(fake), api)
    assert [each.products[0].product_id for each in whole.changes] == ["AKKU-18", "V-95", "V-97", "V-98"]
    assert {each.products[0].parent_id for each in whole.changes[1:]} == {"AKKU-18"}
    assert one.changes[0].products[0].title == {"de": "Akku 18 V – Serie, 4 Ah"}


async def test_a_variation_whose_product_is_gone_stands_alone(fake: FakeWooCommerce) -> None:
    source = WooCommerce()
    async with source.api(connected(fake)) as api:
        found = await source.read(delivery("product.updated", recorded("woocommerce", "variation")), connected(fake), api)
    assert [each.products[0].parent_id for each in found.changes] == [None]


async def test_refunds_are_asked_for_with_their_lines(fake: FakeWooCommerce) -> None:
    fake.place_order(1001, [Item("A", "A", 2, Decimal("10.00"))], at=AT)
    (signed,) = fake.refund_order(1001, at=AT + timedelta(hours=1))
    async with WooCommerce().api(connected(fake)) as api:
        found = await WooCommerce().read(delivery("order.updated", signed.body), connected(fake), api)
    refund = found.changes[0].events[-1]
    assert properties(refund)["products"] == [{"product_id": "A", "name": "A", "price": "10.00", "quantity": 2}]


def test_secrets_with_signs_of_html_are_taken_as_they_are() -> None:
    body, secret = b"{}", 'a&b<c>"d"'
    given = incoming(body, x_wc_webhook_signature=signatures.base64_hmac(secret, body))
    assert WooCommerce().is_authentic(given, shop("woocommerce", secrets={"webhook_secret": secret}))
