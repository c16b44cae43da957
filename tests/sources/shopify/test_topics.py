"""Each topic of Shopify becomes what it means; privacy requests reach the privacy role, and signatures are those that were published."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from hanse.sources.shopify import Shopify
from hanse.sources.source import Incoming, Reading, signatures
from hanse.sources.source.errors import NeedsShop
from tests.sources.shops import NOW, delivery, recorded, shop

SECRETS = {"client_secret": "hush"}


async def read(topic: str, body: bytes, **options: Any) -> Reading:
    return await Shopify().read(delivery(topic, body), shop("shopify", secrets=SECRETS), None)


def incoming(body: bytes, **headers: str) -> Incoming:
    given = {
        "x-shopify-shop-domain": "shop.example",
        "x-shopify-topic": "orders/create",
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    return Incoming(headers=given, body=body, received_at=NOW)


def test_the_published_example_of_an_hmac_is_right() -> None:
    """From Shopify's page on verifying OAuth requests: the same HMAC-SHA256, there in hexadecimal."""
    message = b"code=0907a61c0c8d55e99db179b68161bc00&shop=some-shop.myshopify.com&timestamp=1337178173"
    assert signatures.is_hex_hmac("4712bf92ffc2917d15a2f5a273e39f0116667419aa4b6ac0b3baaf26fa3c4d20", "hush", message)


def test_the_example_of_rfc_4231_is_right() -> None:
    """Test case 2: key `Jefe`, in hexadecimal and, as Shopify writes it, in base64."""
    message = b"what do ya want for nothing?"
    assert signatures.is_hex_hmac("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843", "Jefe", message)
    assert signatures.is_base64_hmac("W9zBRr9gdU5qBCQmCJV1x1oAPwidJzmDnexYuWTsOEM=", "Jefe", message)


def test_an_example_that_others_test_with_is_right() -> None:
    body = b'{"id":1234567890,"email":"customer@example.com","total_price":"123.45"}'
    given = incoming(body, x_shopify_hmac_sha256="QNyObTlKbMx2qDlPF/ZOZcBqg5OgPg+2oky3zldc0Gw=")
    assert Shopify().is_authentic(given, shop("shopify", secrets={"client_secret": "test-webhook-secret"}))
    assert not Shopify().is_authentic(given, shop("shopify", secrets={"client_secret": "another"}))
    assert not Shopify().is_authentic(given, shop("shopify"))


def test_the_domain_of_another_shop_is_refused_though_the_secret_is_the_same() -> None:
    signature = signatures.base64_hmac("hush", b"{}")
    ours = shop("shopify", secrets=SECRETS)
    assert Shopify().is_authentic(incoming(b"{}", x_shopify_hmac_sha256=signature), ours)
    assert Shopify().is_authentic(incoming(b"{}", x_shopify_hmac_sha256=signature, x_shopify_shop_domain="SHOP.example"), ours)
    assert not Shopify().is_authentic(incoming(b"{}", x_shopify_hmac_sha256=signature, x_shopify_shop_domain="other.example"), ours)


def test_a_delivery_is_known_by_its_event_id() -> None:
    envelope = Shopify().envelope(incoming(b"{}", x_shopify_event_id="e-1", x_shopify_triggered_at="2026-06-15T10:00:00.123456789Z"))
    assert (envelope.topic, envelope.event_id) == ("orders/create", "e-1")
    assert envelope.triggered_at is not None
    assert envelope.triggered_at.hour == 10
    assert Shopify().envelope(incoming(b"{}", x_shopify_triggered_at="now")).triggered_at is None
    assert len(Shopify().envelope(incoming(b"{}")).event_id) == 64


@pytest.mark.parametrize(
    "topic", ["orders/create", "orders/updated", "orders/paid", "orders/cancelled", "orders/fulfilled", "orders/partially_fulfilled"]
)
async def test_topics_about_orders_bring_the_order(topic: str) -> None:
    (change,) = (await read(topic, recorded("shopify", "order"))).changes
    assert change.order_id == "#1042"


async def test_test_orders_are_ignored() -> None:
    reading = await read("orders/create", recorded("shopify", "order", test=True))
    assert (reading.changes, reading.ignored) == ((), "This is a test order.")


