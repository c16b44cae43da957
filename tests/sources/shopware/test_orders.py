"""Orders of Shopware: exact money without tax, promotions shared out over the goods, and what its states mean."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from hanse.sources.shopware import Shopware, orders, payloads
from hanse.sources.source import Change
from hanse.sources.source.batches import decode
from hanse.sources.source.errors import NeedsShop, Unmappable
from tests.sources.shops import NOW, delivery, properties, recorded, shop

PLACED = "checkout.order.placed"


def webhook(event: str = PLACED, **changes: Any) -> bytes:
    body = msgspec.json.decode(recorded("shopware", "order_placed"))
    body["data"]["event"] = event
    body["data"]["payload"]["order"] |= changes
    return msgspec.json.encode(body)


async def change(event: str = PLACED, **changes: Any) -> Change:
    (found,) = (await Shopware().read(delivery(event, webhook(event, **changes)), shop("shopware"), None)).changes
    return found


async def names(event: str = PLACED, **changes: Any) -> list[str | None]:
    return [each.name for each in (await change(event, **changes)).events]


def state(name: str) -> dict[str, Any]:
    return {"technicalName": name}


async def test_an_order_has_the_properties_of_the_specification() -> None:
    found = await change()

    (event,) = found.events
    assert (event.message_id, event.user_id) == ("order:shop:10077", "10021")
    assert event.occurred_at.isoformat() == "2026-06-14T16:22:05.557000+00:00"
    assert properties(event) == {
        "order_id": "10077",
        "currency": "EUR",
        "total": "271.30",
        "revenue": "223.87",
        "subtotal": "223.87",
        "shipping": "4.11",
        "tax": "43.32",
        "discount": "24.87",
        "coupon": "SOMMER10",
        "country": "DE",
        "products": [
            {"product_id": "AKKU-18-4", "name": "Akku 18 V", "price": "90.00", "quantity": 2},
            {"product_id": "KOFFER", "name": "Koffer", "price": "43.87", "quantity": 1},
        ],
    }
    assert found.remarks == ()


async def test_net_orders_and_those_free_of_tax_are_understood() -> None:
    body = msgspec.json.decode(recorded("shopware", "order_placed"))
    price = body["data"]["payload"]["order"]["price"]
    net = properties((await change(price={**price, "taxStatus": "net", "totalPrice": 314.62})).events[0])
    assert (net["revenue"], net["shipping"], net["tax"], net.get("adjustment")) == ("266.40", "4.90", "43.32", None)
    free = properties((await change(price={**price, "taxStatus": "tax-free"})).events[0])
    assert (free["revenue"], free["shipping"], free["tax"], free.get("adjustment")) == ("266.40", "4.90", "0.00", None)


async def test_who_ordered_is_known_by_the_customer_number() -> None:
    customer = (await change()).customer
    assert customer is not None
    assert (customer.user_id, customer.email, customer.phone) == ("10021", "lena.beispiel@example.org", "04215550101")
    assert customer.traits["address"]["country"] == "DE"


async def test_guests_are_known_by_their_address_alone() -> None:
    guest = {"email": "kim@example.org", "customerNumber": "10022", "customer": {"id": "x", "guest": True}}
    found = await change(orderCustomer=guest)
    assert found.customer is not None
    assert (found.customer.user_id, found.customer.email, found.events[0].user_id) == (None, "kim@example.org", None)


async def test_the_parts_of_a_container_stand_for_it() -> None:
    box = {"id": "box", "label": "Set", "quantity": 1, "type": "container", "totalPrice": 119, "parentId": None, "payload": []}
    part = {"id": "part", "label": "Akku", "quantity": 1, "type": "product", "totalPrice": 119, "parentId": "box", "payload": {"productNumber": "A"}}
    assert [each["product_id"] for each in properties((await change(lineItems=[box, part])).events[0])["products"]] == ["A"]


async def test_a_line_that_somebody_typed_in_is_kept_without_an_id() -> None:
    line = {"id": "x", "label": "Gravur", "quantity": 1, "type": "custom", "totalPrice": 10, "payload": []}
    (product,) = properties((await change(lineItems=[line])).events[0])["products"]
    assert product == {"name": "Gravur", "price": "10.00", "quantity": 1}


@pytest.mark.parametrize("event", ["state_enter.order.state.cancelled", PLACED])
async def test_a_cancelled_order_is_told_by_event_or_state(event: str) -> None:
    changes = {"stateMachineState": state("cancelled")} if event == PLACED else {}
    assert await names(event, **changes) == ["Order Completed", "Order Cancelled"]


@pytest.mark.parametrize("name", ["refunded", "chargeback"])
async def test_money_that_went_back_is_told_by_event_or_state(name: str) -> None:
    whole = await change(f"state_enter.order_transaction.state.{name}")
    assert whole.events[-1].message_id == "refund:shop:10077"
    assert properties(whole.events[-1]) == {"order_id": "10077", "currency": "EUR"}
    payment = {"createdAt": "2026-06-14T16:22:06.566+00:00", "stateMachineState": state(name)}
    assert await names(transactions=[payment]) == ["Order Completed", "Order Refunded"]


async def test_only_the_last_payment_counts() -> None:
    first = {"createdAt": "2026-06-14T16:22:06.566+00:00", "stateMachineState": state("refunded")}
    second = {"createdAt": "2026-06-14T16:30:00.000+00:00", "stateMachineState": state("paid")}
    assert await names(transactions=[second, first]) == ["Order Completed"]


@pytest.mark.parametrize(
    "event", ["state_enter.order_transaction.state.paid", "state_enter.order_delivery.state.shipped", "state_enter.order.state.completed"]
)
async def test_other_states_only_bring_the_order(event: str) -> None:
    assert await names(event) == ["Order Completed"]


async def test_a_partial_refund_is_remarked_as_nobody_knows_of_what() -> None:
    found = await change("state_enter.order_transaction.state.refunded_partially")
    assert [each.name for each in found.events] == ["Order Completed"]
    assert found.remarks == (orders.PARTIAL_REMARK,)


async def test_an_order_without_its_lines_needs_the_shop() -> None:
    with pytest.raises(NeedsShop):
        await change(lineItems=None)
    with pytest.raises(NeedsShop):
        await change(currency=None)


async def test_the_version_is_the_last_change_of_order_or_payment() -> None:
    payment = {"createdAt": "2026-06-14T16:22:06.566+00:00", "updatedAt": "2026-06-20T10:00:00.000+00:00", "stateMachineState": state("paid")}
    assert (await change(transactions=[payment])).changed_at.day == 20
    order = decode(recorded("shopware", "order_placed"), payloads.Webhook)
    assert orders.changed_at(decode(order.data.payload, payloads.OrderEvent).order) is not None


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"orderNumber": " "}, "order.orderNumber"),
        ({"orderNumber": None}, "order.orderNumber"),
        ({"orderDateTime": "gestern"}, "order.orderDateTime"),
        ({"price": {"totalPrice": "NaN"}}, "total"),
        ({"price": {}}, "order.price"),
        ({"currency": {"isoCode": "TALER"}}, "order.currency"),
        ({"lineItems": [{"id": "x", "quantity": 0}]}, "order.lineItems[0].quantity"),
        ({"lineItems": [{"id": "x", "totalPrice": 1e30}]}, "order.lineItems[0].price"),
    ],
)
async def test_what_cannot_be_read_names_its_field(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(Unmappable) as problem:
        await change(**changes)
    assert problem.value.field == field


async def test_without_a_time_of_its_own_an_order_is_as_old_as_its_delivery() -> None:
    assert (await change(createdAt=None, transactions=None)).changed_at == NOW
