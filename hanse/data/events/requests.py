"""One request of a tracking client, taken apart: what its messages have in common, and each of them as an event or with its reason.

A batch is decoded whole where all of it is well-formed; where it is not, message by message, and only those that still do not fit
go the careful way.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

import msgspec

from hanse.data.events import careful, messages, times
from hanse.data.events.careful import Decoded
from hanse.data.events.errors import Unfit, UnreadableBody
from hanse.data.events.messages import Batch, Envelope, Message
from hanse.data.events.schemas import Event

WHOLE_LIMIT = 1_000_000
"""Bytes of a batch at most that is decoded whole; a larger one is held as bytes and decoded as it is written."""

UNDECODABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""What decoding raises; a `ValidationError` is one of the first."""


class _Pieces(msgspec.Struct, rename="camel", kw_only=True):
    batch: list[msgspec.Raw]
    sent_at: Any = None
    context: Any = None
    integrations: Any = None
    write_key: Any = None


_batch = msgspec.json.Decoder(Batch)
_pieces = msgspec.json.Decoder(_Pieces)
_message = msgspec.json.Decoder(Message)

Item = Message | msgspec.Raw | Any
"""A message in one of three states: decoded, not decoded yet, or plain data with what could not be read marked in it."""


@dataclass(frozen=True)
class Rejected:
    """A message that cannot become an event: as it came, and why."""

    value: Any
    unfit: Unfit


@dataclass
class Taken:
    """The messages of one request, not yet looked at one by one."""

    body: bytes
    items: Sequence[Item]
    is_batch: bool
    write_key: str | None = None
    sent_at: datetime | None = None
    context: dict[str, Any] | None = None
    integrations: dict[str, Any] | None = None
    damaged: bool = False

    def envelope(self, source: str, received_at: datetime, kind: str | None) -> Envelope:
        """Return what the messages have in common."""
        return Envelope(source, received_at, times.aware(self.sent_at), kind, self.context or {}, self.integrations or {})

    def events(self, envelope: Envelope, first: int, last: int) -> list[Event | Rejected]:
        """Return the messages from one place up to another, each as an event or as rejected."""
        return [self._event(index, envelope) for index in range(first, min(last, len(self.items)))]

    def _event(self, index: int, envelope: Envelope) -> Event | Rejected:
        item = self.items[index]
        try:
            if isinstance(item, msgspec.Raw):
                item = _message.decode(item)
            if isinstance(item, Message):
                return messages.event(item, envelope)
        except (*UNDECODABLE, Unfit):
            return _carefully(self._as_it_came(index), envelope)
        return _carefully(Decoded(item, self.damaged), envelope)

    def _as_it_came(self, index: int) -> Decoded:
        try:
            return careful.decode(bytes(self._raw[index]) if self.is_batch else self.body)
        except UnreadableBody as error:
            return Decoded(careful.Unreadable("", f"{error.facts['reason']}.", "Send JSON."), damaged=True)

    @cached_property
    def _raw(self) -> list[msgspec.Raw]:
        return _pieces.decode(self.body).batch


def read(body: bytes, *, is_batch: bool) -> Taken:
    """Take a request apart; raises `UnreadableBody` where it is not JSON, or not of this shape."""
    try:
        return _read_batch(body) if is_batch else _read_message(body)
    except UNDECODABLE:
        return _read_carefully(body)


def _carefully(decoded: Decoded, envelope: Envelope) -> Event | Rejected:
    try:
        return careful.event(decoded.data, envelope, damaged=decoded.damaged)
    except Unfit as unfit:
        return Rejected(decoded.data, unfit)


def _read_message(body: bytes) -> Taken:
    message = _message.decode(body)
    return Taken(body, (message,), is_batch=False, write_key=message.write_key)


def _read_batch(body: bytes) -> Taken:
    try:
        batch: Batch | _Pieces = _batch.decode(body) if len(body) <= WHOLE_LIMIT else _pieces.decode(body)
    except UNDECODABLE:
        batch = _pieces.decode(body)
    if isinstance(batch, Batch):
        return Taken(body, batch.batch, True, batch.write_key, batch.sent_at, batch.context, batch.integrations)
    common = careful.head({"sentAt": batch.sent_at, "context": batch.context, "integrations": batch.integrations, "writeKey": batch.write_key})
    return Taken(body, batch.batch, True, *_head(common))


def _read_carefully(body: bytes) -> Taken:
    decoded = careful.decode(body)
    data = {"batch": decoded.data} if isinstance(decoded.data, list) else decoded.data
    if not isinstance(data, dict):
        raise UnreadableBody(reason="it is JSON, but not an object")
    items = data.get("batch", [data])
    if not isinstance(items, list):
        raise UnreadableBody(reason="its batch is not a list")
    return Taken(body, items, "batch" in data, *_head(careful.head(data)), damaged=decoded.damaged)


def _head(common: dict[str, Any]) -> tuple[str | None, datetime | None, dict[str, Any], dict[str, Any]]:
    write_key = common.get("writeKey")
    return write_key if isinstance(write_key, str) else None, common["sentAt"], common["context"], common["integrations"]
