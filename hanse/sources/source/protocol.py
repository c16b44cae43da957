"""The protocol of an outside system: who may write to us, what a delivery says, and how to read what was missed.

One object per system, without state; what differs between shops stands in `Shop`. Mapping is done by pure functions in the system's
folder; only `read` and `poll` may ask the shop, through the `Api` they are given.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol
from uuid import UUID

from hanse.sources.source.api import Api
from hanse.sources.source.changes import Change, PrivacyRequest
from hanse.sources.source.shop import Shop


@dataclass(frozen=True, kw_only=True)
class Incoming:
    """One request that a system sends us, as it came."""

    headers: Mapping[str, str]
    """By name in small letters."""
    body: bytes
    query: bytes = b""
    received_at: datetime


@dataclass(frozen=True, kw_only=True)
class Envelope:
    """What stands on a delivery before anybody looks inside."""

    topic: str
    event_id: str
    """What it is known by when it is sent again."""
    triggered_at: datetime | None = None
    """When it happened, where the system says so."""


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """One delivery whose signature was right."""

    delivery_id: UUID
    topic: str
    event_id: str
    body: bytes
    triggered_at: datetime | None
    received_at: datetime

    @property
    def moment(self) -> datetime:
        """Return when it happened, as well as is known; never after it came."""
        return min(self.triggered_at or self.received_at, self.received_at)


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What a delivery says."""

    changes: tuple[Change, ...] = ()
    requests: tuple[PrivacyRequest, ...] = ()
    disconnected: bool = False
    """Whether the shop has removed our app."""
    ignored: str = ""
    """Why there is nothing in it for us."""


@dataclass(frozen=True, kw_only=True)
class Position:
    """How far a poll has read one kind of thing."""

    since: datetime | None = None
    """What changed before this moment has been read; null reads everything."""
    cursor: str = ""
    """Where within the present round the next page begins, in the system's own words; empty between rounds."""
    newest_at: datetime | None = None
    """The newest change seen in the present round."""
    begun_at: datetime | None = None
    """When the present round began, by the clock of the shop: what changes behind its back is read in the next one."""


@dataclass(frozen=True, kw_only=True)
class Refused:
    """One thing read by a poll that cannot be taken in."""

    topic: str
    """The topic under which `read` would understand its body."""
    resource_id: str
    field: str
    reason: str
    body: bytes


@dataclass(frozen=True, kw_only=True)
class Page:
    """What one answer of a poll holds, and where the next one begins."""

    changes: tuple[Change, ...]
    position: Position
    refused: tuple[Refused, ...] = field(default=())


class Source(Protocol):
    """An outside system."""

    system: str
    """Its name in addresses: `shopify`."""
    title: str
    """Its name for people."""
    kinds: tuple[str, ...]
    """What polls read, in the order that is best: `products`, `customers`, `orders`."""
    required_secrets: tuple[str, ...]
    optional_secrets: tuple[str, ...]
    """Those without which webhooks work, but nothing can be asked."""

    def is_ping(self, incoming: Incoming) -> bool:
        """Return whether a request only asks whether we are there; it is not signed, and nothing is done."""
        ...

    def is_authentic(self, incoming: Incoming, shop: Shop) -> bool:
        """Return whether a request was signed by this shop; nothing of it is parsed before."""
        ...

    def envelope(self, incoming: Incoming) -> Envelope:
        """Return what a delivery is about and what it is known by."""
        ...

    def can_ask(self, shop: Shop) -> bool:
        """Return whether the connection may read from the shop."""
        ...

    def api(self, shop: Shop) -> Api:
        """Return a way to ask the shop; use as `async with`."""
        ...

    async def read(self, delivery: Delivery, shop: Shop, api: Api | None) -> Reading:
        """Return what a delivery says.

        Raises `Unmappable` naming the field, and `NeedsShop` where the shop must be asked and `api` is null.
        """
        ...

    def poll(self, shop: Shop, api: Api, kind: str, position: Position) -> AsyncGenerator[Page, None]:
        """Read what changed since a position, page by page, each with the position after it.

        A page whose position has no cursor says by `newest_at` up to which change everything has been read.
        """
        ...

    async def look(self, api: Api, kind: str) -> None:
        """Ask for one thing of a kind, to find out whether the keys may read it; raises what polls would raise."""
        ...

    async def product_ids(self, shop: Shop, api: Api) -> set[str]:
        """Return the resource ids of all products and variants that the shop has, to find out what it removed."""
        ...
