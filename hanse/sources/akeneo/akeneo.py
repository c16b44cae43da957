"""Akeneo PIM behind the protocol of sources: it says what products are, and nothing of their sale. Polls read what was changed.

Product models come before products, so that the parent of a variant is there when the variant comes. Akeneo counts a variant as changed
when its model was, and tells the model's values with it.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone

import msgspec

from hanse.sources.akeneo import learning, products
from hanse.sources.akeneo.api import AkeneoApi, search
from hanse.sources.akeneo.payloads import Model, Product
from hanse.sources.akeneo.structure import Structure
from hanse.sources.source import Change, Delivery, Page, PolledAlone, Position, Reading, Shop, batches
from hanse.sources.source.api import Api, clean
from hanse.sources.source.batches import decode
from hanse.sources.source.errors import NeedsShop
from hanse.sources.source.texts import utc

MODELS, PRODUCTS = "product-models", "products-uuid"
KINDS: Mapping[str, type[Model | Product]] = {MODELS: Model, PRODUCTS: Product}
"""What is read, in this order."""
SEARCH_AFTER = {"pagination_type": "search_after"}
SUMMER_TIME = timedelta(hours=1)


class _Named(msgspec.Struct):
    uuid: str = ""
    code: str = ""

    @property
    def resource_id(self) -> str:
        return self.uuid or (f"model:{self.code}" if self.code else "")


class _Stamp(_Named):
    created: datetime | None = None
    updated: datetime | None = None


@dataclass(frozen=True)
class _Place:
    """How far a round has come."""

    resource: str = MODELS
    """Empty at the end."""
    after: str = ""

    @classmethod
    def read(cls, cursor: str) -> _Place:
        """Return the place that a cursor says; that of an empty one is the begin."""
        if not cursor:
            return cls()
        resource, _, after = cursor.partition(" ")
        return cls(resource, after)

    @property
    def cursor(self) -> str:
        """Return it as a cursor."""
        return f"{self.resource} {self.after}" if self.resource else ""

    def next(self, after: str) -> _Place:
        """Return where the next page begins."""
        following = PRODUCTS if self.resource == MODELS else ""
        return _Place(self.resource if after else following, after)


class Akeneo(PolledAlone):
    """Akeneo PIM behind the protocol of sources."""

    system = "akeneo"
    title = "Akeneo PIM"
    kinds: tuple[str, ...] = ("products",)
    required_secrets: tuple[str, ...] = ("client_id", "client_secret", "user", "password")
    optional_secrets: tuple[str, ...] = ()

    def __init__(self, page_size: int = 100) -> None:
        """Ask for so many things at once."""
        self.page_size = page_size

    def can_ask(self, shop: Shop) -> bool:
        """Return whether all keys are there."""
        return set(self.required_secrets) <= shop.secrets.keys()

    def api(self, shop: Shop) -> AkeneoApi:
        """Return a way to ask the REST API."""
        return AkeneoApi(shop)

    async def read(self, delivery: Delivery, shop: Shop, api: Api | None) -> Reading:
        """Return what one thing says that a poll could not take in."""
        if delivery.topic not in KINDS:
            return Reading(ignored="Nothing is done with this topic.")
        if api is None:
            raise NeedsShop(what="the attributes of products")
        structure, kind = Structure(), KINDS[delivery.topic]
        decode(delivery.body, kind)
        await learning.Reader(_api(api), structure).learn([msgspec.Raw(delivery.body)], kind)
        return Reading(changes=tuple(await _reader(kind, shop, structure, delivery.moment)(delivery.body)))

    async def poll(self, shop: Shop, api: Api, kind: str, position: Position) -> AsyncGenerator[Page, None]:
        """Read product models and then products that were changed, each in the order in which Akeneo goes through them."""
        del kind  # there is one
        structure, place, newest = Structure(), _Place.read(position.cursor), position.newest_at
        changed = await self._changed_since(_api(api), position.since)
        while place.resource:
            bodies, going_on = await _api(api).page(place.resource, self._asked(place.after) | changed)
            await learning.Reader(_api(api), structure).learn(bodies, KINDS[place.resource])
            page = await batches.page(bodies, place.resource, _reader(KINDS[place.resource], shop, structure), _stamp)
            newest = max((each for each in (newest, page.position.newest_at) if each), default=None)
            place = place.next(going_on.get("search_after", ""))
            after = Position(since=position.since, cursor=place.cursor, newest_at=newest)
            yield Page(changes=page.changes, refused=page.refused, position=after)

    async def look(self, api: Api, kind: str) -> None:
        """Ask for one product model and one product."""
        del kind  # there is one
        for resource in KINDS:
            await _api(api).page(resource, {**SEARCH_AFTER, "limit": "1"})

    async def product_ids(self, shop: Shop, api: Api) -> set[str]:
        """Return the ids of all products and product models."""
        del shop
        found: set[str] = set()
        for resource in KINDS:
            found |= {_stamp(bytes(each))[0] for each in await _api(api).every(resource, self._asked(""))}
        return found

    def _asked(self, after: str) -> dict[str, str]:
        return {**SEARCH_AFTER, "limit": str(self.page_size), **({"search_after": after} if after else {})}

    async def _changed_since(self, api: AkeneoApi, since: datetime | None) -> dict[str, str]:
        """Return the condition for what was changed, in the time of Akeneo's server, as Akeneo takes moments without a zone."""
        if since is None:
            return {}
        local = since.astimezone(await self._zone(api))
        return search({"updated": [{"operator": ">", "value": f"{local:%Y-%m-%d %H:%M:%S}"}]})

    async def _zone(self, api: AkeneoApi) -> timezone:
        """Return the zone of Akeneo's server, or an hour behind it, as summer time may have begun or ended since."""
        bodies, _ = await api.page(PRODUCTS, {**SEARCH_AFTER, "limit": "1"})
        told = _stamped(bytes(bodies[0])) if bodies else None
        offset = (told.updated.utcoffset() if isinstance(told, _Stamp) and told.updated else None) or timedelta(0)
        return timezone(offset - SUMMER_TIME) if offset else UTC


def _api(api: Api) -> AkeneoApi:
    assert isinstance(api, AkeneoApi), "a source is given its own api"  # noqa: S101  # the protocol says so
    return api


def _reader(kind: type[Model | Product], shop: Shop, structure: Structure, at: datetime | None = None) -> batches.Read:
    otherwise = at or datetime.min.replace(tzinfo=UTC)

    async def read(body: bytes) -> tuple[Change, ...]:
        return (products.change(decode(body, kind), shop, structure, at=otherwise),)

    return read


def _stamped(body: bytes) -> _Named:
    """Return what a thing is called and when it changed, as far as it can be read."""
    for kind in (_Stamp, _Named):
        try:
            return msgspec.json.decode(clean(body), type=kind)
        except (msgspec.DecodeError, UnicodeDecodeError):
            continue
    return _Named()


def _stamp(body: bytes) -> batches.Stamp:
    found = _stamped(body)
    moments = [each for each in (found.updated, found.created) if each] if isinstance(found, _Stamp) else []
    return found.resource_id, max(map(utc, moments), default=None)
