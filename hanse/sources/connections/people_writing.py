"""Whose changes are: profiles found or made, what is known of them, and what they agreed to.

What the shop's record of a customer says goes into the log as an identify event, and from there into the traits; what an order says of
its customer counts only where nobody says more.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from hanse.base import database
from hanse.base.database import Connection, Queries
from hanse.data import consent
from hanse.data.consent import Consent, State
from hanse.data.events import Event, EventType
from hanse.data.profiles import given, identity
from hanse.data.profiles.given import Said
from hanse.data.profiles.identity import Contact
from hanse.sources.source import Change, ConsentGiven, Customer, Shop

queries = Queries(__package__)

Owner = UUID


@dataclass
class Written:
    """Whose changes are, and what the log has to be told of them."""

    owners: dict[int, Owner] = field(default_factory=dict)
    """By the identity of the change."""
    identified: list[Event] = field(default_factory=list)
    """Records of customers that say something new."""


async def write(connection: Connection, shop: Shop, changes: Sequence[Change], newest: Collection[int], *, now: datetime) -> Written:
    """Write the people of some changes; of the records of a customer only the newest counts."""
    written = Written()
    told = [(change, change.customer) for change in changes if change.customer]
    owners = await identity.resolve(connection, [_contact(shop, change, customer, now) for change, customer in told], now=now)
    mine = [(change, customer, owner) for (change, customer), owner in zip(told, owners, strict=True) if owner]
    known = await _known(connection, {owner for _, _, owner in mine})
    for change, customer, owner in mine:
        written.owners[id(change)] = owner
        if customer.authoritative and id(change) in newest and not customer.traits.items() <= known[owner].items():
            written.identified.append(_identified(shop, change, customer, owner, now))
            known[owner] |= customer.traits
    await given.put(
        connection, [each for change, customer, owner in mine if not customer.authoritative for each in _said(shop, change, customer, owner, now)]
    )
    await consent.put(connection, [entry for change, _, owner in mine for entry in _consents(shop, change, owner)], now=now)
    return written


async def _known(connection: Connection, profile_ids: Iterable[UUID]) -> dict[UUID, dict[str, Any]]:
    """Return what is given of those whom some profiles are, by all sources."""
    cursor = await connection.execute(queries["known_people"], {"profile_ids": list(profile_ids)})
    return {row["profile_id"]: row["given"] async for row in cursor}


def _contact(shop: Shop, change: Change, customer: Customer, now: datetime) -> Contact:
    at = _told_at(change, now)
    return Contact(user_id=customer.user_id, email=customer.email, phone=customer.phone, source=shop.source, occurred_at=at)


def _told_at(change: Change, now: datetime) -> datetime:
    return min(change.changed_at, now) if change.changed_at.year > 1 else now


def _said(shop: Shop, change: Change, customer: Customer, owner: Owner, now: datetime) -> Iterator[Said]:
    for name, value in customer.traits.items():
        yield Said(owner, name, shop.source, database.jsonb(value), _told_at(change, now), is_fallback=True)


def _identified(shop: Shop, change: Change, customer: Customer, owner: Owner, now: datetime) -> Event:
    return Event(
        message_id=f"{change.kind}:{shop.source}:{change.resource_id}:{change.changed_at.isoformat()}",
        type=EventType.IDENTIFY,
        profile_id=owner,
        user_id=customer.user_id,
        source=shop.source,
        occurred_at=change.changed_at if change.changed_at.year > 1 else now,
        properties=dict(customer.traits),
    )


def _consents(shop: Shop, change: Change, profile_id: UUID) -> list[Consent]:
    return [
        Consent(
            consent_id=_consent_id(shop, change, each),
            profile_id=profile_id,
            purpose=each.purpose,
            state=_state(each),
            channel=each.channel,
            evidence={"system": shop.system, "shop": shop.name, **each.evidence},
            decided_at=each.decided_at,
        )
        for each in change.consents
    ]


def _state(given: ConsentGiven) -> State:
    return (State.CONFIRMED if given.confirmed else State.GRANTED) if given.granted else State.WITHDRAWN


def _consent_id(shop: Shop, change: Change, given: ConsentGiven) -> UUID:
    """Return the same id for the same decision, however often and in whatever message it is told."""
    who = change.customer and (change.customer.user_id or change.customer.email)
    text = f"consent:{shop.source}:{who}:{given.channel}:{given.purpose}:{given.granted}:{given.decided_at.isoformat()}"
    return UUID(bytes=hashlib.blake2b(text.encode(), digest_size=16).digest())
