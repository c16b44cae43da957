"""Shopware 6 as a source: which events mean what, and how its Admin API is asked.

Signatures: hexadecimal HMAC-SHA256 over the raw body with the secret of the shop, which our app gave it in the handshake. Events of
the kind `product.written` only say what changed, so the shop is asked; others bring what they are about.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import AsyncGenerator
from datetime import UTC, datetime
from typing import Any

import msgspec

from hanse.sources.shopware import customers, orders, payloads, products
from hanse.sources.shopware.api import ShopwareApi
from hanse.sources.shopware.products import Names
from hanse.sources.source import Change, Delivery, Envelope, Incoming, Page, Position, Reading, Shop, batches, signatures
from hanse.sources.source.api import Api, clean
from hanse.sources.source.batches import decode
from hanse.sources.source.errors import NeedsShop, Unmappable
from hanse.sources.source.texts import utc

ENTITY_OF_KIND = {"products": "product", "customers": "customer", "orders": "order"}
POLLED = "polled."
"""Topic of dead letters of polls: `polled.product`."""
NO_NAMES = Names({}, {}, {})


class _Stamp(payloads.Entity):
    id: str = ""
    created_at: datetime | None = None
    updated_at: datetime | None = None
    auto_increment: int | None = None
    parent_id: str | None = None
    transactions: list[payloads.Transaction] | None = None


class Shopware:
    """Shopware 6 behind the protocol of sources."""

    system = "shopware"
    title = "Shopware 6"
    kinds: tuple[str, ...] = ("products", "customers", "orders")
    required_secrets: tuple[str, ...] = ("app_secret",)
    optional_secrets: tuple[str, ...] = ("api_key", "api_secret")

    def __init__(self, page_size: int = 100) -> None:
        """Ask for so many things at once."""
        self.page_size = page_size

    def is_ping(self, incoming: Incoming) -> bool:
        """Return false: Shopware sends none."""
        return False

    def is_authentic(self, incoming: Incoming, shop: Shop) -> bool:
        """Return whether the signature is right, also for a moment after the secret was changed."""
        given = incoming.headers.get("shopware-shop-signature")
        if signatures.is_hex_hmac(given, shop.secrets.get("shop_secret"), incoming.body):
            return True
        until = shop.secrets.get("previous_until")
        in_time = until is not None and incoming.received_at <= datetime.fromisoformat(until)
        return in_time and signatures.is_hex_hmac(given, shop.secrets.get("previous_shop_secret"), incoming.body)

    def envelope(self, incoming: Incoming) -> Envelope:
        """Return the event and its id, which stays the same when it is sent again."""
        event_id = incoming.headers.get("x-shopware-event-id")
        try:
            found = msgspec.json.decode(clean(incoming.body), type=payloads.Webhook)
        except (msgspec.DecodeError, UnicodeDecodeError):
            return Envelope(topic="unknown", event_id=event_id or hashlib.sha256(incoming.body).hexdigest())
        known_by = found.source.event_id or event_id or hashlib.sha256(incoming.body).hexdigest()
        return Envelope(topic=found.data.event, event_id=known_by, triggered_at=_moment(found.timestamp))

    def can_ask(self, shop: Shop) -> bool:
        """Return whether the handshake, or somebody, gave us keys."""
        return "api_key" in shop.secrets and "api_secret" in shop.secrets

    def api(self, shop: Shop) -> Api:
        """Return a way to ask the Admin API."""
        return ShopwareApi(shop)

    async def read(self, delivery: Delivery, shop: Shop, api: Api | None) -> Reading:
        """Return what a delivery says."""
        asking = api if isinstance(api, ShopwareApi) else None
        topic = delivery.topic
        if topic.startswith(POLLED):
            return Reading(changes=await _map(topic.removeprefix(POLLED), [msgspec.Raw(delivery.body)], shop, asking, delivery.moment))
        webhook = decode(delivery.body, payloads.Webhook)
        if topic == "checkout.order.placed" or topic.startswith("state_enter.order"):
            return await _read_order(webhook, delivery, shop, asking)
        if topic.startswith("checkout.customer."):
            return _read_customer(webhook, delivery)
        if topic in {"newsletter.register", "newsletter.confirm", "newsletter.unsubscribe"}:
            return _read_newsletter(webhook, delivery)
        if topic.endswith((".written", ".deleted")) and topic.partition(".")[0] in ENTITY_OF_KIND.values():
            return await _read_written(webhook, delivery, shop, asking)
        return Reading(disconnected=True) if topic == "app.deleted" else Reading(ignored="Nothing is done with this topic.")

    async def poll(self, shop: Shop, api: Api, kind: str, position: Position) -> AsyncGenerator[Page, None]:
        """Read what changed, in the order of the shop's own counting, which stays the same while things change."""
        assert isinstance(api, ShopwareApi)  # noqa: S101  # made by api() above
        entity, after, newest = ENTITY_OF_KIND[kind], position.cursor, position.newest_at
        while True:
            bodies = await api.search(entity, self._criteria(entity, position.since, after))
            found = [_stamped(bytes(each)) for each in bodies]
            numbers = [each.auto_increment for each in found if each.auto_increment is not None]
            after = str(max(numbers)) if numbers and len(bodies) == self.page_size else ""
            names = await api.names(each.parent_id for each in found) if entity == "product" else NO_NAMES
            page = await batches.page(bodies, POLLED + entity, _reader(entity, shop, names), _stamp, after)
            newest = max((each for each in (newest, page.position.newest_at) if each), default=None)
            yield Page(changes=page.changes, refused=page.refused, position=Position(since=position.since, cursor=after, newest_at=newest))
            if not after:
                return

    async def look(self, api: Api, kind: str) -> None:
        """Ask for one thing of a kind."""
        assert isinstance(api, ShopwareApi)  # noqa: S101  # made by api() above
        entity = ENTITY_OF_KIND[kind]
        await api.search(entity, {"limit": 1, "associations": {}, "includes": {entity: ["id"]}})

    async def product_ids(self, shop: Shop, api: Api) -> set[str]:
        """Return the ids of all products and variants."""
        assert isinstance(api, ShopwareApi)  # noqa: S101  # made by api() above
        found: set[str] = set()
        after = ""
        while True:
            asked = {**self._criteria("product", None, after), "associations": {}, "includes": {"product": ["id", "autoIncrement"]}}
            stamps = [_stamped(bytes(each)) for each in await api.search("product", asked)]
            found |= {each.id for each in stamps}
            numbers = [each.auto_increment for each in stamps if each.auto_increment is not None]
            if not numbers or len(stamps) < self.page_size:
                return found
            after = str(max(numbers))

    def _criteria(self, entity: str, since: datetime | None, after: str) -> dict[str, Any]:
        filters: list[dict[str, Any]] = []
        if since:
            fields = ["updatedAt", "createdAt", *(["transactions.updatedAt"] if entity == "order" else [])]
            limit = {"gte": utc(since).isoformat()}
            queries = [{"type": "range", "field": field, "parameters": limit} for field in fields]
            filters.append({"type": "multi", "operator": "or", "queries": queries})
        if after:
            filters.append({"type": "range", "field": "autoIncrement", "parameters": {"gt": int(after)}})
        return {"page": 1, "limit": self.page_size, "filter": filters, "sort": [{"field": "autoIncrement", "order": "ASC"}]}


