"""Shopify as a source: which topics mean what, and how its Admin API is asked.

Signatures: base64 of HMAC-SHA256 over the raw body with the app's client secret. The secret belongs to the app, not to the shop, so
that the shop's domain in the headers is compared as well; an app of its own for each shop is the safe way.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import AsyncGenerator, Callable, Mapping
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import msgspec

from hanse.data.catalog import Stock
from hanse.sources.shopify import customers, orders, payloads, products
from hanse.sources.source import Change, Delivery, Envelope, Incoming, Page, Position, Reading, Shop, batches, signatures
from hanse.sources.source.addresses import OneHost
from hanse.sources.source.api import Answer, Api, clean
from hanse.sources.source.batches import decode
from hanse.sources.source.errors import NeedsShop, NotThere
from hanse.sources.source.texts import utc

API_VERSION = "2026-04"
TOPIC_OF_KIND = {"products": "products/update", "customers": "customers/update", "orders": "orders/updated"}

EARLIEST = datetime.min.replace(tzinfo=UTC)
"""Version of what does not say when it changed."""

_NEXT = re.compile(r'<([^>]+)>;\s*rel="?next"?')


class _Stamp(msgspec.Struct):
    id: payloads.Id = ""
    updated_at: datetime | None = None


class Shopify:
    """Shopify behind the protocol of sources."""

    system = "shopify"
    title = "Shopify"
    kinds: tuple[str, ...] = ("products", "customers", "orders")
    required_secrets: tuple[str, ...] = ("client_secret",)
    optional_secrets: tuple[str, ...] = ("access_token",)

    def __init__(self, page_size: int = 250) -> None:
        """Ask for so many things at once."""
        self.page_size = page_size

    def is_ping(self, incoming: Incoming) -> bool:
        """Return false: Shopify sends none."""
        return False

    def is_authentic(self, incoming: Incoming, shop: Shop) -> bool:
        """Return whether the signature is right and the shop the one that is connected."""
        given = incoming.headers.get("x-shopify-hmac-sha256")
        right = signatures.is_base64_hmac(given, shop.secrets.get("client_secret"), incoming.body)
        return right and incoming.headers.get("x-shopify-shop-domain", "").lower() == shop.host

    def envelope(self, incoming: Incoming) -> Envelope:
        """Return topic and event id; one event may be told under several topics."""
        return Envelope(
            topic=incoming.headers.get("x-shopify-topic", "unknown"),
            event_id=incoming.headers.get("x-shopify-event-id") or hashlib.sha256(incoming.body).hexdigest(),
            triggered_at=_moment(incoming.headers.get("x-shopify-triggered-at")),
        )

    def can_ask(self, shop: Shop) -> bool:
        """Return whether there is a token for the Admin API."""
        return "access_token" in shop.secrets

    def api(self, shop: Shop) -> Api:
        """Return a way to ask the Admin API."""
        url = f"{shop.url}/admin/api/{shop.options.api_version or API_VERSION}"
        transport = OneHost(shop.host, allow_private=shop.options.allow_private)
        return Api(url, transport=transport, headers={"X-Shopify-Access-Token": shop.secrets["access_token"]})

    async def read(self, delivery: Delivery, shop: Shop, api: Api | None) -> Reading:
        """Return what a delivery says."""
        if delivery.topic in _READ:
            return _READ[delivery.topic](delivery, shop)
        if delivery.topic == "refunds/create":
            return await _refund(delivery, shop, api)
        if delivery.topic in {"inventory_levels/update", "inventory_levels/connect"}:
            return await _inventory(delivery, api)
        return Reading(ignored="Nothing is done with this topic.")

    async def poll(self, shop: Shop, api: Api, kind: str, position: Position) -> AsyncGenerator[Page, None]:
        """Read what changed, the oldest change first."""
        asked = {"limit": str(self.page_size), "order": "updated_at asc"} | ({"status": "any"} if kind == "orders" else {})
        if position.since:
            asked["updated_at_min"] = utc(position.since).isoformat()
        params: dict[str, str] | None = asked
        while params:
            answer = await api.get(f"/{kind}.json", params)
            yield await batches.page(answer.json(dict[str, list[msgspec.Raw]]).get(kind, []), TOPIC_OF_KIND[kind], _reader(kind, shop), _stamp)
            params = self._next(answer)

    async def look(self, api: Api, kind: str) -> None:
        """Ask for one thing of a kind."""
        (await api.get(f"/{kind}.json", {"limit": "1", "fields": "id"})).json(dict[str, list[msgspec.Raw]])

    async def product_ids(self, shop: Shop, api: Api) -> set[str]:
        """Return the ids of all products; variants are part of theirs."""
        found: set[str] = set()
        params: dict[str, str] | None = {"limit": str(self.page_size), "fields": "id"}
        while params:
            answer = await api.get("/products.json", params)
            found |= {str(each.id) for each in answer.json(dict[str, list[payloads.Thing]]).get("products", [])}
            params = self._next(answer)
        return found

    def _next(self, answer: Answer) -> dict[str, str] | None:
        """Return how to ask for the next page: only its mark is taken from the answer, never an address."""
        found = _NEXT.search(answer.headers.get("link", ""))
        mark = parse_qs(urlsplit(found.group(1)).query).get("page_info") if found else None
        return {"limit": str(self.page_size), "page_info": mark[0]} if mark else None


def _reader(kind: str, shop: Shop) -> batches.Read:
    async def read(body: bytes) -> tuple[Change, ...]:
        if kind == "products":
            return (products.change(decode(body, payloads.Product), shop),)
        if kind == "customers":
            found = decode(body, payloads.Customer)
            return (customers.change(found, at=EARLIEST),)
        return _orders(decode(body, payloads.Order), shop)

    return read


def _orders(order: payloads.Order, shop: Shop) -> tuple[Change, ...]:
    return () if order.test else (orders.change(order, shop),)


def _stamp(body: bytes) -> batches.Stamp:
    try:
        found = msgspec.json.decode(clean(body), type=_Stamp)
    except msgspec.DecodeError:
        return "", None
    return str(found.id), found.updated_at


async def _refund(delivery: Delivery, shop: Shop, api: Api | None) -> Reading:
    """Read the whole order: a refund alone names neither its number nor which of several refunds it is."""
    number = decode(delivery.body, payloads.RefundOfOrder).order_id
    if api is None:
        raise NeedsShop(what="the order of a refund; orders/updated tells of it as well")
    try:
        answer = await api.get(f"/orders/{number}.json", {"status": "any"})
    except NotThere:
        return Reading(ignored="The shop has the order no longer.")
    return Reading(changes=_orders(answer.json(dict[str, payloads.Order])["order"], shop))


async def _inventory(delivery: Delivery, api: Api | None) -> Reading:
    """Ask for all locations: a level alone tells of one."""
    level = decode(delivery.body, payloads.InventoryLevel)
    if api is None:
        raise NeedsShop(what="the stock at all locations; products/update tells of it as well")
    item = (await api.get(f"/inventory_items/{level.inventory_item_id}.json")).json(dict[str, payloads.InventoryItem])["inventory_item"]
    if not item.sku:
        return Reading(ignored="The product has no SKU; products/update tells of its stock.")
    asked = {"inventory_item_ids": str(level.inventory_item_id), "limit": "250"}
    levels = (await api.get("/inventory_levels.json", asked)).json(dict[str, list[payloads.InventoryLevel]])["inventory_levels"]
    stock = Stock(product_id=item.sku.strip(), quantity=max(0, sum(each.available or 0 for each in levels)))
    moments = [utc(each.updated_at) for each in (level, *levels) if each.updated_at]
    at = max(moments, default=delivery.moment)
    return Reading(changes=(Change(kind="inventory_item", resource_id=str(item.id), changed_at=at, stock=(stock,)),))


def _read_order(delivery: Delivery, shop: Shop) -> Reading:
    order = decode(delivery.body, payloads.Order)
    return Reading(ignored="This is a test order.") if order.test else Reading(changes=_orders(order, shop))


def _read_customer(delivery: Delivery, shop: Shop) -> Reading:
    return Reading(changes=(customers.change(decode(delivery.body, payloads.Customer), at=delivery.moment),))


def _read_consent(delivery: Delivery, shop: Shop) -> Reading:
    return Reading(changes=(customers.consent_change(decode(delivery.body, payloads.EmailConsent), at=delivery.moment),))


def _read_product(delivery: Delivery, shop: Shop) -> Reading:
    return Reading(changes=(products.change(decode(delivery.body, payloads.Product), shop),))


def _read_deleted(delivery: Delivery, shop: Shop) -> Reading:
    kind = "order" if delivery.topic == "orders/delete" else "product"
    number = str(decode(delivery.body, payloads.Thing).id)
    return Reading(changes=(Change(kind=kind, resource_id=number, changed_at=delivery.moment, deleted=True),))


def _read_deleted_customer(delivery: Delivery, shop: Shop) -> Reading:
    return Reading(requests=(customers.deleted(decode(delivery.body, payloads.Thing).id),))


def _read_request(delivery: Delivery, shop: Shop) -> Reading:
    return Reading(requests=(customers.request(delivery.topic, decode(delivery.body, payloads.PrivacyRequest), delivery.event_id),))


def _read_uninstalled(delivery: Delivery, shop: Shop) -> Reading:
    return Reading(disconnected=True)


_READ: Mapping[str, Callable[[Delivery, Shop], Reading]] = {
    **dict.fromkeys(
        ("orders/create", "orders/updated", "orders/paid", "orders/cancelled", "orders/fulfilled", "orders/partially_fulfilled"), _read_order
    ),
    "orders/delete": _read_deleted,
    **dict.fromkeys(("customers/create", "customers/update", "customers/enable", "customers/disable"), _read_customer),
    "customers/delete": _read_deleted_customer,
    "customers_email_marketing_consent/update": _read_consent,
    **dict.fromkeys(("products/create", "products/update"), _read_product),
    "products/delete": _read_deleted,
    **dict.fromkeys(customers.REQUESTS, _read_request),
    "app/uninstalled": _read_uninstalled,
}


def _moment(text: str | None) -> datetime | None:
    try:
        return utc(datetime.fromisoformat(text)) if text else None
    except ValueError:
        return None
