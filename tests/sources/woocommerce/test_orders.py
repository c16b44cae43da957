"""Orders of WooCommerce: exact money, states that count as placed, and refunds with and without their lines."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from hanse.sources.source import Change
from hanse.sources.source.batches import decode
from hanse.sources.source.errors import Unmappable
from hanse.sources.woocommerce import orders, payloads
from tests.sources.shops import properties, recorded, shop

REFUNDS = [{"id": 729, "reason": "", "total": "-4.90"}, {"id": 728, "reason": "", "total": "-107.10"}]
DETAILS: list[dict[str, Any]] = [
    {
        "id": 728,
        "date_created_gmt": "2026-06-18T07:00:00",
        "amount": "107.10",
        "reason": "",
        "line_items": [
            {
                "name": "Akku 18 V - 4 Ah",
                "parent_name": "Akku 18 V",
                "sku": "AKKU-18-4",
                "product_id": 93,
                "variation_id": 95,
                "quantity": -1,
                "total": "-90.00",
            }
        ],
    },
    {"id": 729, "date_created_gmt": "2026-06-20T07:00:00", "amount": "4.90", "reason": "", "line_items": []},
]


def change(details: list[dict[str, Any]] | None = None, /, **changes: Any) -> Change:
    refunds = msgspec.convert(details or [], list[payloads.Refund], strict=False)
    order = decode(recorded("woocommerce", "order", **changes), payloads.Order)
    return orders.change(order, shop("woocommerce"), {each.id: each for each in refunds})


def names(**changes: Any) -> list[str | None]:
    return [each.name for each in change(**changes).events]


def test_an_order_has_the_properties_of_the_specification() -> None:
    found = change()

    (event,) = found.events
    assert (event.message_id, event.user_id) == ("order:shop:727", "21")
    assert event.occurred_at.isoformat() == "2026-06-14T16:22:05+00:00"
    assert properties(event) == {
        "order_id": "727",
        "currency": "EUR",
        "total": "276.30",
        "revenue": "223.87",
        "subtotal": "223.87",
        "shipping": "4.11",
        "tax": "44.12",
        "discount": "24.87",
        "adjustment": "4.20",
        "coupon": "sommer10",
        "country": "DE",
        "affiliation": "checkout",
        "products": [
            {"product_id": "AKKU-18-4", "name": "Akku 18 V", "variant": "4 Ah", "price": "90.00", "quantity": 2},
            {"product_id": "96", "name": "Koffer & Einlage", "price": "43.87", "quantity": 1},
        ],
    }
    assert found.remarks == ()
    assert found.changed_at.isoformat() == "2026-06-14T16:22:09+00:00"


def test_nothing_personal_is_in_the_event() -> None:
    text = msgspec.json.encode(change().events[0]).decode()
    assert not any(word in text for word in ("ena", "Beispiel", "0421", "Am Markt", "28195", "2001:db8", "Mozilla"))


def test_who_ordered_is_known_by_account_and_address() -> None:
    customer = change().customer
    assert customer is not None
    assert (customer.user_id, customer.email, customer.phone) == ("21", "lena.beispiel@example.org", "04215550101")
    guest = change(customer_id=0).customer
    assert guest is not None
    assert guest.user_id is None


@pytest.mark.parametrize("status", ["processing", "on-hold", "completed", "shipped-by-plug-in"])
def test_these_orders_are_placed(status: str) -> None:
    assert names(status=status) == ["Order Completed"]


@pytest.mark.parametrize("status", ["pending", "failed", "checkout-draft", "trash"])
def test_these_are_not_and_name_nobody(status: str) -> None:
    found = change(status=status)
    assert (found.events, found.customer) == ((), None)


def test_a_cancelled_order_counts_only_where_it_was_paid() -> None:
    assert names(status="cancelled") == ["Order Completed", "Order Cancelled"]
    assert names(status="cancelled", date_paid_gmt=None) == ["Order Cancelled"]


def test_refunds_come_with_what_is_known_of_them() -> None:
    _, first, second = change(DETAILS, refunds=REFUNDS).events
    assert (first.message_id, first.occurred_at.day) == ("refund:shop:727", 18)
    assert properties(first)["total"] == "107.10"
    assert properties(first)["products"] == [{"product_id": "AKKU-18-4", "name": "Akku 18 V", "variant": "4 Ah", "price": "90.00", "quantity": 1}]
    assert (second.message_id, properties(second)["products"], properties(second)["total"]) == ("refund:shop:727:729", [], "4.90")


def test_refunds_without_details_are_amounts() -> None:
    _, first, _ = change(refunds=REFUNDS).events
    assert (properties(first)["total"], properties(first)["products"]) == ("107.10", [])
    assert first.occurred_at == change().changed_at


def test_an_order_that_is_only_marked_as_refunded_came_back_whole() -> None:
    _, whole = change(status="refunded").events
    assert properties(whole) == {"order_id": "727", "currency": "EUR"}


def test_numbers_that_plug_ins_give_are_taken() -> None:
    assert change(number="RE-2026-15").order_id == "RE-2026-15"
    assert change(number=None).order_id == "727"
    assert change(number=728).order_id == "728"


def test_pieces_may_be_parts() -> None:
    line = {"quantity": 2.5, "total": "10.00", "sku": "KABEL"}
    (product,) = properties(change(line_items=[line]).events[0])["products"]
    assert (product["quantity"], product["price"]) == ("2.5", "4.00")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"id": None}, "id"),
        ({"total": "viel"}, "total"),
        ({"total": "-1"}, "total"),
        ({"currency": "?"}, "currency"),
        ({"date_created_gmt": None}, "date_created_gmt"),
        ({"date_created_gmt": "gestern"}, "date_created_gmt"),
        ({"date_created_gmt": "", "date_modified_gmt": ""}, "date_created_gmt"),
        ({"line_items": [{"quantity": -1, "total": "1"}]}, "line_items[0].quantity"),
        ({"line_items": [{"quantity": 1, "total": "NaN"}]}, "line_items[0].total"),
        ({"line_items": [{"quantity": 1}]}, "line_items[0]"),
        ({"refunds": [{"id": 1}]}, "refunds[0]"),
    ],
)
def test_what_cannot_be_read_names_its_field(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(Unmappable) as problem:
        change(**changes)
    assert problem.value.field == field
