"""What is told of connected shops; secrets are never part of it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import msgspec

from hanse.sources.source import Options


class ShopConnection(msgspec.Struct, kw_only=True, frozen=True):
    """One connected shop."""

    connection_id: UUID
    name: str
    system: str
    """`shopify`, `shopware`, `woocommerce`, `tryton` or `akeneo`."""
    source: str
    """Name of the shop in the log."""
    url: str
    state: str
    """`pending` until the shop has shaken hands, then `active`; `disconnected` where one side ended it."""
    options: Options
    created_at: datetime
    last_delivery_at: datetime | None = None
    last_polled_at: datetime | None = None
    last_error: str | None = None
    last_error_at: datetime | None = None


class Connected(msgspec.Struct, kw_only=True, frozen=True):
    """A shop that was just connected, and what to enter on its side."""

    connection: ShopConnection
    webhook_path: str
    """Where the shop sends its webhooks, below the public address of Hanse; empty for a system that sends none."""
    made_secrets: dict[str, str] = {}
    """Secrets that were made here and have to be entered in the shop; shown this once."""


class Receipt(msgspec.Struct, kw_only=True, frozen=True):
    """What became of a request from a shop."""

    delivery_id: UUID | None = None
    """The delivery, where it is a new one."""
    known: bool = False
    """Whether it was here before."""
    size_bytes: int = 0


class Polled(msgspec.Struct, kw_only=True, frozen=True):
    """What a poll of one shop brought."""

    name: str
    read: int = 0
    """Orders, customers and products that were read, some of them twice."""
    written: int = 0
    """Those that were new or newer."""
    refused: int = 0
    """Those that became dead letters now."""
    error: str = ""
    """Why it ended early; the next one goes on from there."""


class PrivacyRequestRecord(msgspec.Struct, kw_only=True, frozen=True):
    """Somebody wants to know or to have erased what is kept of them."""

    request_id: UUID
    connection: str
    kind: str
    """`access`, `erasure`, `shop_erasure` or `deleted_customer`."""
    subject: dict[str, object]
    state: str
    """`open`, `done` or `dismissed`."""
    received_at: datetime
    due_at: datetime
    closed_at: datetime | None = None
