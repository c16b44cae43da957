"""Sales of Tryton become `Order Completed`; pure functions. What is not confirmed yet is no order."""

from __future__ import annotations

from datetime import UTC, datetime, time
from decimal import Decimal

import msgspec

from hanse.sources.source import Change, Shop, amounts, orders
from hanse.sources.source.errors import Unmappable
from hanse.sources.tryton import parties
from hanse.sources.tryton.payloads import Line, Sale, changed_at

FIELDS = (
    *("number", "state", "sale_date", "party.code", "currency.code", "untaxed_amount", "tax_amount", "total_amount", "create_date", "write_date"),
    *("shipment_address.country.code", "lines.type", "lines.quantity", "lines.amount", "lines.description", "lines.product.code"),
    *("lines.product.name", "lines.create_date", "lines.write_date"),
)
PARTS = ("lines.",)
PLACED = frozenset({"confirmed", "processing", "done"})


def modified_at(sale: Sale) -> datetime | None:
    """Return when a sale was changed, or one of its lines."""
    return changed_at(sale, *sale.lines)


def change(sale: Sale, shop: Shop) -> Change:
    """Return what a sale says."""
    at = modified_at(sale)
    if at is None:
        raise Unmappable(field="write_date", reason="this is missing")
    if sale.state not in PLACED:
        return Change(kind="order", resource_id=str(sale.id), changed_at=at)
    found = _order(sale, shop, at)
    event = orders.completed(found, source=shop.source, user_id=None)
    identities = parties.number(sale.party.code if sale.party else None, shop)
    return Change(
        kind="order",
        resource_id=str(sale.id),
        changed_at=at,
        order_id=found.order_id,
        events=(msgspec.structs.replace(event, identities=identities),),
        remarks=orders.check(found),
    )


def _order(sale: Sale, shop: Shop, at: datetime) -> orders.Order:
    address = sale.shipment_address
    return orders.Order(
        order_id=(sale.number or str(sale.id)).strip(),
        currency=amounts.currency(sale.currency.code if sale.currency else None, shop.currency, "currency"),
        ordered_at=_ordered_at(sale, at),
        lines=tuple(_line(each) for each in sale.lines if each.type == "line" and each.quantity and each.quantity > 0),
        total=amounts.checked(sale.total_amount or Decimal(0), "total_amount"),
        tax=amounts.checked(sale.tax_amount or Decimal(0), "tax_amount"),
        country=address.country.code if address and address.country else None,
    )


def _ordered_at(sale: Sale, at: datetime) -> datetime:
    """Return when it was ordered: Tryton knows the day; of that day the moment at which the sale was made where it was on that day."""
    made = sale.create_date or at
    if sale.sale_date is None or sale.sale_date == made.date():
        return made
    return datetime.combine(sale.sale_date, time(), UTC)


def _line(line: Line) -> orders.Line:
    product = line.product
    return orders.Line(
        product_id=((product.code or "").strip() or str(product.id)) if product else None,
        name=(product.name if product else line.description) or "",
        quantity=line.quantity or Decimal(0),
        amount=amounts.checked(line.amount or Decimal(0), "lines.amount"),
    )