async def _read_order(webhook: payloads.Webhook, delivery: Delivery, shop: Shop, api: ShopwareApi | None) -> Reading:
    order = decode(webhook.data.payload, payloads.OrderEvent).order
    if not orders.is_complete(order):
        found = await _asked(api, "order", [order.id])
        if not found:
            return Reading(ignored="The shop has the order no longer.")
        order = decode(found[0], payloads.Order)
    return Reading(changes=(orders.change(order, shop, event=webhook.data.event, at=delivery.moment),))


def _read_customer(webhook: payloads.Webhook, delivery: Delivery) -> Reading:
    if webhook.data.event == "checkout.customer.before.login":
        return Reading(ignored="Nothing is done with this topic.")
    customer = decode(webhook.data.payload, payloads.CustomerEvent).customer
    if webhook.data.event == "checkout.customer.deleted":
        return Reading(requests=(customers.deleted(customer),))
    return Reading(changes=(customers.change(customer, at=delivery.moment),))


def _read_newsletter(webhook: payloads.Webhook, delivery: Delivery) -> Reading:
    recipient = decode(webhook.data.payload, payloads.NewsletterEvent).newsletter_recipient
    return Reading(changes=(customers.newsletter(webhook.data.event, recipient, at=delivery.moment, event_id=delivery.event_id),))


