"""Orders of Shopify become `Order Completed`, `Order Cancelled` and `Order Refunded`; pure functions."""

from __future__ import annotations

from decimal import Decimal

from hanse.data.events import Event
from hanse.sources.shopify import customers
from hanse.sources.shopify.payloads import LineItem, MoneySet, Order, Refund, RefundLine, ShippingLine
from hanse.sources.source import Change, Shop, amounts, orders
from hanse.sources.source.errors import Unmappable
from hanse.sources.source.orders import Line
from hanse.sources.source.texts import utc


def change(order: Order, shop: Shop) -> Change:
    """Return what an order says: that it was placed, and what became of it since."""
    found = _order(order, shop)
    remarks = orders.check(found)
    customer = customers.of_order(order)
    return Change(
        kind="order",
        resource_id=str(order.id),
        changed_at=utc(order.updated_at),
        order_id=found.order_id,
        events=tuple(_events(order, found, shop, customer.user_id if customer else None)),
        customer=customer,
        consents=customers.consents(order.customer.email_marketing_consent) if order.customer else (),
        remarks=remarks,
    )


def _events(order: Order, found: orders.Order, shop: Shop, user_id: str | None) -> list[Event]:
    events = [orders.completed(found, source=shop.source, user_id=user_id)]
    if order.cancelled_at:
        events.append(orders.cancelled(found, at=utc(order.cancelled_at), source=shop.source, user_id=user_id))
    meant = [each for each in order.refunds if each.refund_line_items or _paid_back(each)]
    for number, refund in enumerate(sorted(meant, key=lambda each: (utc(each.created_at), str(each.id)))):
        events.append(_refund(order, found, refund, shop, user_id, refund_id=str(refund.id) if number else ""))
    return events


def _order(order: Order, shop: Shop) -> orders.Order:
    if not order.name.strip():
        raise Unmappable(field="name", reason="this is empty")
    address = order.billing_address or order.shipping_address
    return orders.Order(
        order_id=order.name.strip(),
        currency=amounts.currency(order.currency, shop.currency, "currency"),
        ordered_at=utc(order.processed_at or order.created_at),
        lines=tuple(_line(each, number, included=order.taxes_included) for number, each in enumerate(order.line_items) if each.quantity),
        total=order.total_price,
        tax=order.total_tax or Decimal(0),
        shipping=amounts.total(_shipping(each, included=order.taxes_included) for each in order.shipping_lines if not each.is_removed),
        discount=order.total_discounts or Decimal(0),
        extras=_extras(order),
        coupons=tuple(each.code for each in order.discount_codes),
        country=address.country_code if address else None,
        affiliation=order.source_name,
    )


def _line(item: LineItem, number: int, *, included: bool) -> Line:
    if item.quantity < 0:
        raise Unmappable(field=f"line_items[{number}].quantity", reason="this is negative")
    paid = amounts.checked(item.price, f"line_items[{number}].price") * item.quantity - _discounts(item)
    return _as_line(item, item.quantity, paid - _taxes(item) if included else paid)


def _as_line(item: LineItem, quantity: int, amount: Decimal) -> Line:
    return Line(
        product_id=product_id(item.sku, item.variant_id),
        name=item.title or "",
        variant=item.variant_title or "",
        brand=item.vendor or "",
        quantity=Decimal(quantity),
        amount=amount,
    )


def product_id(sku: str | None, variant_id: object) -> str | None:
    """Return what a variant is called here: by its SKU, as in files, or else by its own id."""
    return (sku or "").strip() or (str(variant_id) if variant_id else None)


def _discounts(item: LineItem | ShippingLine) -> Decimal:
    return amounts.total(each.amount for each in item.discount_allocations)


def _taxes(item: LineItem | ShippingLine) -> Decimal:
    return amounts.total(each.price for each in item.tax_lines)


def _shipping(line: ShippingLine, *, included: bool) -> Decimal:
    paid = line.discounted_price if line.discounted_price is not None and not line.discount_allocations else line.price - _discounts(line)
    return paid - _taxes(line) if included else paid


def _extras(order: Order) -> Decimal:
    """Return what is paid beyond goods, shipping and tax."""
    sets: tuple[MoneySet | None, ...] = (order.original_total_duties_set, order.original_total_additional_fees_set)
    return (order.total_tip_received or Decimal(0)) + amounts.total(each.shop_money.amount for each in sets if each)


def _paid_back(refund: Refund) -> Decimal:
    return amounts.total(each.amount for each in refund.transactions if each.kind == "refund" and each.status == "success")


def _refund(order: Order, found: orders.Order, refund: Refund, shop: Shop, user_id: str | None, *, refund_id: str) -> Event:
    return orders.refunded(
        found.order_id,
        found.currency,
        at=utc(refund.processed_at or refund.created_at),
        total=_paid_back(refund) if refund.transactions else None,
        lines=[_refund_line(each, included=order.taxes_included) for each in refund.refund_line_items],
        source=shop.source,
        user_id=user_id,
        refund_id=refund_id,
    )


def _refund_line(line: RefundLine, *, included: bool) -> Line:
    tax = line.total_tax or Decimal(0)
    return _as_line(line.line_item, line.quantity, line.subtotal - tax if included else line.subtotal)
