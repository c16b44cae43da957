"""Orders of Shopify: exact money without tax, what was cancelled and what came back, and nothing personal in the events."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from hanse.sources.shopify import orders, payloads
from hanse.sources.source import Change
from hanse.sources.source.batches import decode
from hanse.sources.source.errors import Unmappable
from tests.sources.shops import properties, recorded, shop

REFUNDS = msgspec.json.decode(recorded("shopify", "refunds"))


def change(**changes: Any) -> Change:
    return orders.change(decode(recorded("shopify", "order", **changes), payloads.Order), shop("shopify"))


def test_an_order_has_the_properties_of_the_specification() -> None:
    found = change()

    (event,) = found.events
    assert (event.message_id, event.name, event.user_id) == ("order:shop:#1042", "Order Completed", "7012345678901")
    assert event.occurred_at.isoformat() == "2026-06-14T16:22:05+00:00"
    assert properties(event) == {
        "order_id": "#1042",
        "currency": "EUR",
        "total": "271.30",
        "revenue": "223.87",
        "subtotal": "223.87",
        "shipping": "4.11",
        "tax": "43.32",
        "discount": "29.60",
        "coupon": "SOMMER10",
        "country": "DE",
        "affiliation": "web",
        "products": [
            {"product_id": "AKKU-18-4", "name": "Akku 18 V", "variant": "4 Ah", "brand": "Muster", "price": "90.00", "quantity": 2},
            {"product_id": "44000000000002", "name": "Koffer", "brand": "Muster", "price": "43.87", "quantity": 1},
        ],
    }
    assert found.remarks == ()
    assert (found.kind, found.resource_id, found.order_id) == ("order", "5678901234567", "#1042")


def test_nothing_personal_is_in_the_event() -> None:
    (event,) = change().events
    text = msgspec.json.encode(event).decode()
    assert not any(word in text for word in ("lena", "Beispiel", "0421", "Am Markt", "28195"))


def test_who_ordered_fills_gaps_of_their_profile() -> None:
    customer = change().customer
    assert customer is not None
    assert (customer.user_id, customer.email, customer.phone) == ("7012345678901", "lena.beispiel@example.org", None)
    assert not customer.authoritative
    assert customer.traits["address"] == {"street": "Am Markt 1", "postalCode": "28195", "city": "Bremen", "country": "DE"}
    assert customer.traits["company"] == {"name": "Beispiel Werkstatt"}


def test_a_guest_is_known_by_the_address() -> None:
    customer = change(customer=None).customer
    assert customer is not None
    assert (customer.user_id, customer.email) == (None, "lena.beispiel@example.org")
    assert change(customer=None).events[0].user_id is None


def test_an_order_of_nobody_names_nobody() -> None:
    assert change(customer=None, email=None, contact_email=None).customer is None


def test_consent_given_at_the_checkout_is_told_with_its_evidence() -> None:
    (given,) = change().consents
    assert (given.purpose, given.granted, given.channel) == ("advertising", True, "shop e-mail")
    assert given.evidence == {"state": "subscribed", "opt_in_level": "confirmed_opt_in"}
    assert given.decided_at.isoformat() == "2026-06-14T16:22:06+00:00"


def test_amounts_without_tax_stay_as_they_are() -> None:
    found = properties(change(taxes_included=False, total_price="314.62").events[0])
    assert (found["revenue"], found["shipping"], found["products"][0]["price"]) == ("266.40", "4.90", "107.10")


def test_tips_and_duties_are_an_adjustment_and_no_remark() -> None:
    duties = {"shop_money": {"amount": "10.00", "currency_code": "EUR"}, "presentment_money": {"amount": "10.00", "currency_code": "EUR"}}
    found = change(total_price="286.30", total_tip_received="5.00", original_total_duties_set=duties)
    assert properties(found.events[0])["adjustment"] == "15.00"
    assert found.remarks == ()


def test_a_total_that_is_not_the_sum_of_its_parts_is_kept_with_a_remark() -> None:
    found = change(total_price="281.30")
    assert properties(found.events[0])["adjustment"] == "10.00"
    assert found.remarks == ("The total is not the sum of its parts; +10.00 EUR are kept as adjustment.",)


def test_cents_lost_to_rounding_are_no_remark() -> None:
    assert change(total_price="271.32").remarks == ()


def test_a_cancelled_order_is_placed_and_cancelled() -> None:
    _, cancelled = change(cancelled_at="2026-06-15T08:00:00+02:00").events
    assert (cancelled.message_id, cancelled.name) == ("cancel:shop:#1042", "Order Cancelled")
    assert cancelled.occurred_at.isoformat() == "2026-06-15T06:00:00+00:00"
    assert properties(cancelled) == {"order_id": "#1042", "currency": "EUR", "total": "271.30"}


def test_refunds_are_told_in_the_order_they_happened() -> None:
    _, first, second = change(refunds=REFUNDS).events

    assert (first.message_id, first.occurred_at.day) == ("refund:shop:#1042", 18)
    assert properties(first) == {
        "order_id": "#1042",
        "currency": "EUR",
        "total": "107.10",
        "products": [{"product_id": "AKKU-18-4", "name": "Akku 18 V", "variant": "4 Ah", "price": "90.00", "quantity": 1}],
    }
    assert second.message_id == "refund:shop:#1042:930000000002"
    assert properties(second) == {"order_id": "#1042", "currency": "EUR", "total": "4.90", "products": []}


def test_a_refund_of_nothing_is_none() -> None:
    nothing = {"id": 5, "created_at": "2026-06-18T09:00:00+02:00", "refund_line_items": [], "transactions": []}
    assert len(change(refunds=[nothing]).events) == 1


def test_lines_of_no_product_are_kept_without_an_id() -> None:
    line = {"quantity": 1, "price": "11.90", "title": "Gravur", "sku": None, "variant_id": None, "tax_lines": [{"price": "1.90"}]}
    (product,) = properties(change(line_items=[line]).events[0])["products"]
    assert product == {"name": "Gravur", "price": "10.00", "quantity": 1}


def test_a_price_that_does_not_divide_gives_the_amount_again() -> None:
    line = {"quantity": 3, "price": "3.34", "sku": "A", "discount_allocations": [{"amount": "0.02"}]}
    found = properties(change(line_items=[line], taxes_included=False).events[0])
    assert (found["revenue"], found["products"][0]["price"]) == ("10.00", "3.333333")


def test_yen_have_no_cents() -> None:
    line = {"quantity": 1, "price": "1200", "sku": "A"}
    found = properties(change(currency="JPY", line_items=[line], shipping_lines=[], total_price="1200", total_tax="0").events[0])
    assert (found["total"], found["revenue"]) == (1200, 1200)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": None}, "name"),
        ({"currency": "EURO"}, "currency"),
        ({"total_price": "NaN"}, "total"),
        ({"total_price": "-1.00"}, "total"),
        ({"total_price": "1e30"}, "total"),
        ({"total_price": {}}, "total_price"),
        ({"created_at": "gestern"}, "created_at"),
        ({"updated_at": None}, "updated_at"),
        ({"line_items": None}, "line_items"),
        ({"line_items": [{"price": "1.00"}]}, "line_items[0]"),
        ({"line_items": [{"price": "1.00", "quantity": "2"}]}, "line_items[0].quantity"),
        ({"line_items": [{"price": "1.00", "quantity": -2}]}, "line_items[0].quantity"),
        ({"line_items": [{"price": "inf", "quantity": 1}]}, "line_items[0].price"),
        ({"refunds": [{"id": 1}]}, "refunds[0]"),
    ],
)
def test_what_cannot_be_read_names_its_field_and_not_its_value(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(Unmappable) as problem:
        change(**changes)
    assert problem.value.field == field
    assert "gestern" not in problem.value.detail()


@pytest.mark.parametrize("missing", ["id", "name", "created_at", "updated_at", "currency", "total_price", "line_items"])
def test_a_missing_field_is_named(missing: str) -> None:
    body = msgspec.json.decode(recorded("shopify", "order"))
    del body[missing]
    with pytest.raises(Unmappable, match=missing):
        decode(msgspec.json.encode(body), payloads.Order)
