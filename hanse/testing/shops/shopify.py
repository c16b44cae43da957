"""A fake Shopify: webhooks as a custom app gets them, and the Admin API (REST) as far as polls ask it."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from hanse.testing.shops.server import SHIPPING_NET, Asked, FakeShop, Item, Reply, Signed, encoded, tax

FIRST_ID = 5_000_000_000


class FakeShopify(FakeShop):
    """One Shopify shop whose prices include tax."""

    system = "shopify"
    secrets = {"client_secret": "fake-client-secret", "access_token": "fake-access-token"}  # noqa: RUF012  # of a fake

    def __init__(self) -> None:
        """Stand empty."""
        super().__init__()
        self.orders: dict[int, dict[str, Any]] = {}
        self.products: dict[int, dict[str, Any]] = {}
        self.customers: dict[int, dict[str, Any]] = {}
        self._count = 0

    def place_order(self, number: int, items: Sequence[Item], *, at: datetime, email: str = "kim@example.org") -> list[Signed]:
        """Have somebody place an order."""
        lines = [_line(item, position) for position, item in enumerate(items)]
        net = sum((item.amount for item in items), Decimal(0)) + SHIPPING_NET
        taxes = sum((tax(item.amount) for item in items), tax(SHIPPING_NET))
        self.orders[number] = {
            "id": FIRST_ID + number,
            "name": f"#{number}",
            "email": email,
            "created_at": at.isoformat(),
            "processed_at": at.isoformat(),
            "updated_at": at.isoformat(),
            "cancelled_at": None,
            "currency": "EUR",
            "financial_status": "paid",
            "taxes_included": True,
            "test": False,
            "total_price": str(net + taxes),
            "total_tax": str(taxes),
            "total_discounts": "0.00",
            "discount_codes": [],
            "source_name": "web",
            "line_items": lines,
            "shipping_lines": [{"price": str(SHIPPING_NET + tax(SHIPPING_NET)), "tax_lines": [{"price": str(tax(SHIPPING_NET)), "rate": 0.19}]}],
            "refunds": [],
            "customer": None,
            "billing_address": {"first_name": "Kim", "last_name": "Muster", "city": "Bremen", "country_code": "DE"},
        }
        return [self.signed("orders/create", self.orders[number], at=at), self.signed("orders/paid", self.orders[number], at=at)]

    def cancel_order(self, number: int, *, at: datetime) -> list[Signed]:
        """Cancel an order."""
        self.orders[number] |= {"cancelled_at": at.isoformat(), "cancel_reason": "customer", "updated_at": at.isoformat()}
        return [self.signed("orders/cancelled", self.orders[number], at=at), self.signed("orders/updated", self.orders[number], at=at)]

    def refund_order(self, number: int, *, at: datetime) -> list[Signed]:
        """Give all money of an order back."""
        order = self.orders[number]
        back = [_refund_line(line) for line in order["line_items"]]
        paid = {"kind": "refund", "status": "success", "amount": order["total_price"], "currency": "EUR"}
        identity = {"id": FIRST_ID + len(order["refunds"]), "order_id": order["id"]}
        refund = {**identity, "created_at": at.isoformat(), "refund_line_items": back, "transactions": [paid]}
        self.orders[number] |= {"refunds": [*order["refunds"], refund], "financial_status": "refunded", "updated_at": at.isoformat()}
        return [self.signed("refunds/create", refund, at=at), self.signed("orders/updated", self.orders[number], at=at)]

    def spoil_order(self, number: int, *, at: datetime) -> list[Signed]:
        """Write something into the total that is no number."""
        self.orders[number] |= {"total_price": "viel", "updated_at": at.isoformat()}
        return [self.signed("orders/updated", self.orders[number], at=at)]

    def save_product(self, sku: str, title: str, *, net: Decimal, stock: int, at: datetime) -> list[Signed]:
        """Make a product with one variant, or change it."""
        identity = self._product_id(sku) or FIRST_ID + self._next()
        topic = "products/update" if identity in self.products else "products/create"
        variant = {
            "id": identity * 10,
            "product_id": identity,
            "title": "Default Title",
            "option1": "Default Title",
            "sku": sku,
            "price": str(net),
            "inventory_item_id": identity * 100,
            "inventory_management": "shopify",
            "inventory_quantity": stock,
        }
        self.products[identity] = {
            "id": identity,
            "title": title,
            "handle": re.sub(r"\W+", "-", title.lower()),
            "body_html": f"<p>{title}</p>",
            "vendor": "Muster",
            "product_type": "Werkzeug",
            "status": "active",
            "updated_at": at.isoformat(),
            "options": [{"name": "Title", "values": ["Default Title"]}],
            "variants": [variant],
            "images": [],
        }
        return [self.signed(topic, self.products[identity], at=at)]

    def delete_product(self, sku: str, *, at: datetime) -> list[Signed]:
        """Remove a product."""
        identity = self._product_id(sku)
        self.products.pop(identity)
        return [self.signed("products/delete", {"id": identity}, at=at)]

    def save_customer(self, number: int, *, email: str, first_name: str, at: datetime) -> list[Signed]:
        """Make a customer, or change them."""
        topic = "customers/update" if number in self.customers else "customers/create"
        names = {"id": number, "email": email, "first_name": first_name, "last_name": "Muster", "phone": None}
        created_at = self.customers[number]["created_at"] if number in self.customers else at.isoformat()
        moments = {"created_at": created_at, "updated_at": at.isoformat()}
        asked = {"state": "not_subscribed", "opt_in_level": None, "consent_updated_at": None}
        self.customers[number] = {**names, **moments, "default_address": {"city": "Bremen", "country_code": "DE"}, "email_marketing_consent": asked}
        return [self.signed(topic, self.customers[number], at=at)]

    def signed(self, topic: str, payload: object, *, at: datetime, event_id: str | None = None) -> Signed:
        """Return a webhook about anything."""
        body = payload if isinstance(payload, bytes) else encoded(payload)
        number = self._next()
        signature = base64.b64encode(hmac.digest(self.secrets["client_secret"].encode(), body, hashlib.sha256)).decode()
        headers = {
            "Content-Type": "application/json",
            "X-Shopify-Topic": topic,
            "X-Shopify-Hmac-Sha256": signature,
            "X-Shopify-Shop-Domain": "127.0.0.1",
            "X-Shopify-API-Version": "2025-10",
            "X-Shopify-Webhook-Id": f"webhook-{number}",
            "X-Shopify-Event-Id": event_id or f"event-{number}",
            "X-Shopify-Triggered-At": at.isoformat(),
        }
        return Signed(headers, body)

    def answer(self, asked: Asked) -> Reply:
        """Answer what the Admin API is asked."""
        if asked.headers.get("x-shopify-access-token") != self.secrets["access_token"]:
            return Reply(401, {"errors": "[API] Invalid API key or access token"})
        found = re.fullmatch(r"/admin/api/\d{4}-\d{2}/(\w+)(?:/(\d+))?\.json", asked.path)
        if found is None:
            return Reply(404, {"errors": "Not Found"})
        kind, identity = found.groups()
        if kind == "inventory_levels":
            return self._levels(int(asked.query["inventory_item_ids"]))
        return self._one(kind, int(identity)) if identity else self._many(kind, asked)

    def _next(self) -> int:
        self._count += 1
        return self._count

    def _one(self, kind: str, identity: int) -> Reply:
        if kind == "inventory_items":
            variant = self._variant(identity)
            return Reply(200, {"inventory_item": {"id": identity, "sku": variant["sku"]}}) if variant else Reply(404, {"errors": "Not Found"})
        things = {each["id"]: each for each in getattr(self, kind).values()}
        return Reply(200, {kind[:-1]: things[identity]}) if identity in things else Reply(404, {"errors": "Not Found"})

    def _many(self, kind: str, asked: Asked) -> Reply:
        since, first = asked.query.get("updated_at_min", ""), 0
        if mark := asked.query.get("page_info"):
            since, _, place = base64.urlsafe_b64decode(mark).decode().rpartition("|")
            first = int(place)
        things = sorted((each for each in getattr(self, kind).values() if not since or _moment(each) >= datetime.fromisoformat(since)), key=_moment)
        last = first + int(asked.query["limit"])
        following = base64.urlsafe_b64encode(f"{since}|{last}".encode()).decode()
        link = {"Link": f'<{self.url}{asked.path}?limit={asked.query["limit"]}&page_info={following}>; rel="next"'} if last < len(things) else {}
        return Reply(200, {kind: things[first:last]}, link)

    def _levels(self, identity: int) -> Reply:
        variant = self._variant(identity)
        counts = [] if variant is None else [(1, variant["inventory_quantity"] - 2), (2, 2)]
        levels = [{"inventory_item_id": identity, "location_id": place, "available": count} for place, count in counts]
        return Reply(200, {"inventory_levels": levels})

    def _variant(self, inventory_item_id: int) -> dict[str, Any] | None:
        variants = (variant for product in self.products.values() for variant in product["variants"])
        return next((each for each in variants if each["inventory_item_id"] == inventory_item_id), None)

    def _product_id(self, sku: str) -> int:
        return next((identity for identity, each in self.products.items() if each["variants"][0]["sku"] == sku), 0)


def _line(item: Item, position: int) -> dict[str, Any]:
    gross = item.amount + tax(item.amount)
    return {
        "id": FIRST_ID + position,
        "sku": item.sku,
        "title": item.name,
        "variant_title": None,
        "vendor": "Muster",
        "quantity": item.quantity,
        "price": str(gross / item.quantity),
        "variant_id": None,
        "tax_lines": [{"price": str(tax(item.amount)), "rate": 0.19, "title": "USt."}],
        "discount_allocations": [],
    }


def _refund_line(line: dict[str, Any]) -> dict[str, Any]:
    gross = Decimal(line["price"]) * line["quantity"]
    return {"quantity": line["quantity"], "subtotal": float(gross), "total_tax": float(line["tax_lines"][0]["price"]), "line_item": line}


def _moment(thing: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(thing["updated_at"])
