"""Orders of WooCommerce become `Order Completed`, `Order Cancelled` and `Order Refunded`; pure functions."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from hanse.data.events import Event
from hanse.sources.source import Change, Shop, amounts, orders
from hanse.sources.source.errors import Unmappable
from hanse.sources.source.orders import Line
from hanse.sources.source.texts import unescaped
from hanse.sources.woocommerce import customers, moments
from hanse.sources.woocommerce.payloads import LineItem, Order, Refund

NOT_PLACED = frozenset({"pending", "failed", "checkout-draft", "auto-draft", "draft", "trash"})
"""States of orders that nobody has placed yet, or that never got paid; all others count, also those that plug-ins add."""


def change(order: Order, shop: Shop, refunds: Mapping[int, Refund]) -> Change:
    """Return what an order says; of refunds what is known beyond their amounts."""
    found = _order(order, shop)
    customer = customers.of_order(order)
    placed = _is_placed(order)
    return Change(
        kind="order",
        resource_id=str(order.id),
        changed_at=moments.needed(order.date_modified_gmt or order.date_created_gmt, "date_modified_gmt"),
        order_id=found.order_id,
        events=tuple(_events(order, found, refunds, shop, customer.user_id if customer else None)),
        customer=customer if placed else None,
        remarks=orders.check(found) if placed else (),
    )


def _is_placed(order: Order) -> bool:
    return order.status not in NOT_PLACED and not (order.status == "cancelled" and not order.date_paid_gmt)


def _events(order: Order, found: orders.Order, refunds: Mapping[int, Refund], shop: Shop, user_id: str | None) -> list[Event]:
    """Return what happened; an order that was cancelled before it was paid may have been placed as one on account."""
    moment = moments.needed(order.date_modified_gmt or order.date_created_gmt, "date_modified_gmt")
    events = [orders.completed(found, source=shop.source, user_id=user_id)] if _is_placed(order) else []
    if order.status == "cancelled":
        events.append(orders.cancelled(found, at=moment, source=shop.source, user_id=user_id))
    for number, summary in enumerate(sorted(order.refunds, key=lambda each: each.id)):
        known = refunds.get(summary.id) or Refund(summary.id, summary.total)
        refund = orders.refunded(
            found.order_id,
            found.currency,
            at=moments.read(known.date_created_gmt, "refunds.date_created_gmt") or moment,
            total=known.amount,
            lines=[_refund_line(each) for each in known.line_items],
            source=shop.source,
            user_id=user_id,
            refund_id=str(summary.id) if number else "",
        )
        events.append(refund)
    if order.status == "refunded" and not order.refunds:
        events.append(orders.refunded(found.order_id, found.currency, at=moment, total=None, lines=None, source=shop.source, user_id=user_id))
    return events


def _order(order: Order, shop: Shop) -> orders.Order:
    return orders.Order(
        order_id=str(order.number or order.id).strip(),
        currency=amounts.currency(order.currency, shop.currency, "currency"),
        ordered_at=moments.needed(order.date_created_gmt, "date_created_gmt"),
        lines=tuple(_line(each, number) for number, each in enumerate(order.line_items) if each.quantity),
        total=order.total,
        tax=order.total_tax,
        shipping=order.shipping_total,
        discount=order.discount_total,
        extras=amounts.total(each.total for each in order.fee_lines),
        coupons=tuple(each.code for each in order.coupon_lines),
        country=(order.billing.country if order.billing else None) or None,
        affiliation=order.created_via or None,
    )


def _line(item: LineItem, number: int) -> Line:
    if amounts.checked(item.quantity, f"line_items[{number}].quantity") < 0:
        raise Unmappable(field=f"line_items[{number}].quantity", reason="this is negative")
    return _as_line(item, item.quantity, amounts.checked(item.total, f"line_items[{number}].total"))


def _refund_line(item: LineItem) -> Line:
    """Return a line that came back; WooCommerce writes it with negative numbers."""
    return _as_line(item, abs(item.quantity), abs(item.total))


def _as_line(item: LineItem, quantity: Decimal, amount: Decimal) -> Line:
    return Line(
        product_id=product_id(item.sku, item.variation_id or item.product_id),
        name=unescaped(item.parent_name or item.name),
        variant=unescaped((item.name or "").removeprefix(item.parent_name)).lstrip("-–, ") if item.parent_name else "",
        quantity=quantity,
        amount=amount,
    )


def product_id(sku: str | None, resource_id: int) -> str | None:
    """Return what a product is called here: by its SKU, as in files, or else by its own id."""
    return (sku or "").strip() or (str(resource_id) if resource_id else None)
