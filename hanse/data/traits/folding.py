"""Given traits: what identify and group events say of somebody, folded into one row for each name and source.

The log calls this for every batch. The newest by the time of the event counts, and of two at the same time the greater value: so it
does not matter in which order events arrive, or how often. What is too large or too much is left out and kept as a dead letter that
names it; the event itself is in the log all the same.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from hanse.base import ids
from hanse.base.database import Connection, Queries
from hanse.data import imports
from hanse.data.events.schemas import Event, EventType
from hanse.data.imports import DeadLetter
from hanse.data.profiles import given as giving
from hanse.data.profiles.given import Said

queries = Queries(__package__)

KIND = "traits"
"""The kind of its dead letters."""
KEPT = frozenset({EventType.IDENTIFY, EventType.GROUP})
MOST = 200
"""Given traits of one profile at most."""
LARGEST = 10_000
"""Bytes of one value at most."""
LONGEST_NAME = 200
FIRST = ("email", "phone", "firstName", "lastName", "name", "company", "address", "birthday", "title", "gender", "language", "createdAt", "website")
"""What stays where there are too many: the names of Segment's specification; after them the alphabet decides, as it is the same for everybody."""
GROUP = "group_id"
"""The kind of identity by which group events name a company."""

Values = dict[str, msgspec.Raw]


class _Sent(msgspec.Struct):
    """What of the context counts."""

    traits: Values | None = None
    group_id: str | int | None = msgspec.field(default=None, name="groupId")


@dataclass(frozen=True)
class Given:
    """What one event says of one profile."""

    profile_id: UUID
    event: Event
    values: Values
    too_large: tuple[str, ...] = ()
    too_many: int = 0


async def fold(connection: Connection, events: Sequence[Event], profile_ids: Sequence[UUID | None], *, now: datetime) -> None:
    """Take in what those of the events say that say something of a profile."""
    concerned = [(event, profile_id) for event, profile_id in zip(events, profile_ids, strict=True) if event.type in KEPT]
    if not concerned:
        return
    companies = await _companies(connection, concerned, now)
    given = [each for event, profile_id in concerned if (each := _given(event, profile_id, companies))]
    if given:
        await _write(connection, given, now)


def _given(event: Event, profile_id: UUID | None, companies: dict[str, UUID]) -> Given | None:
    """Return what an event says; of a group event, of the company."""
    said, sent = _values(event.properties), _context(event)
    if event.type is EventType.GROUP:
        profile_id = companies.get(_group(sent) or "")
    elif sent.traits:
        said = {**sent.traits, **said}  # RudderStack's clients send them in the context
    if profile_id is None or not said:
        return None
    return _limited(profile_id, event, said)


def _limited(profile_id: UUID, event: Event, said: Values) -> Given:
    fitting = {_plain(name): value for name, value in said.items() if _fits(name, value)}
    kept = sorted(fitting, key=_place)[:MOST]
    too_large = tuple(sorted(_plain(name)[:LONGEST_NAME] for name, value in said.items() if not _fits(name, value)))
    return Given(profile_id, event, {name: fitting[name] for name in kept}, too_large, len(fitting) - len(kept))


def _fits(name: str, value: msgspec.Raw) -> bool:
    return 0 < len(name) <= LONGEST_NAME and len(bytes(value)) <= LARGEST


def _place(name: str) -> tuple[int, str]:
    return (FIRST.index(name) if name in FIRST else len(FIRST)), name


def _plain(name: str) -> str:
    return name.replace("\0", "\ufffd")


async def _write(connection: Connection, given: Sequence[Given], now: datetime) -> None:
    await giving.put(connection, _said(given, now))
    letters = [letter for each in given for letter in _letters(each, now)]
    wanted = {"profile_ids": list({each.profile_id for each in given}), "first": list(FIRST), "most": MOST}
    crowded = await connection.execute(queries["prune"], wanted)
    letters += [_crowded(row["profile_id"], row["source"], now) async for row in crowded]
    if letters:
        await imports.add_dead_letters(connection, letters)


