"""Orders: the checkout, the sums, the payment, and what follows from them: machines, returns, reviews and tickets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hanse.testing.sample import chance
from hanse.testing.sample.assortment import Item, Kind
from hanse.testing.sample.assortment.prices import unit_price
from hanse.testing.sample.behaviour import payments, reviews, service
from hanse.testing.sample.behaviour.visits import Visit
from hanse.testing.sample.people import population
from hanse.testing.sample.people.members import Machine
from hanse.testing.sample.vocabulary import Campaign

SHIPPING_MINOR = 590
FREE_SHIPPING_FROM_MINOR = 10000
TAX_PERCENT = 19
DAY_SECONDS = 86400


@dataclass(frozen=True)
class Line:
    """One line of an order; money in cents, net, before the discount of a coupon."""

    item: Item
    quantity: int
    price_minor: int
    discount_minor: int

    @property
    def net_minor(self) -> int:
        """Return what the line costs, net."""
        return self.quantity * self.price_minor - self.discount_minor

    @property
    def facts(self) -> dict[str, Any]:
        """Return the line as events write it."""
        known = self.item.facts
        return {key: known[key] for key in ("product_id", "sku", "name", "category", "brand")} | {
            "price": self.price_minor / 100,
            "quantity": self.quantity,
        }


@dataclass(frozen=True)
class Coupon:
    """A code that makes some families cheaper."""

    code: str
    name: str
    percent: int
    families: tuple[str, ...] | None = None
    """Null for all of them."""

    @classmethod
    def of(cls, campaign: Campaign) -> Coupon:
        """Return the coupon of a campaign."""
        return cls(campaign.coupon, campaign.title["de"], campaign.percent, tuple(campaign.families))

    def less(self, item: Item, amount_minor: int) -> int:
        """Return how much less an amount for an item is."""
        return round(amount_minor * self.percent / 100) if self.families is None or item.family in self.families else 0


def place(visit: Visit, coupon: Coupon | None = None) -> list[Machine]:
    """Go to the checkout and order what was chosen; return the machines that come into the house."""
    world = visit.world
    visit.sign_in()
    for item, quantity in visit.chosen.items():
        if item not in visit.cart:
            visit.put_in_cart(item, quantity)
    coupon = coupon or _campaign_coupon(visit)
    lines = [_line(visit, item, quantity, coupon) for item, quantity in visit.cart.items()]
    order = _check_out(visit, lines)
    discount = sum(line.discount_minor for line in lines)
    if coupon and discount:
        applied = {"order_id": order["order_id"], "cart_id": visit.cart_id, "coupon_id": coupon.code, "coupon_name": coupon.name}
        visit.track("Coupon Applied", applied | {"discount": discount / 100}, "/checkout")
        order["coupon"] = coupon.code
    if visit.decision_id:
        order["decision_id"] = visit.decision_id
    payment = payments.authorize(visit, order)
    visit.track("Order Completed", order, "/checkout/done")
    if visit.second > world.window.last_second:
        return []
    visit.party.orders += 1
    visit.party.last_item, visit.party.last_order_id = lines[0].item, order["order_id"]
    visit.party.revenue_minor += round(order["revenue"] * 100)
    payments.dispute(visit, order, payment)
    return _follow(visit, order["order_id"], lines)


def abandon(visit: Visit) -> None:
    """Leave with a full cart, sometimes as late as in the checkout."""
    lines = [_line(visit, item, quantity, None) for item, quantity in visit.cart.items()]
    if visit.world.rng.random() < 0.3:
        _check_out(visit, lines)


def _check_out(visit: Visit, lines: list[Line]) -> dict[str, Any]:
    visit.track("Cart Viewed", {"cart_id": visit.cart_id, "products": [line.facts for line in lines]}, "/cart")
    order = _order(f"B{visit.world.window.datetime(visit.second):%y%m%d}-{visit.world.number('order'):06d}", lines)
    started = {key: order[key] for key in ("order_id", "revenue", "currency", "products")}
    visit.track("Checkout Started", started | {"value": order["total"]}, "/checkout")
    return order


def _follow(visit: Visit, order_id: str, lines: list[Line]) -> list[Machine]:
    if visit.party.ring is None:
        _send_back(visit, order_id, lines)
        reviews.write(visit, [line.item for line in lines])
        service.ask_about_order(visit, order_id, lines[0].item)
    return [machine for line in lines for machine in _install(visit, line.item)]


def _campaign_coupon(visit: Visit) -> Coupon | None:
    campaign = visit.world.window.campaign(visit.day)
    if campaign and visit.world.rng.random() < 0.25 + 0.65 * visit.party.price_sensitivity:
        return Coupon.of(campaign)
    return None


def _line(visit: Visit, item: Item, quantity: int, coupon: Coupon | None) -> Line:
    price = unit_price(item, quantity, visit.party.discounts)
    return Line(item, quantity, price, coupon.less(item, price * quantity) if coupon else 0)


def _order(order_id: str, lines: list[Line]) -> dict[str, Any]:
    subtotal = sum(line.net_minor for line in lines)
    shipping = 0 if subtotal >= FREE_SHIPPING_FROM_MINOR else SHIPPING_MINOR
    tax = tax_minor(lines) + round(shipping * TAX_PERCENT / 100)
    return {
        "order_id": order_id,
        "affiliation": "Nordwerk",
        "subtotal": subtotal / 100,
        "total": (subtotal + shipping + tax) / 100,
        "revenue": subtotal / 100,
        "shipping": shipping / 100,
        "tax": tax / 100,
        "discount": sum(line.discount_minor for line in lines) / 100,
        "currency": "EUR",
        "products": [line.facts for line in lines],
    }


def tax_minor(lines: list[Line]) -> int:
    """Return the value added tax of lines, rounded once for each rate."""
    by_rate: dict[int, int] = {}
    for line in lines:
        by_rate[line.item.tax_percent] = by_rate.get(line.item.tax_percent, 0) + line.net_minor
    return sum(round(net * rate / 100) for rate, net in by_rate.items())


def _send_back(visit: Visit, order_id: str, lines: list[Line]) -> None:
    rng = visit.world.rng
    factor = 0.6 if visit.party.company else 1.2
    returned = [line for line in lines if rng.random() < line.item.return_probability * factor]
    if not returned:
        return
    total = (sum(line.net_minor for line in returned) + tax_minor(returned)) / 100
    refund = {"order_id": order_id, "total": total, "currency": "EUR", "products": [line.facts for line in returned]}
    at = visit.second + DAY_SECONDS * (4 + chance.around(rng, 9))
    visit.world.journal.track("Order Refunded", visit.person, at, refund)


def _install(visit: Visit, item: Item) -> list[Machine]:
    if item.kind is Kind.SET:
        item = next(other for other in visit.world.assortment.by_family[item.family][Kind.MACHINE][::-1] if other.line == item.line)
    if item.kind is not Kind.MACHINE or visit.party.ring is not None:
        return []
    return [population.own(visit.world.population, visit.party, item, visit.day + visit.world.rng.uniform(2, 9))]
