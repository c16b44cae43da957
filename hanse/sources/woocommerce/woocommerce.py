"""WooCommerce as a source: which topics mean what, and how its REST API is asked.

Signatures: base64 of HMAC-SHA256 over the raw body with the webhook's secret. A new webhook first sends a ping, a form that is not
signed, and is switched off after some failures in a row, so that polls have to read what it missed.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import AsyncGenerator
from contextlib import aclosing
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import msgspec

from hanse.sources.source import Change, Delivery, Envelope, Incoming, Page, Position, Reading, Shop, batches, signatures
from hanse.sources.source.addresses import OneHost
from hanse.sources.source.api import Api, clean
from hanse.sources.source.batches import decode
from hanse.sources.source.errors import NeedsShop, NotThere, Unmappable
from hanse.sources.woocommerce import customers, moments, orders, payloads, products

PATH = "/wp-json/wc/v3"
TOPIC_OF_KIND = {"products": "product.updated", "customers": "customer.updated", "orders": "order.updated"}
CHANGED = ("created", "updated", "restored")
SECOND = timedelta(seconds=1)

ThingT = TypeVar("ThingT")

_PING = re.compile(rb"webhook_id=\d{1,18}")


class WooCommerce:
    """WooCommerce behind the protocol of sources."""

    system = "woocommerce"
    title = "WooCommerce"
    kinds: tuple[str, ...] = ("products", "customers", "orders")
    required_secrets: tuple[str, ...] = ("webhook_secret",)
    optional_secrets: tuple[str, ...] = ("consumer_key", "consumer_secret")

    def __init__(self, page_size: int = 100) -> None:
        """Ask for so many things at once."""
        self.page_size = page_size

    def is_ping(self, incoming: Incoming) -> bool:
        """Return whether a new webhook only tries whether we are there."""
        return "x-wc-webhook-signature" not in incoming.headers and _PING.fullmatch(incoming.body) is not None

    def is_authentic(self, incoming: Incoming, shop: Shop) -> bool:
        """Return whether the signature is right."""
        return signatures.is_base64_hmac(incoming.headers.get("x-wc-webhook-signature"), shop.secrets.get("webhook_secret"), incoming.body)

    def envelope(self, incoming: Incoming) -> Envelope:
        """Return the topic, and the version of the thing as event id: what WooCommerce calls a delivery is another one each time."""
        topic = incoming.headers.get("x-wc-webhook-topic", "unknown")
        stamp = _stamped(incoming.body)
        if topic.endswith(".deleted"):
            version = incoming.headers.get("x-wc-webhook-delivery-id", "")
        else:
            version = str(stamp.date_modified_gmt or stamp.date_created_gmt or "")
        digest = hashlib.sha256(incoming.body).hexdigest()[:16]  # two changes may fall into one second
        return Envelope(topic=topic, event_id=f"{stamp.id}:{version}:{digest}")

    def can_ask(self, shop: Shop) -> bool:
        """Return whether there are keys for the REST API."""
        return "consumer_key" in shop.secrets and "consumer_secret" in shop.secrets

    def api(self, shop: Shop) -> Api:
        """Return a way to ask the REST API."""
        keys = (shop.secrets["consumer_key"], shop.secrets["consumer_secret"])
        return Api(f"{shop.url}{PATH}", transport=OneHost(shop.host, allow_private=shop.options.allow_private), auth=keys)

    async def read(self, delivery: Delivery, shop: Shop, api: Api | None) -> Reading:
        """Return what a delivery says."""
        thing, _, event = delivery.topic.partition(".")
        if event == "deleted" and thing in {"order", "product", "customer"}:
            return _read_deleted(thing, delivery)
        if event not in CHANGED or thing not in {"order", "product", "customer"}:
            return Reading(ignored="Nothing is done with this topic.")
        if thing == "order":
            order = decode(delivery.body, payloads.Order)
            return Reading(changes=(orders.change(order, shop, await self._refunds(order, shop, api)),))
        if thing == "customer":
            return Reading(changes=(customers.change(decode(delivery.body, payloads.Customer), at=delivery.moment),))
        restored_at = delivery.moment if event == "restored" else None  # coming back from the bin does not count as a change
        return Reading(changes=await self._product(decode(delivery.body, payloads.Product), shop, api, restored_at))

    async def poll(self, shop: Shop, api: Api, kind: str, position: Position) -> AsyncGenerator[Page, None]:
        """Read what changed; customers have no time of change that could be asked for, so only new ones are read."""
        changed = kind != "customers"
        async with aclosing(self._poll_changed(shop, api, kind, position) if changed else self._poll_customers(api, position)) as found:
            async for page in found:
                yield page

    async def look(self, api: Api, kind: str) -> None:
        """Ask for one thing of a kind."""
        (await api.get(f"/{kind}", {"per_page": "1", "page": "1", "_fields": "id"})).json(list[msgspec.Raw])

    async def product_ids(self, shop: Shop, api: Api) -> set[str]:
        """Return the ids of all products and their variations; those in the bin are not among them."""
        found = await self._all(api, "/products", payloads.Listed, _fields="id,variations", orderby="id", order="asc")
        return {str(number) for each in found for number in (each.id, *each.variations)}

    async def _poll_changed(self, shop: Shop, api: Api, kind: str, position: Position) -> AsyncGenerator[Page, None]:
        """Read the oldest change first; each page begins at the last change of the one before, as pages move while things change."""
        after, number = position.since, 1
        while True:
            asked = {"per_page": str(self.page_size), "page": str(number), "orderby": "modified", "order": "asc", "dates_are_gmt": "true"}
            if after:
                asked["modified_after"] = (after - SECOND).strftime("%Y-%m-%dT%H:%M:%S")
            bodies = (await api.get(f"/{kind}", asked)).json(list[msgspec.Raw])
            page = await batches.page(bodies, TOPIC_OF_KIND[kind], self._reader(kind, shop, api), _stamp)
            yield page
            if len(bodies) < self.page_size:
                return
            newest = page.position.newest_at
            after, number = (newest, 1) if newest and (after is None or newest > after) else (after, number + 1)

    async def _poll_customers(self, api: Api, position: Position) -> AsyncGenerator[Page, None]:
        """Read the newest customers first, until one that was there the last time."""
        number, newest = int(position.cursor or 1), position.newest_at
        while True:
            asked = {"per_page": str(self.page_size), "page": str(number), "orderby": "registered_date", "order": "desc"}
            bodies = (await api.get("/customers", asked)).json(list[msgspec.Raw])
            page = await batches.page(bodies, TOPIC_OF_KIND["customers"], _read_customer, _created)
            oldest = min((each for body in bodies if (each := _created(bytes(body))[1])), default=None)
            newest = max((each for each in (newest, page.position.newest_at) if each), default=None)
            number += 1
            is_last = len(bodies) < self.page_size or bool(oldest and position.since and oldest < position.since)
            after = Position(since=position.since, cursor="" if is_last else str(number), newest_at=newest)
            yield Page(changes=page.changes, refused=page.refused, position=after)
            if is_last:
                return

    async def _refunds(self, order: payloads.Order, shop: Shop, api: Api | None) -> dict[int, payloads.Refund]:
        """Ask what came back: an order only tells the amounts of its refunds."""
        if not order.refunds or (api is None and not self.can_ask(shop)):
            return {}
        if api is None:
            raise NeedsShop(what="what came back of an order")
        found = await self._all(api, f"/orders/{order.id}/refunds", payloads.Refund)
        return {each.id: each for each in found}

    async def _product(self, product: payloads.Product, shop: Shop, api: Api | None, restored_at: datetime | None) -> tuple[Change, ...]:
        """Return a product with its variations, or, of a variation, its whole product."""
        if not (product.variations or product.parent_id) or (api is None and not self.can_ask(shop)):
            return (products.change(product, shop, at=restored_at),)
        if api is None:
            raise NeedsShop(what="a product and its variations")
        parent = product
        if product.parent_id:
            try:
                parent = (await api.get(f"/products/{product.parent_id}")).json(payloads.Product)
            except NotThere:
                return (products.change(product, shop, at=restored_at),)
            return (products.variation(product, parent, shop),)
        found = await self._all(api, f"/products/{parent.id}/variations", payloads.Product)
        return (products.change(parent, shop, at=restored_at), *(products.variation(each, parent, shop) for each in found))

    def _reader(self, kind: str, shop: Shop, api: Api) -> batches.Read:
        async def read(body: bytes) -> tuple[Change, ...]:
            if kind == "products":
                return await self._product(decode(body, payloads.Product), shop, api, None)
            order = decode(body, payloads.Order)
            return (orders.change(order, shop, await self._refunds(order, shop, api)),)

        return read

    async def _all(self, api: Api, path: str, kind: type[ThingT], **params: str) -> list[ThingT]:
        """Return all pages of a list."""
        found: list[ThingT] = []
        number = 1
        while True:
            answer = await api.get(path, {"per_page": str(self.page_size), "page": str(number), **params})
            page = answer.json(list[kind])  # type: ignore[valid-type]  # a type that is known at run time alone
            found += page
            if len(page) < self.page_size:
                return found
            number += 1


def _read_deleted(thing: str, delivery: Delivery) -> Reading:
    resource_id = decode(delivery.body, payloads.Deleted).id
    if thing == "customer":
        return Reading(requests=(customers.deleted(resource_id),))
    return Reading(changes=(Change(kind=thing, resource_id=str(resource_id), changed_at=delivery.moment, deleted=True),))


async def _read_customer(body: bytes) -> tuple[Change, ...]:
    return (customers.change(decode(body, payloads.Customer), at=datetime.min.replace(tzinfo=UTC)),)


def _stamped(body: bytes) -> payloads.Stamp:
    try:
        return msgspec.json.decode(clean(body), type=payloads.Stamp)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return payloads.Stamp()


def _stamp(body: bytes) -> batches.Stamp:
    found = _stamped(body)
    return str(found.id), _moment(found.date_modified_gmt or found.date_created_gmt)


def _created(body: bytes) -> batches.Stamp:
    found = _stamped(body)
    return str(found.id), _moment(found.date_created_gmt)


def _moment(moment: payloads.Moment) -> datetime | None:
    try:
        return moments.read(moment, "")
    except Unmappable:
        return None
