"""Many things at once, as polls read them: each mapped by itself, so that one that is wrong does not keep the others out."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime
from typing import TypeVar

import msgspec

from hanse.sources.source import checking
from hanse.sources.source.api import clean, not_as_expected
from hanse.sources.source.changes import Change
from hanse.sources.source.errors import Unmappable
from hanse.sources.source.protocol import Page, Position, Refused
from hanse.sources.source.texts import utc

PayloadT = TypeVar("PayloadT")
Stamp = tuple[str, datetime | None]
"""Id and time of the last change of a thing, as far as they can be read."""


def decode(body: bytes | msgspec.Raw, kind: type[PayloadT]) -> PayloadT:
    """Return a body in JSON as a type; raises `Unmappable` naming the field."""
    try:
        return msgspec.json.decode(clean(body), type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise not_as_expected(error) from error


Read = Callable[[bytes], Awaitable[Iterable[Change]]]
"""How one thing is mapped, which may ask the shop for what belongs to it."""


async def page(bodies: Iterable[msgspec.Raw], topic: str, read: Read, stamp: Callable[[bytes], Stamp], cursor: str = "") -> Page:
    """Map some bodies; what cannot be mapped is refused with its field and reason, under the topic that `read` of the source knows."""
    changes: list[Change] = []
    refused: list[Refused] = []
    newest: datetime | None = None
    for each in bodies:
        body = bytes(each)
        resource_id, changed_at = stamp(body)
        try:
            changes += checking.checked(await read(body))
        except Unmappable as problem:
            refused.append(Refused(topic=topic, resource_id=resource_id, field=problem.field, reason=problem.reason, body=body))
        if changed_at is not None:
            newest = max(newest or utc(changed_at), utc(changed_at))
    return Page(changes=tuple(changes), position=Position(cursor=cursor, newest_at=newest), refused=tuple(refused))
