"""Each event of Shopware becomes what it means: customers, the newsletter as consent, and things that were only said to be written."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from hanse.sources.shopware import Shopware
from hanse.sources.source import Incoming, Reading, signatures
from hanse.sources.source.errors import NeedsShop, Unmappable
from tests.sources.shops import NOW, delivery, shop

CUSTOMER = {
    "id": "5e5d6cd8917c45839b2f6aa7b4bf1425",
    "customerNumber": "10021",
    "email": "Lena.Beispiel@Example.org",
    "firstName": "Lena",
    "lastName": "Beispiel",
    "company": "Beispiel Werkstatt",
    "vatIds": ["DE123456789"],
    "guest": False,
    "birthday": "1990-04-01T00:00:00.000+00:00",
    "createdAt": "2025-11-02T09:00:00.000+00:00",
    "updatedAt": "2026-06-14T16:22:08.000+00:00",
    "defaultBillingAddress": {"street": "Am Markt 1", "zipcode": "28195", "city": "Bremen", "phoneNumber": "0421 555 0101", "country": {"iso": "DE"}},
    "group": {"name": "Händler", "translated": []},
    "translated": [],
}
RECIPIENT = {
    "id": "aa11",
    "email": "Kim@Example.org",
    "firstName": "Kim",
    "lastName": None,
    "status": "notSet",
    "createdAt": "2026-06-15T09:00:00.000+00:00",
    "confirmedAt": None,
    "hash": "0123456789abcdef",
}


def webhook(event: str, payload: Any) -> bytes:
    source = {"url": "https://shop.example", "appVersion": "1.0.0", "shopId": "dgrH7nLU6tlE", "eventId": "e-1"}
    return msgspec.json.encode({"data": {"payload": payload, "event": event}, "source": source, "timestamp": 1781517600})


async def read(event: str, payload: Any) -> Reading:
    return await Shopware().read(delivery(event, webhook(event, payload)), shop("shopware"), None)


@pytest.mark.parametrize("event", ["register", "login", "logout", "double_opt_in_registration", "guest_register", "changed-payment-method"])
async def test_events_about_customers_bring_the_customer(event: str) -> None:
    (change,) = (await read(f"checkout.customer.{event}", {"customer": CUSTOMER})).changes
    assert change.customer is not None
    assert change.customer.authoritative
    assert (change.customer.user_id, change.customer.email, change.customer.phone) == ("10021", "lena.beispiel@example.org", "04215550101")
    assert change.customer.traits == {
        "email": "lena.beispiel@example.org",
        "phone": "04215550101",
        "firstName": "Lena",
        "lastName": "Beispiel",
        "company": {"name": "Beispiel Werkstatt", "vatId": "DE123456789"},
        "address": {"street": "Am Markt 1", "postalCode": "28195", "city": "Bremen", "country": "DE"},
        "birthday": "1990-04-01",
        "createdAt": "2025-11-02T09:00:00+00:00",
        "customerGroup": "Händler",
    }


async def test_a_deleted_customer_is_a_matter_for_the_privacy_role() -> None:
    (request,) = (await read("checkout.customer.deleted", {"customer": CUSTOMER})).requests
    assert (request.kind, request.subject) == ("deleted_customer", {"user_id": "10021", "email": "lena.beispiel@example.org"})


async def test_an_address_typed_in_to_sign_in_is_nobody_yet() -> None:
    assert (await read("checkout.customer.before.login", {"email": "kim@example.org"})).ignored


async def test_signing_up_for_the_newsletter_is_no_consent_before_the_confirmation() -> None:
    (change,) = (await read("newsletter.register", {"newsletterRecipient": RECIPIENT, "url": "https://shop.example/confirm"})).changes
    assert change.consents == ()
    assert change.customer is not None
    assert change.customer.email == "kim@example.org"


async def test_the_confirmation_is_consent_with_its_evidence() -> None:
    confirmed = {**RECIPIENT, "status": "optIn", "confirmedAt": "2026-06-15T09:05:00.000+00:00"}
    (given,) = (await read("newsletter.confirm", {"newsletterRecipient": confirmed})).changes[0].consents
    assert (given.purpose, given.granted, given.channel) == ("advertising", True, "newsletter")
    assert given.decided_at.isoformat() == "2026-06-15T09:05:00+00:00"
    assert given.evidence == {
        "event": "newsletter.confirm",
        "event_id": "event-1",
        "recipient_id": "aa11",
        "double_opt_in": True,
        "registered_at": "2026-06-15T09:00:00+00:00",
    }


async def test_where_the_shop_asks_for_no_confirmation_signing_up_is_consent() -> None:
    (given,) = (await read("newsletter.register", {"newsletterRecipient": {**RECIPIENT, "status": "direct"}})).changes[0].consents
    assert (given.granted, given.evidence["double_opt_in"]) == (True, False)


async def test_unsubscribing_takes_consent_back() -> None:
    (given,) = (await read("newsletter.unsubscribe", {"newsletterRecipient": {**RECIPIENT, "status": "optOut"}})).changes[0].consents
    assert (given.granted, given.decided_at) == (False, NOW)
    assert "double_opt_in" not in given.evidence


async def test_what_was_deleted_is_told_without_asking_the_shop() -> None:
    deleted = {"entity": "product", "operation": "delete", "primaryKey": "7b04ebe416db4ebc93de4d791325e1d9", "updatedFields": []}
    for event in ("product.written", "product.deleted"):
        (change,) = (await read(event, [deleted])).changes
        assert (change.kind, change.resource_id, change.deleted) == ("product", "7b04ebe416db4ebc93de4d791325e1d9", True)


async def test_what_was_written_has_to_be_asked_for() -> None:
    written = {"entity": "product", "operation": "update", "primaryKey": "7b04", "updatedFields": ["stock"]}
    with pytest.raises(NeedsShop, match="product"):
        await read("product.written", [written])


async def test_entities_that_are_none_of_ours_are_passed_over() -> None:
    other = {"entity": "product_price", "operation": "delete", "primaryKey": "7b04", "updatedFields": []}
    assert (await read("product.written", [other])).changes == ()
    assert (await read("category.written", [])).ignored


async def test_an_app_that_was_removed_ends_the_connection() -> None:
    assert (await read("app.deleted", None)).disconnected


@pytest.mark.parametrize("payload", [None, {}, {"customer": None}, {"customer": {}}, []])
async def test_a_payload_without_its_entity_names_what_is_missing(payload: Any) -> None:
    with pytest.raises(Unmappable):
        await read("checkout.customer.register", payload)


def test_a_delivery_is_known_by_the_id_of_its_event() -> None:
    body = webhook("product.written", [])
    envelope = Shopware().envelope(Incoming(headers={}, body=body, received_at=NOW))
    assert (envelope.topic, envelope.event_id) == ("product.written", "e-1")
    assert envelope.triggered_at is not None
    assert envelope.triggered_at.isoformat() == "2026-06-15T10:00:00+00:00"
    old = body.replace(b'"eventId":"e-1"', b'"appVersion":"1"')
    assert Shopware().envelope(Incoming(headers={"x-shopware-event-id": "h-1"}, body=old, received_at=NOW)).event_id == "h-1"
    assert Shopware().envelope(Incoming(headers={}, body=b"nonsense", received_at=NOW)).topic == "unknown"
    assert Shopware().envelope(Incoming(headers={}, body=body.replace(b"1781517600", b"9" * 15), received_at=NOW)).triggered_at is None


def test_the_published_examples_of_signatures_are_right() -> None:
    """From the tests of Shopware's own SDK for apps."""
    post = Incoming(
        headers={"shopware-shop-signature": "dc46983557fea127b43af721467eb9b3fde2338fe3e14f51952aa8478c13d355"}, body=b"body", received_at=NOW
    )
    assert Shopware().is_authentic(post, shop("shopware", secrets={"shop_secret": "secret"}))
    assert not Shopware().is_authentic(post, shop("shopware", secrets={"shop_secret": "other"}))
    assert not Shopware().is_authentic(post, shop("shopware"))
    query = b"shop-id=123&shop-url=https://my-shop.com&timestamp=1234567890"
    assert signatures.is_hex_hmac("96c91f86c822e11444b7a57b54ef125ed86b1a639c5360d45c5397daa8c3f70b", "my-secret", query)
