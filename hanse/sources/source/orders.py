"""Orders in the words of the e-commerce specification: what was ordered, what was cancelled, what came back.

The same message ids as an import of the shop's files has, so that an order which comes both ways counts once.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec

from hanse.data.events import Event
from hanse.sources.source import amounts
from hanse.sources.source.errors import Unmappable
from hanse.sources.source.texts import present

_EXACT = msgspec.json.Encoder(decimal_format="number")
ROUNDING_MINOR = 1
"""Minor units for each line by which parts may miss the total, as each is rounded by itself."""


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line of an order, or of what came back of it."""

    product_id: str | None
    """Null for what is no product, such as a line somebody typed in."""
    name: str = ""
    variant: str = ""
    brand: str = ""
    quantity: Decimal
    amount: Decimal
    """The whole line without tax, after discounts."""


@dataclass(frozen=True, kw_only=True)
class Order:
    """One order. All amounts are without tax, but for `total`."""

    order_id: str
    currency: str
    ordered_at: datetime
    lines: tuple[Line, ...]
    total: Decimal
    """What the customer pays."""
    tax: Decimal = Decimal(0)
    shipping: Decimal = Decimal(0)
    discount: Decimal = Decimal(0)
    extras: Decimal = Decimal(0)
    """Known parts of the total that are neither goods nor shipping nor tax: fees, duties, tips."""
    coupons: tuple[str, ...] = ()
    country: str | None = None
    affiliation: str | None = None
    """Through which of the shop's channels it came."""

    @property
    def revenue(self) -> Decimal:
        """Return what the goods cost, after discounts, without tax and shipping."""
        return amounts.total(line.amount for line in self.lines)

    @property
    def difference(self) -> Decimal:
        """Return by how much the total is more than its parts."""
        return self.total - self.revenue - self.shipping - self.tax - self.extras


def check(order: Order) -> tuple[str, ...]:
    """Return a remark where the total is not the sum of its parts; raises `Unmappable` for amounts that cannot be."""
    for name in ("total", "tax", "shipping"):
        if amounts.checked(getattr(order, name), name) < 0:
            raise Unmappable(field=name, reason="this is negative")
    allowed = (len(order.lines) + 1) * Decimal(ROUNDING_MINOR)
    missing = amounts.rounded(order.difference, order.currency)
    in_minor = abs(missing.scaleb(-int(missing.as_tuple().exponent)))
    return () if in_minor <= allowed else (f"The total is not the sum of its parts; {missing:+} {order.currency} are kept as adjustment.",)


def completed(order: Order, *, source: str, user_id: str | None) -> Event:
    """Return the event of an order."""
    coin = order.currency
    adjustment = amounts.rounded(order.extras + order.difference, coin)
    properties = {
        "order_id": order.order_id,
        "currency": coin,
        "total": amounts.rounded(order.total, coin),
        "revenue": amounts.rounded(order.revenue, coin),
        "subtotal": amounts.rounded(order.revenue, coin),
        "shipping": amounts.rounded(order.shipping, coin),
        "tax": amounts.rounded(order.tax, coin),
        "discount": amounts.rounded(order.discount, coin),
        "adjustment": adjustment or None,
        "coupon": ", ".join(order.coupons),
        "country": order.country,
        "affiliation": order.affiliation,
        "products": products(order.lines, coin),
    }
    return _event("order", "Order Completed", order.order_id, order.ordered_at, properties, source=source, user_id=user_id)


def cancelled(order: Order, *, at: datetime, source: str, user_id: str | None) -> Event:
    """Return the event of an order that was cancelled whole."""
    properties = {"order_id": order.order_id, "currency": order.currency, "total": amounts.rounded(order.total, order.currency)}
    return _event("cancel", "Order Cancelled", order.order_id, at, properties, source=source, user_id=user_id)


def deleted(order_id: str, *, at: datetime, source: str) -> Event:
    """Return the event of an order that the shop removed, of which only the number is known."""
    return _event("cancel", "Order Cancelled", order_id, at, {"order_id": order_id}, source=source, user_id=None)


def refunded(
    order_id: str,
    currency: str,
    *,
    at: datetime,
    total: Decimal | None,
    lines: Iterable[Line] | None,
    source: str,
    user_id: str | None,
    refund_id: str = "",
) -> Event:
    """Return the event of what came back: without lines and without a total it is the whole order.

    The first refund of an order has no `refund_id` in its message id, as in an import of files; later ones have theirs.
    """
    properties: dict[str, Any] = {"order_id": order_id, "currency": currency}
    if total is not None:
        properties["total"] = abs(amounts.rounded(amounts.checked(total, "refund.total"), currency))
    if lines is not None:
        properties["products"] = products(lines, currency)
    suffix = f":{refund_id}" if refund_id else ""
    return _event("refund", "Order Refunded", order_id, at, properties, source=source, user_id=user_id, suffix=suffix)


def products(lines: Iterable[Line], currency: str) -> list[dict[str, Any]]:
    """Return lines as the specification names them, each with its price without tax."""
    return [
        present(
            {
                "product_id": line.product_id,
                "name": line.name,
                "variant": line.variant,
                "brand": line.brand,
                "price": amounts.share(amounts.checked(line.amount, "products.price"), line.quantity, currency),
                "quantity": _pieces(line.quantity),
            }
        )
        for line in lines
        if line.quantity
    ]


def _pieces(quantity: Decimal) -> int | Decimal:
    return int(quantity) if quantity == quantity.to_integral_value() else quantity


def _event(
    prefix: str, name: str, order_id: str, at: datetime, properties: dict[str, Any], *, source: str, user_id: str | None, suffix: str = ""
) -> Event:
    return Event(
        message_id=f"{prefix}:{source}:{order_id}{suffix}",
        name=name,
        user_id=user_id,
        source=source,
        occurred_at=at,
        properties=msgspec.Raw(_EXACT.encode(present(properties))),
    )