async def _read_written(webhook: payloads.Webhook, delivery: Delivery, shop: Shop, api: ShopwareApi | None) -> Reading:
    """Ask for what was written; what is there no longer was deleted meanwhile, and that is told as well."""
    written: dict[str, dict[str, bool]] = defaultdict(dict)
    for each in decode(webhook.data.payload, list[payloads.Write]):
        if each.entity in ENTITY_OF_KIND.values():
            written[each.entity][_key(each)] = each.operation == "delete"
    changes: list[Change] = []
    for entity, ids in written.items():
        found = await _asked(api, entity, [each for each, is_deleted in ids.items() if not is_deleted])
        changes += await _map(entity, found, shop, api, delivery.moment)
        if entity in {"product", "order"}:
            there = {_stamped(bytes(each)).id for each in found}
            changes += [Change(kind=entity, resource_id=each, changed_at=delivery.moment, deleted=True) for each in ids if each not in there]
    return Reading(changes=tuple(changes))


async def _asked(api: ShopwareApi | None, entity: str, ids: list[str]) -> list[msgspec.Raw]:
    if not ids:
        return []
    if api is None:
        raise NeedsShop(what=f"what was written ({entity})")
    return await api.by_id(entity, ids)


async def _map(entity: str, bodies: list[msgspec.Raw], shop: Shop, api: ShopwareApi | None, at: datetime) -> tuple[Change, ...]:
    if not bodies:
        return ()
    names = NO_NAMES
    if entity == "product":
        if api is None:
            raise NeedsShop(what="the languages and currencies of products")
        names = await api.names(_stamped(bytes(each)).parent_id for each in bodies)
    read = _reader(entity, shop, names, at)
    return tuple([change for each in bodies for change in await read(bytes(each))])


def _reader(entity: str, shop: Shop, names: Names, at: datetime | None = None) -> batches.Read:
    otherwise = at or datetime.min.replace(tzinfo=UTC)

    async def read(body: bytes) -> tuple[Change, ...]:
        if entity == "product":
            return (products.change(decode(body, payloads.Product), shop, names, at=otherwise),)
        if entity == "customer":
            return (customers.change(decode(body, payloads.Customer), at=otherwise),)
        return (orders.change(decode(body, payloads.Order), shop, at=otherwise),)

    return read


def _stamped(body: bytes) -> _Stamp:
    try:
        return msgspec.json.decode(clean(body), type=_Stamp)
    except msgspec.DecodeError:
        return _Stamp()


def _stamp(body: bytes) -> batches.Stamp:
    found = _stamped(body)
    moments = [found.created_at, found.updated_at, *(each.updated_at for each in found.transactions or [])]
    return found.id, max((utc(each) for each in moments if each), default=None)


def _key(write: payloads.Write) -> str:
    found = write.primary_key if isinstance(write.primary_key, str) else write.primary_key.get("id", "")
    if not found:
        raise Unmappable(field="data.payload.primaryKey", reason="this is empty")
    return found


def _moment(timestamp: int | None) -> datetime | None:
    """Return a moment given in seconds; null for a number that is none."""
    try:
        return datetime.fromtimestamp(timestamp, UTC) if timestamp else None
    except (OverflowError, ValueError, OSError):
        return None
