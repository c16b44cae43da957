"""A fake WooCommerce: webhooks with their ping, and the REST API (version 3) as far as polls ask it."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from hanse.testing.shops.server import SHIPPING_NET, Asked, FakeShop, Item, Reply, Signed, encoded, tax


class FakeWooCommerce(FakeShop):
    """One WooCommerce shop whose product prices are net."""

    system = "woocommerce"
    secrets = {"webhook_secret": "fake-webhook-secret", "consumer_key": "ck_fake", "consumer_secret": "cs_fake"}  # noqa: RUF012  # of a fake

    def __init__(self) -> None:
        """Stand empty."""
        super().__init__()
        self.orders: dict[int, dict[str, Any]] = {}
        self.products: dict[int, dict[str, Any]] = {}
        self.customers: dict[int, dict[str, Any]] = {}
        self.refunds: dict[int, list[dict[str, Any]]] = {}
        self._count = 0

    def place_order(self, number: int, items: Sequence[Item], *, at: datetime, email: str = "kim@example.org") -> list[Signed]:
        """Have somebody place an order."""
        taxes = sum((tax(item.amount) for item in items), tax(SHIPPING_NET))
        net = sum((item.amount for item in items), SHIPPING_NET)
        self.orders[number] = {
            "id": number,
            "number": str(number),
            "status": "processing",
            "currency": "EUR",
            "date_created_gmt": _text(at),
            "date_modified_gmt": _text(at),
            "date_paid_gmt": _text(at),
            "discount_total": "0.00",
            "shipping_total": str(SHIPPING_NET),
            "total_tax": str(taxes),
            "total": str(net + taxes),
            "prices_include_tax": False,
            "customer_id": 0,
            "created_via": "checkout",
            "billing": {"first_name": "Kim", "last_name": "Muster", "city": "Bremen", "country": "DE", "email": email, "phone": ""},
            "line_items": [_line(item, position) for position, item in enumerate(items, start=1)],
            "fee_lines": [],
            "coupon_lines": [],
            "refunds": [],
        }
        return [self.signed("order.created", self.orders[number]), self.signed("order.updated", self.orders[number])]

    def cancel_order(self, number: int, *, at: datetime) -> list[Signed]:
        """Cancel an order."""
        self.orders[number] |= {"status": "cancelled", "date_modified_gmt": _text(at)}
        return [self.signed("order.updated", self.orders[number])]

    def refund_order(self, number: int, *, at: datetime) -> list[Signed]:
        """Give all money of an order back."""
        order = self.orders[number]
        identity = 9000 + number
        lines = [{**line, "quantity": -line["quantity"], "total": f"-{line['total']}"} for line in order["line_items"]]
        self.refunds[number] = [{"id": identity, "date_created_gmt": _text(at), "amount": order["total"], "line_items": lines}]
        summary = [{"id": identity, "reason": "", "total": f"-{order['total']}"}]
        self.orders[number] |= {"status": "refunded", "date_modified_gmt": _text(at), "refunds": summary}
        return [self.signed("order.updated", self.orders[number])]

    def spoil_order(self, number: int, *, at: datetime) -> list[Signed]:
        """Write something into the total that is no number."""
        self.orders[number] |= {"total": "viel", "date_modified_gmt": _text(at)}
        return [self.signed("order.updated", self.orders[number])]

    def save_product(self, sku: str, title: str, *, net: Decimal, stock: int, at: datetime) -> list[Signed]:
        """Make a product, or change it."""
        identity = self._product_id(sku) or 100 + self._next()
        topic = "product.updated" if identity in self.products else "product.created"
        self.products[identity] = {
            "id": identity,
            "name": title,
            "type": "simple",
            "status": "publish",
            "permalink": f"{self.url}/produkt/{identity}/",
            "description": f"<p>{title}</p>",
            "sku": sku,
            "price": str(net),
            "manage_stock": True,
            "stock_quantity": stock,
            "parent_id": 0,
            "categories": [{"id": 1, "name": "Werkzeug", "slug": "werkzeug"}],
            "brands": [{"id": 1, "name": "Muster", "slug": "muster"}],
            "images": [],
            "attributes": [],
            "variations": [],
            "date_created_gmt": _text(at),
            "date_modified_gmt": _text(at),
        }
        return [self.signed(topic, self.products[identity])]

    def delete_product(self, sku: str, *, at: datetime) -> list[Signed]:
        """Remove a product."""
        identity = self._product_id(sku)
        self.products.pop(identity)
        return [self.signed("product.deleted", {"id": identity})]

    def save_customer(self, number: int, *, email: str, first_name: str, at: datetime) -> list[Signed]:
        """Make a customer, or change them."""
        known = self.customers.get(number)
        names = {"id": number, "email": email, "first_name": first_name, "last_name": "Muster", "role": "customer"}
        moments = {"date_created_gmt": known["date_created_gmt"] if known else _text(at), "date_modified_gmt": _text(at)}
        self.customers[number] = {**names, **moments, "billing": {"city": "Bremen", "country": "DE", "phone": "", "email": ""}}
        return [self.signed("customer.updated" if known else "customer.created", self.customers[number])]

    def ping(self) -> Signed:
        """Return what a new webhook sends first."""
        return Signed({"Content-Type": "application/x-www-form-urlencoded"}, b"webhook_id=7")

    def signed(self, topic: str, payload: object) -> Signed:
        """Return a webhook about anything."""
        body = payload if isinstance(payload, bytes) else encoded(payload)
        resource, _, event = topic.partition(".")
        signature = base64.b64encode(hmac.digest(self.secrets["webhook_secret"].encode(), body, hashlib.sha256)).decode()
        headers = {
            "Content-Type": "application/json",
            "X-WC-Webhook-Source": f"{self.url}/",
            "X-WC-Webhook-Topic": topic,
            "X-WC-Webhook-Resource": resource,
            "X-WC-Webhook-Event": event,
            "X-WC-Webhook-Signature": signature,
            "X-WC-Webhook-ID": "7",
            "X-WC-Webhook-Delivery-ID": f"delivery-{self._next()}",
        }
        return Signed(headers, body)

    def answer(self, asked: Asked) -> Reply:
        """Answer what the REST API is asked."""
        keys = base64.b64encode(f"{self.secrets['consumer_key']}:{self.secrets['consumer_secret']}".encode()).decode()
        if asked.headers.get("authorization") != f"Basic {keys}":
            return Reply(401, {"code": "woocommerce_rest_cannot_view"})
        found = re.fullmatch(r"/wp-json/wc/v3/(orders|products|customers)(?:/(\d+)(?:/(refunds|variations))?)?", asked.path)
        if found is None:
            return Reply(404, {"code": "rest_no_route"})
        kind, identity, part = found.groups()
        if part == "refunds":
            return _page(self.refunds.get(int(identity), []), asked.query)
        if part == "variations":
            return _page([each for each in self.products.values() if each["parent_id"] == int(identity)], asked.query)
        if identity:
            thing = getattr(self, kind).get(int(identity))
            return Reply(200, thing) if thing else Reply(404, {"code": "not_found"})
        return _page(self._sorted(kind, asked.query), asked.query)

    def _next(self) -> int:
        self._count += 1
        return self._count

    def _sorted(self, kind: str, query: Mapping[str, str]) -> list[dict[str, Any]]:
        if kind == "customers":
            return sorted(self.customers.values(), key=lambda each: each["date_created_gmt"], reverse=True)
        after = query.get("modified_after", "")
        things = (each for each in getattr(self, kind).values() if not each.get("parent_id"))
        return sorted((each for each in things if each["date_modified_gmt"] > after), key=lambda each: (each["date_modified_gmt"], each["id"]))

    def _product_id(self, sku: str) -> int:
        return next((identity for identity, each in self.products.items() if each["sku"] == sku), 0)


def _page(things: Sequence[dict[str, Any]], query: Mapping[str, str]) -> Reply:
    size, number = int(query["per_page"]), int(query["page"])
    pages = -(-len(things) // size)
    return Reply(200, things[(number - 1) * size : number * size], {"X-WP-Total": str(len(things)), "X-WP-TotalPages": str(pages)})


def _line(item: Item, position: int) -> dict[str, Any]:
    amounts = {"subtotal": str(item.amount), "total": str(item.amount), "total_tax": str(tax(item.amount)), "price": float(item.net)}
    return {"id": position, "name": item.name, "sku": item.sku, "product_id": 0, "variation_id": 0, "quantity": item.quantity, **amounts}


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")
