"""Tryton behind the protocol of sources: it sends nothing by itself, so polls read what was changed since the last one."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from hanse.sources.source import Change, Delivery, Page, PolledAlone, Position, Reading, Shop, batches
from hanse.sources.source.addresses import OneHost
from hanse.sources.source.api import Api
from hanse.sources.source.errors import ShopRefused, Unmappable
from hanse.sources.tryton import parties, payloads, products, rpc, sales
from hanse.sources.tryton.rpc import Rpc, TrytonFault


@dataclass(frozen=True)
class _Kind:
    """One kind of thing: where it is, what is read of it, and how it is mapped."""

    model: str
    fields: tuple[str, ...]
    parts: tuple[str, ...]
    payload: type[payloads.Written]
    modified_at: Callable[[Any], datetime | None]
    change: Callable[[Any, Shop], Change]


KINDS: Mapping[str, _Kind] = {
    "products": _Kind("product.product", products.FIELDS, products.PARTS, payloads.Product, products.modified_at, products.change),
    "customers": _Kind("party.party", parties.FIELDS, parties.PARTS, payloads.Party, parties.modified_at, parties.change),
    "orders": _Kind("sale.sale", sales.FIELDS, sales.PARTS, payloads.Sale, sales.modified_at, sales.change),
}


class TrytonApi(Api):
    """A way to one database of Tryton: its address ends in the name of the database."""

    def __init__(self, shop: Shop) -> None:
        """Reach Tryton as the user of the connection."""
        super().__init__(shop.url, transport=OneHost(shop.host, allow_private=shop.options.allow_private))
        self._rpc = Rpc(self._posted, shop.secrets["user"], shop.secrets["password"])
        self._language = shop.language

    async def search_read(self, model: str, domain: list[Any], limit: int, fields: Iterable[str]) -> list[msgspec.Raw]:
        """Return things of a model by id, as they came."""
        asked = (f"model.{model}.search_read", domain, 0, limit, [["id", "ASC"]], list(fields))
        try:
            found = await self._asked(asked)
        except ShopRefused as refused:
            if refused.facts.get("status") != 401:
                raise
            self._rpc.forget()  # an old session; a new one is asked for once
            found = await self._asked(asked)
        return msgspec.json.decode(found, type=list[msgspec.Raw])

    async def _asked(self, asked: tuple[Any, ...]) -> msgspec.Raw:
        try:
            return await self._rpc.raw(*asked, language=self._language, active_test=False)  # with what is not in use any more
        except TrytonFault as fault:
            raise ShopRefused(host=self.host, path=fault.facts["method"], reason=str(fault.facts["kind"])) from fault

    async def _posted(self, path: str, content: object, headers: Mapping[str, str]) -> bytes:
        return (await self.post(path, content, headers=headers)).body


class Tryton(PolledAlone):
    """Tryton behind the protocol of sources."""

    system = "tryton"
    title = "Tryton"
    kinds: tuple[str, ...] = ("products", "customers", "orders")
    required_secrets: tuple[str, ...] = ("user", "password")
    optional_secrets: tuple[str, ...] = ()

    def __init__(self, page_size: int = 200) -> None:
        """Ask for so many things at once."""
        self.page_size = page_size

    def can_ask(self, shop: Shop) -> bool:
        """Return whether there is a user to ask as."""
        return "user" in shop.secrets and "password" in shop.secrets

    def api(self, shop: Shop) -> TrytonApi:
        """Return a way to ask the database."""
        return TrytonApi(shop)

    async def read(self, delivery: Delivery, shop: Shop, api: Api | None) -> Reading:
        """Return what one thing says that a poll could not take in."""
        del api
        kind = KINDS.get(delivery.topic)
        if kind is None:
            return Reading(ignored="Nothing is done with this topic.")
        return Reading(changes=(kind.change(payloads.decode(delivery.body, kind.payload), shop),))

    async def poll(self, shop: Shop, api: Api, kind: str, position: Position) -> AsyncGenerator[Page, None]:
        """Read what was changed, by id, so that nothing is left out while things change."""
        known, newest, after = KINDS[kind], position.newest_at, int(position.cursor or 0)
        while True:
            bodies = await _api(api).search_read(known.model, _domain(known, position.since, after), self.page_size, known.fields)
            page = await batches.page(bodies, kind, _reader(known, shop), _stamp(known))
            newest = max((each for each in (newest, page.position.newest_at) if each), default=None)
            is_last = len(bodies) < self.page_size
            after = _id(bodies[-1]) if bodies else after
            position_after = Position(since=position.since, cursor="" if is_last else str(after), newest_at=newest)
            yield Page(changes=page.changes, refused=page.refused, position=position_after)
            if is_last:
                return

    async def look(self, api: Api, kind: str) -> None:
        """Ask for one thing of a kind."""
        await _api(api).search_read(KINDS[kind].model, [], 1, ("id",))

    async def product_ids(self, shop: Shop, api: Api) -> set[str]:
        """Return the ids of all products."""
        del shop
        found: set[str] = set()
        after = 0
        while True:
            bodies = await _api(api).search_read("product.product", [["id", ">", after]], self.page_size, ["id"])
            found |= {str(_id(each)) for each in bodies}
            if len(bodies) < self.page_size:
                return found
            after = _id(bodies[-1])


def _api(api: Api) -> TrytonApi:
    assert isinstance(api, TrytonApi), "a source is given its own api"  # noqa: S101  # the protocol says so
    return api


def _domain(kind: _Kind, since: datetime | None, after: int) -> list[Any]:
    """Return what is searched for: what was changed since a moment, or anything that belongs to it, beyond an id."""
    domain: list[Any] = [["id", ">", after]]
    if since is not None:
        at = rpc.moment(since)
        changed = [[f"{part}{name}", ">=", at] for part in ("", *kind.parts) for name in ("write_date", "create_date")]
        domain.append(["OR", *changed])
    return domain


def _reader(kind: _Kind, shop: Shop) -> batches.Read:
    async def read(body: bytes) -> tuple[Change, ...]:
        return (kind.change(payloads.decode(body, kind.payload), shop),)

    return read


def _stamp(kind: _Kind) -> Callable[[bytes], batches.Stamp]:
    def stamp(body: bytes) -> batches.Stamp:
        try:
            thing = payloads.decode(body, kind.payload)
        except Unmappable:
            return str(_id(msgspec.Raw(body))), None
        return str(thing.id), kind.modified_at(thing)

    return stamp


class _Numbered(msgspec.Struct):
    id: int


def _id(body: msgspec.Raw) -> int:
    return msgspec.json.decode(body, type=_Numbered).id
