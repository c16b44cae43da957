"""Whose changes are: profiles found or made, their traits and identities, and what they agreed to."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from hanse.base.database import Connection, Queries
from hanse.data import consent, profiles
from hanse.data.consent import Consent, State
from hanse.data.events import Event, EventType
from hanse.data.profiles import Profile
from hanse.sources.connections import people_finding
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
    """Write the people of some changes.

    The record of a customer replaces what is known, where it is the newest; anything else fills gaps.
    """
    written = Written()
    told = [(change, change.customer) for change in changes if change.customer]
    owners = await people_finding.owners(connection, [customer for _, customer in told], source=shop.source, now=now)
    mine = [(change, customer, owner) for (change, customer), owner in zip(told, owners, strict=True) if owner]
    known = await _known(connection, {owner for _, _, owner in mine})
    after = dict(known)
    for change, customer, owner in mine:
        written.owners[id(change)] = owner
        traits = _traits(_timely(customer, newest=id(change) in newest), after[owner].traits)
        if traits != after[owner].traits:
            after[owner] = msgspec.structs.replace(after[owner], traits=traits)
            written.identified += [_identified(shop, change, customer, owner, now)] if customer.authoritative else []
    await profiles.put(connection, [each for owner, each in after.items() if each != known[owner]], source=shop.source, now=now)
    await consent.put(connection, [entry for change, _, owner in mine for entry in _consents(shop, change, owner)], now=now)
    return written


async def _known(connection: Connection, profile_ids: Iterable[UUID]) -> dict[UUID, Profile]:
    cursor = await connection.execute(queries["profiles"], {"profile_ids": list(profile_ids)})
    return {row["profile_id"]: Profile(**row) async for row in cursor}


def _timely(customer: Customer, *, newest: bool) -> Customer:
    """Return a customer without the traits that a newer record has replaced."""
    return customer if newest or not customer.authoritative else replace(customer, traits={})


def _traits(customer: Customer, old: Mapping[str, Any]) -> dict[str, Any]:
    return _merged(old, customer.traits) if customer.authoritative else _merged(customer.traits, old)


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


def _merged(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Return two sets of traits as one, the second counting; what stands within an address or a company is merged, too."""
    merged = dict(below)
    for name, value in above.items():
        old = merged.get(name)
        merged[name] = {**old, **value} if isinstance(old, dict) and isinstance(value, dict) else value
    return merged


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