@pytest.mark.parametrize("topic", ["customers/create", "customers/update", "customers/enable", "customers/disable"])
async def test_topics_about_customers_bring_the_customer_and_their_consent(topic: str) -> None:
    (change,) = (await read(topic, recorded("shopify", "customer"))).changes
    assert change.customer is not None
    assert change.customer.authoritative
    assert (change.customer.user_id, change.customer.email, change.customer.phone) == ("7012345678901", "lena.beispiel@example.org", "+494215550101")
    assert change.customer.traits["address"]["street"] == "Am Markt 1 Hof"
    (taken_back,) = change.consents
    assert (taken_back.granted, taken_back.decided_at.isoformat()) == (False, "2026-06-10T06:00:00+00:00")


@pytest.mark.parametrize("state", ["pending", "not_subscribed", "redacted", "invalid", None])
async def test_what_is_no_decision_gives_no_consent(state: str | None) -> None:
    consent = {"state": state, "opt_in_level": None, "consent_updated_at": "2026-06-10T08:00:00+02:00"}
    (change,) = (await read("customers/update", recorded("shopify", "customer", email_marketing_consent=consent))).changes
    assert change.consents == ()


async def test_consent_without_its_moment_proves_nothing() -> None:
    consent = {"state": "subscribed", "opt_in_level": "confirmed_opt_in", "consent_updated_at": None}
    (change,) = (await read("customers/update", recorded("shopify", "customer", email_marketing_consent=consent))).changes
    assert change.consents == ()


async def test_the_topic_about_consent_alone_is_understood() -> None:
    given = {"state": "subscribed", "opt_in_level": "single_opt_in", "consent_updated_at": "2026-06-10T08:00:00+02:00"}
    body = msgspec.json.encode({"customer_id": 706405506930370000, "email_address": "kim@example.org", "email_marketing_consent": given})
    (change,) = (await read("customers_email_marketing_consent/update", body)).changes
    assert change.customer is not None
    assert (change.customer.user_id, change.customer.email, change.consents[0].granted) == ("706405506930370000", "kim@example.org", True)


async def test_topics_about_products_bring_the_product() -> None:
    for topic in ("products/create", "products/update"):
        (change,) = (await read(topic, recorded("shopify", "product"))).changes
        assert len(change.products) == 4


async def test_what_was_deleted_is_gone_from_when_it_happened() -> None:
    reading = await Shopify().read(delivery("products/delete", b'{"id": 788032119674292922}', triggered_at=NOW), shop("shopify"), None)
    (change,) = reading.changes
    assert (change.kind, change.resource_id, change.deleted, change.changed_at) == ("product", "788032119674292922", True, NOW)
    (order,) = (await read("orders/delete", b'{"id": 820982911946154508}')).changes
    assert (order.kind, order.deleted) == ("order", True)


async def test_a_deleted_customer_is_a_matter_for_the_privacy_role() -> None:
    (request,) = (await read("customers/delete", b'{"id": 706405506930370084}')).requests
    assert (request.kind, request.subject) == ("deleted_customer", {"user_id": "706405506930370084"})


@pytest.mark.parametrize(
    ("topic", "kind", "body"),
    [
        ("customers/data_request", "access", {"orders_requested": [299938, 280263], "data_request": {"id": 9999}}),
        ("customers/redact", "erasure", {"orders_to_redact": [299938, 280263]}),
    ],
)
async def test_the_requests_every_app_has_to_take_are_told(topic: str, kind: str, body: dict[str, Any]) -> None:
    person = {"id": 191167, "email": "john@example.com", "phone": "555-625-1199"}
    whole = {"shop_id": 954889, "shop_domain": "shop.myshopify.com", "customer": person, **body}
    (request,) = (await read(topic, msgspec.json.encode(whole))).requests
    assert request.kind == kind
    assert request.request_key == ("9999" if kind == "access" else "event-1")
    assert request.subject == {
        "shop": "shop.myshopify.com",
        "user_id": "191167",
        "email": "john@example.com",
        "phone": "5556251199",
        "order_resource_ids": ["299938", "280263"],
    }


async def test_a_whole_shop_may_ask_for_erasure() -> None:
    (request,) = (await read("shop/redact", b'{"shop_id": 954889, "shop_domain": "shop.myshopify.com"}')).requests
    assert (request.kind, request.subject) == ("shop_erasure", {"shop": "shop.myshopify.com"})


async def test_an_app_that_was_removed_ends_the_connection() -> None:
    assert (await read("app/uninstalled", b"{}")).disconnected


@pytest.mark.parametrize("topic", ["refunds/create", "inventory_levels/update"])
async def test_some_topics_need_the_shop(topic: str) -> None:
    with pytest.raises(NeedsShop, match="as well"):
        await read(topic, b'{"order_id": 1, "inventory_item_id": 2}')
