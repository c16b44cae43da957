"""Orders of Shopware become `Order Completed`, `Order Cancelled` and `Order Refunded`; pure functions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from hanse.data.events import Event
from hanse.sources.shopware import customers
from hanse.sources.shopware.payloads import CalculatedPrice, Order, OrderLine
from hanse.sources.source import Change, Shop, amounts, orders
from hanse.sources.source.errors import Unmappable
from hanse.sources.source.orders import Line
from hanse.sources.source.texts import utc

REDUCTIONS = frozenset({"promotion", "discount", "credit"})
"""Lines that are no goods but make goods cheaper."""
RETURNED = frozenset({"refunded", "chargeback"})
CANCELLED = "state_enter.order.state.cancelled"
PARTIAL_REMARK = "A part was refunded; Shopware does not say which, so it is not counted."


@dataclass(frozen=True)
class Telling:
    """How an order came to be told of."""

    event: str
    at: datetime
    source: str
    user_id: str | None


def is_complete(order: Order) -> bool:
    """Return whether an order has all that is needed of it."""
    return order.line_items is not None and order.currency is not None


def change(order: Order, shop: Shop, *, event: str = "", at: datetime) -> Change:
    """Return what an order says, and what the event that brought it says of its states."""
    found = _order(order, shop)
    remarks = orders.check(found)
    customer = customers.of_order(order)
    return Change(
        kind="order",
        resource_id=order.id,
        changed_at=changed_at(order) or at,
        order_id=found.order_id,
        events=tuple(_events(order, found, Telling(event, changed_at(order) or at, shop.source, customer.user_id if customer else None))),
        customer=customer,
        remarks=(*remarks, PARTIAL_REMARK) if "refunded_partially" in _payments(order, event) else remarks,
    )


def changed_at(order: Order) -> datetime | None:
    """Return when an order or its payment last changed."""
    moments = [order.created_at, order.updated_at, *(each.updated_at for each in order.transactions or [])]
    return max((utc(each) for each in moments if each), default=None)


def _events(order: Order, found: orders.Order, telling: Telling) -> list[Event]:
    events = [orders.completed(found, source=telling.source, user_id=telling.user_id)]
    state = order.state_machine_state.technical_name if order.state_machine_state else ""
    if state == "cancelled" or telling.event == CANCELLED:
        events.append(orders.cancelled(found, at=telling.at, source=telling.source, user_id=telling.user_id))
    if not RETURNED.isdisjoint(_payments(order, telling.event)):
        whole = orders.refunded(found.order_id, found.currency, at=telling.at, total=None, lines=None, source=telling.source, user_id=telling.user_id)
        events.append(whole)
    return events


def _payments(order: Order, event: str) -> set[str]:
    """Return the state of the payment that counts, the last one, and the one that the event tells of."""
    states = {event.rpartition(".")[2]} if event.startswith("state_enter.order_transaction.state.") else set()
    paid = [(utc(each.created_at), each.state_machine_state) for each in order.transactions or [] if each.created_at]
    last = max(paid, key=lambda each: each[0])[1] if paid else None
    return states | ({last.technical_name} if last else set())


def _order(order: Order, shop: Shop) -> orders.Order:
    currency = amounts.currency(order.currency.iso_code if order.currency else None, shop.currency, "order.currency")
    gross = order.price.tax_status == "gross"
    kept = _leaves(order.line_items or [])
    goods, reductions = [each for each in kept if each.type not in REDUCTIONS], [each for each in kept if each.type in REDUCTIONS]
    reduction = amounts.total(_net(each, number, gross=gross) for number, each in enumerate(reductions))
    country = order.billing_address.country if order.billing_address else None
    return orders.Order(
        order_id=_number(order),
        currency=currency,
        ordered_at=utc(order.order_date_time),
        lines=_reduced([_line(each, number, gross=gross) for number, each in enumerate(goods)], reduction, currency),
        total=order.price.total_price,
        tax=Decimal(0) if order.price.tax_status == "tax-free" else amounts.total(each.tax for each in order.price.calculated_taxes),
        shipping=_without_tax(order.shipping_costs, gross=gross) if order.shipping_costs else Decimal(0),
        discount=-reduction,
        coupons=tuple(code for each in reductions if (code := _payload(each).get("code"))),
        country=country.iso if country else None,
        affiliation=order.sales_channel.name if order.sales_channel else None,
    )


def _number(order: Order) -> str:
    if not order.order_number.strip():
        raise Unmappable(field="order.orderNumber", reason="this is empty")
    return order.order_number.strip()


def _leaves(lines: list[OrderLine]) -> list[OrderLine]:
    """Return lines without the containers whose parts stand beside them."""
    parents = {each.parent_id for each in lines}
    return [each for each in lines if not (each.type == "container" and each.id in parents)]


def _line(line: OrderLine, number: int, *, gross: bool) -> Line:
    if line.quantity <= 0:
        raise Unmappable(field=f"order.lineItems[{number}].quantity", reason="this is not above zero")
    product_id = _payload(line).get("productNumber")
    return Line(
        product_id=str(product_id) if product_id else None,
        name=line.label or "",
        quantity=Decimal(line.quantity),
        amount=_net(line, number, gross=gross),
    )


def _net(line: OrderLine, number: int, *, gross: bool) -> Decimal:
    price = line.price or CalculatedPrice(line.total_price)
    return amounts.checked(_without_tax(price, gross=gross), f"order.lineItems[{number}].price")


def _without_tax(price: CalculatedPrice, *, gross: bool) -> Decimal:
    return price.total_price - (amounts.total(each.tax for each in price.calculated_taxes) if gross else 0)


def _reduced(lines: list[Line], reduction: Decimal, currency: str) -> tuple[Line, ...]:
    """Return lines that bear what promotions take off the whole, each by its share."""
    weights = [max(each.amount, Decimal(0)) for each in lines]
    if not reduction or not any(weights):
        return tuple(lines) if not reduction else (*lines, Line(product_id=None, quantity=Decimal(1), amount=reduction))
    parts = amounts.spread(reduction, weights, currency)
    return tuple(
        Line(product_id=each.product_id, name=each.name, quantity=each.quantity, amount=each.amount + part)
        for each, part in zip(lines, parts, strict=True)
    )


def _payload(line: OrderLine) -> dict[str, Any]:
    return line.payload if isinstance(line.payload, dict) else {}
