"""A fake Shopware 6: the handshake of apps, webhooks as they are sent to one, and the Admin API as far as polls search it."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

import msgspec

from hanse.testing.shops.server import SHIPPING_NET, Asked, FakeShop, Item, Reply, Signed, encoded, tax

EUR = "b7d2554b0ce847cd82f3ac9bd1c0dfca"
GERMAN = "2fbb5fe2e29a4d70aa5854ce7ce3e20b"
ENGLISH = "9d185b6a82224319a326a0aed4f80d0a"
SHOP_ID = "FakeShopId123456"
KEYS = {"api_key": "SWIAFAKEKEY", "api_secret": "fake-api-secret"}


class FakeShopware(FakeShop):
    """One Shopware shop whose prices include tax, with our app in it."""

    system = "shopware"
    secrets = {"app_secret": "fake-app-secret"}  # noqa: RUF012  # of a fake

    def __init__(self) -> None:
        """Stand empty; the shop has not registered yet."""
        super().__init__()
        self.things: dict[str, dict[str, dict[str, Any]]] = {"order": {}, "product": {}, "customer": {}}
        self.shop_secret = ""
        self._tokens: set[str] = set()
        self._count = 0

    def registration(self, *, at: datetime, again: bool = False) -> tuple[bytes, dict[str, str]]:
        """Return query and headers with which the shop asks to register our app; `again` signs with the secret it has, too."""
        query = urlencode({"shop-id": SHOP_ID, "shop-url": self.url, "timestamp": str(int(at.timestamp()))}).encode()
        headers = {"shopware-app-signature": _hex(self.secrets["app_secret"], query), "sw-version": "6.7.0.0"}
        return query, headers | ({"shopware-shop-signature": _hex(self.shop_secret, query)} if again else {})

    def confirmation(self, answer: Mapping[str, str], *, app_name: str, at: datetime) -> Signed:
        """Check our proof, take the secret, and return the request that ends the handshake."""
        right = _hex(self.secrets["app_secret"], f"{SHOP_ID}{self.url}{app_name}".encode())
        if not hmac.compare_digest(answer["proof"], right):
            raise AssertionError("the proof of the app is wrong")
        keys = {"apiKey": KEYS["api_key"], "secretKey": KEYS["api_secret"]}
        body = encoded({**keys, "timestamp": str(int(at.timestamp())), "shopUrl": self.url, "shopId": SHOP_ID})
        headers = {"Content-Type": "application/json", "shopware-shop-signature": _hex(answer["secret"], body)}
        previous = {"shopware-shop-signature-previous": _hex(self.shop_secret, body)} if self.shop_secret else {}
        self.shop_secret = answer["secret"]
        return Signed(headers | previous, body)

    def place_order(self, number: int, items: Sequence[Item], *, at: datetime, email: str = "kim@example.org") -> list[Signed]:
        """Have somebody place an order."""
        taxes = [{"tax": tax(item.amount), "taxRate": 19, "price": item.amount + tax(item.amount)} for item in items]
        gross = sum((item.amount + tax(item.amount) for item in items), Decimal(0))
        shipping = SHIPPING_NET + tax(SHIPPING_NET)
        taxed = sum((tax(item.amount) for item in items), tax(SHIPPING_NET))
        price = {"netPrice": gross + shipping - taxed, "totalPrice": gross + shipping, "positionPrice": gross, "taxStatus": "gross"}
        order = {
            "orderNumber": str(number),
            "orderDateTime": _text(at),
            "price": {**price, "calculatedTaxes": [{"tax": taxed, "taxRate": 19, "price": gross + shipping}], "taxRules": []},
            "amountTotal": gross + shipping,
            "taxStatus": "gross",
            "shippingCosts": {"totalPrice": shipping, "calculatedTaxes": [{"tax": tax(SHIPPING_NET), "taxRate": 19, "price": shipping}]},
            "currency": {"id": EUR, "isoCode": "EUR"},
            "orderCustomer": {
                "email": email,
                "firstName": "Kim",
                "lastName": "Muster",
                "customerNumber": f"G{number}",
                "customer": {"id": "1", "guest": True},
            },
            "lineItems": [_line(item, position, taxes[position]) for position, item in enumerate(items)],
            "transactions": [{"createdAt": _text(at), "updatedAt": None, "stateMachineState": {"technicalName": "paid"}}],
            "stateMachineState": {"technicalName": "open"},
            "billingAddress": {"firstName": "Kim", "lastName": "Muster", "city": "Bremen", "country": {"iso": "DE"}},
            "translated": [],
        }
        self._save("order", str(number), order, at)
        return [self._about_order("checkout.order.placed", number, at), self._about_order("state_enter.order_transaction.state.paid", number, at)]

    def cancel_order(self, number: int, *, at: datetime) -> list[Signed]:
        """Cancel an order."""
        self._save("order", str(number), {"stateMachineState": {"technicalName": "cancelled"}}, at)
        return [self._about_order("state_enter.order.state.cancelled", number, at)]

    def refund_order(self, number: int, *, at: datetime) -> list[Signed]:
        """Give all money of an order back; the shop notes it at the payment and not at the order."""
        order = self.things["order"][_id("order", str(number))]
        order["transactions"][-1] |= {"stateMachineState": {"technicalName": "refunded"}, "updatedAt": _text(at)}
        return [self._about_order("state_enter.order_transaction.state.refunded", number, at)]

    def spoil_order(self, number: int, *, at: datetime) -> list[Signed]:
        """Write something into the total that is no number."""
        order = self.things["order"][_id("order", str(number))]
        self._save("order", str(number), {"price": {**order["price"], "totalPrice": "viel"}}, at)
        return [self._about_order("state_enter.order_transaction.state.paid", number, at)]

    def save_product(self, sku: str, title: str, *, net: Decimal, stock: int, at: datetime) -> list[Signed]:
        """Make a product, or change it."""
        known = _id("product", sku) in self.things["product"]
        product = {
            "productNumber": sku,
            "parentId": None,
            "active": True,
            "availableStock": stock,
            "price": [{"currencyId": EUR, "net": net, "gross": net + tax(net), "linked": True}],
            "translated": {"name": title, "description": f"<p>{title}</p>"},
            "translations": [
                {"languageId": GERMAN, "name": title, "description": f"<p>{title}</p>"},
                {"languageId": ENGLISH, "name": f"{title} (en)"},
            ],
            "manufacturer": {"translated": {"name": "Muster"}},
            "categories": [{"breadcrumb": ["Katalog", "Werkzeug"], "translated": {"breadcrumb": ["Katalog", "Werkzeug"]}}],
            "options": [],
            "properties": [],
        }
        self._save("product", sku, product, at)
        return [self._written("product", sku, "update" if known else "insert", at)]

    def delete_product(self, sku: str, *, at: datetime) -> list[Signed]:
        """Remove a product."""
        self.things["product"].pop(_id("product", sku))
        return [self._written("product", sku, "delete", at)]

    def save_customer(self, number: int, *, email: str, first_name: str, at: datetime) -> list[Signed]:
        """Have somebody register, or change them."""
        names = {"customerNumber": str(number), "email": email, "firstName": first_name, "lastName": "Muster", "guest": False}
        known = _id("customer", str(number)) in self.things["customer"]
        self._save("customer", str(number), {**names, "defaultBillingAddress": {"city": "Bremen", "country": {"iso": "DE"}}}, at)
        if known:
            return [self._written("customer", str(number), "update", at)]
        return [self.signed("checkout.customer.register", {"customer": self.things["customer"][_id("customer", str(number))]}, at=at)]

    def signed(self, event: str, payload: object, *, at: datetime, event_id: str | None = None) -> Signed:
        """Return a webhook about anything."""
        self._count += 1
        source = {"url": self.url, "appVersion": "1.0.0", "shopId": SHOP_ID, "eventId": event_id or f"{self._count:032x}"}
        body = encoded({"data": {"payload": payload, "event": event}, "source": source, "timestamp": int(at.timestamp())})
        headers = {"Content-Type": "application/json", "sw-version": "6.7.0.0", "shopware-shop-signature": _hex(self.shop_secret, body)}
        return Signed(headers, body)

    def answer(self, asked: Asked) -> Reply:
        """Answer what the Admin API is asked."""
        question = msgspec.json.decode(asked.body)
        if asked.path == "/api/oauth/token":
            return self._token(question)
        if asked.headers.get("authorization", "").removeprefix("Bearer ") not in self._tokens:
            return Reply(401, {"errors": [{"code": "9"}]})
        entity = asked.path.removeprefix("/api/search/")
        if entity == "language":
            return _found([{"id": GERMAN, "locale": {"code": "de-DE"}}, {"id": ENGLISH, "locale": {"code": "en-GB"}}])
        if entity == "currency":
            return _found([{"id": EUR, "isoCode": "EUR"}])
        return self._search(entity, question) if entity in self.things else Reply(404, {"errors": []})

    def forget_tokens(self) -> None:
        """Let all tokens that were given be too old."""
        self._tokens.clear()

    def _token(self, question: Mapping[str, str]) -> Reply:
        if (question["client_id"], question["client_secret"]) != (KEYS["api_key"], KEYS["api_secret"]):
            return Reply(401, {"errors": [{"code": "6"}]})
        self._count += 1
        self._tokens.add(f"token-{self._count}")
        return Reply(200, {"token_type": "Bearer", "expires_in": 600, "access_token": f"token-{self._count}"})

    def _search(self, entity: str, question: Mapping[str, Any]) -> Reply:
        ids = question.get("ids")
        things = [each for each in self.things[entity].values() if ids is None or each["id"] in ids]
        fitting = [each for each in things if all(_fits(each, condition) for condition in question.get("filter", []))]
        return _found(sorted(fitting, key=lambda each: int(each["autoIncrement"]))[: question["limit"]])

    def _save(self, entity: str, name: str, thing: Mapping[str, Any], at: datetime) -> None:
        identity = _id(entity, name)
        known = self.things[entity].get(identity)
        fresh = {"id": identity, "createdAt": _text(at), "updatedAt": None, "autoIncrement": len(self.things[entity]) + 1}
        self.things[entity][identity] = {**(known or fresh), **thing, **({"updatedAt": _text(at)} if known else {})}

    def _about_order(self, event: str, number: int, at: datetime) -> Signed:
        return self.signed(event, {"order": self.things["order"][_id("order", str(number))]}, at=at)

    def _written(self, entity: str, name: str, operation: str, at: datetime) -> Signed:
        write = {"entity": entity, "operation": operation, "primaryKey": _id(entity, name), "updatedFields": []}
        return self.signed(f"{entity}.written", [write], at=at)


def _line(item: Item, position: int, taxed: Mapping[str, Any]) -> dict[str, Any]:
    gross = item.amount + tax(item.amount)
    return {
        "id": f"{position:032x}",
        "label": item.name,
        "quantity": item.quantity,
        "type": "product",
        "parentId": None,
        "totalPrice": gross,
        "price": {"unitPrice": gross / item.quantity, "quantity": item.quantity, "totalPrice": gross, "calculatedTaxes": [taxed]},
        "payload": {"productNumber": item.sku, "options": []},
    }


def _fits(thing: Mapping[str, Any], condition: Mapping[str, Any]) -> bool:
    if condition["type"] == "multi":
        return any(_fits(thing, each) for each in condition["queries"])
    limits = condition["parameters"]
    values = [value for value in _values(thing, condition["field"]) if value is not None]
    if "gt" in limits:
        return any(value > limits["gt"] for value in values)
    return any(datetime.fromisoformat(value) >= datetime.fromisoformat(limits["gte"]) for value in values)


def _values(thing: Mapping[str, Any], field: str) -> list[Any]:
    name, _, rest = field.partition(".")
    return [each[rest] for each in thing[name]] if rest else [thing[name]]


def _found(things: Sequence[Mapping[str, Any]]) -> Reply:
    return Reply(200, {"total": len(things), "data": things, "aggregations": []})


def _id(entity: str, name: str) -> str:
    return hashlib.md5(f"{entity}:{name}".encode(), usedforsecurity=False).hexdigest()


def _text(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds")


def _hex(secret: str, message: bytes) -> str:
    return hmac.digest(secret.encode(), message, hashlib.sha256).hex()