def _said(given: Sequence[Given], now: datetime) -> Iterator[Said]:
    for each in given:
        moment = min(each.event.occurred_at, now)
        for name, value in each.values.items():
            yield Said(each.profile_id, name, each.event.source, _json(value), moment)


def _json(value: msgspec.Raw) -> str:
    from hanse.data.events import encoding

    return encoding.json(value).decode()


def _letters(given: Given, now: datetime) -> Iterator[DeadLetter]:
    """Tell what of an event was left out, without the values: they stand in the log."""
    facts = {"messageId": given.event.message_id}
    if given.too_large:
        reason = f"A value has more than {LARGEST:,} bytes, or a name more than {LONGEST_NAME} characters; it is left out."
        yield _letter(
            f"large:{given.event.message_id}",
            given.event.source,
            given.too_large[0],
            reason,
            payload={**facts, "traits": given.too_large[:20]},
            now=now,
        )
    if given.too_many:
        reason = f"There are more than {MOST} traits; the others are left out."
        yield _letter(f"many:{given.event.message_id}", given.event.source, "traits", reason, payload={**facts, "left_out": given.too_many}, now=now)


def _crowded(profile_id: UUID, source: str, now: datetime) -> DeadLetter:
    reason = f"The profile has more than {MOST} traits; the others are left out."
    return _letter(f"crowded:{profile_id}:{source}", source, "traits", reason, payload={"profile_id": str(profile_id)}, now=now)


def _letter(key: str, source: str, field: str, reason: str, *, payload: dict[str, Any], now: datetime) -> DeadLetter:
    """Return a dead letter that has the same id whenever the same is found again."""
    letter_id = UUID(bytes=hashlib.blake2b(f"traits:{key}".encode(), digest_size=16).digest())
    return DeadLetter(dead_letter_id=letter_id, kind=KIND, source=source, field=field, reason=reason, payload=payload, created_at=now)


def _values(properties: dict[str, Any] | msgspec.Raw) -> Values:
    try:
        return msgspec.json.decode(_encoded(properties), type=Values)
    except msgspec.DecodeError:
        return {}


def _context(event: Event) -> _Sent:
    try:
        return msgspec.json.decode(_encoded(event.context), type=_Sent)
    except msgspec.DecodeError:
        return _Sent()


def _encoded(value: dict[str, Any] | msgspec.Raw) -> bytes:
    return bytes(value) if isinstance(value, msgspec.Raw) else msgspec.json.encode(value)


def _group(sent: _Sent) -> str | None:
    value = str(sent.group_id).replace("\0", "\ufffd").strip() if sent.group_id is not None else ""
    return value[:LONGEST_NAME] or None


async def _companies(connection: Connection, concerned: Sequence[tuple[Event, UUID | None]], now: datetime) -> dict[str, UUID]:
    """Return the companies that group events name, made where nobody knew them, and note who acts for them."""
    named = [(group, event, profile_id) for event, profile_id in concerned if event.type is EventType.GROUP and (group := _group(_context(event)))]
    if not named:
        return {}
    first = {group: event for group, event, _ in reversed(named)}
    wanted = {"kind": GROUP, "values": sorted(first), "now": now}
    fresh = {"fresh": [ids.new(now) for _ in first], "sources": [first[group].source for group in sorted(first)]}
    await connection.execute(queries["add_companies"], {**wanted, **fresh})
    rows = await (await connection.execute(queries["companies"], wanted)).fetchall()
    found = {row["value"]: row["profile_id"] for row in rows}
    pairs = {(found[group], profile_id): event.occurred_at for group, event, profile_id in reversed(named) if profile_id}
    members = {"companies": [pair[0] for pair in pairs], "members": [pair[1] for pair in pairs], "moments": [min(at, now) for at in pairs.values()]}
    await connection.execute(queries["add_memberships"], members)
    return found
