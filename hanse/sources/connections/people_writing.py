"""Whose changes are: profiles found or made, their traits and identities, and what they agreed to."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from hanse.base.database import Connection, Queries
from hanse.data import consent, profiles
from hanse.data.consent import Consent
from hanse.data.profiles import Profile
from hanse.sources.files.kinds import people
from hanse.sources.files.kinds.people import Found, Person, Register
from hanse.sources.source import Change, ConsentGiven, Customer, Shop

queries = Queries(__package__)

Owner = UUID


async def write(connection: Connection, shop: Shop, changes: Sequence[Change], newest: Collection[int], *, now: datetime) -> dict[int, Owner]:
    """Write the people of some changes; return whose each is, by the identity of the change.

    The record of a customer replaces what is known, where it is the newest; anything else fills gaps.
    """
    told = [(change, change.customer) for change in changes if change.customer]
    found = await _find(connection, [Person(customer.user_id, customer.email, customer.phone) for _, customer in told], now)
    mine = [(change, customer, each) for (change, customer), each in zip(told, found, strict=True) if each]
    known = await _known(connection, {each.profile_id for _, _, each in mine})
    made: dict[UUID, Profile] = {}
    for change, customer, each in mine:
        before = made.get(each.profile_id) or known.get(each.profile_id)
        after = _profile(_timely(customer, newest=id(change) in newest), each, before, now=now)
        if after != before:
            made[each.profile_id] = after
    await profiles.put(connection, made.values(), source=shop.source, now=now)
    await consent.put(connection, [entry for change, _, each in mine for entry in _consents(shop, change, each.profile_id)], now=now)
    return {id(change): each.profile_id for change, _, each in mine}


async def _find(connection: Connection, wanted: Sequence[Person], now: datetime) -> list[Found | None]:
    """Return the profile of each person, planned where there is none; who gets a new identity is protected from becoming two profiles."""
    register = Register(now)
    await register.learn(connection, wanted)
    if any(key not in register.owner for person in wanted for key in person.keys):
        await people.lock(connection)
        register = Register(now)
        await register.learn(connection, wanted)
    return [register.find(person) for person in wanted]


async def _known(connection: Connection, profile_ids: Iterable[UUID]) -> dict[UUID, Profile]:
    cursor = await connection.execute(queries["profiles"], {"profile_ids": list(profile_ids)})
    return {row["profile_id"]: Profile(**row) async for row in cursor}


def _timely(customer: Customer, *, newest: bool) -> Customer:
    """Return a customer without the traits that a newer record has replaced."""
    return customer if newest or not customer.authoritative else replace(customer, traits={})


def _profile(customer: Customer, found: Found, before: Profile | None, *, now: datetime) -> Profile:
    old = before.traits if before else {}
    traits = _merged(old, customer.traits) if customer.authoritative else _merged(customer.traits, old)
    return Profile(
        profile_id=found.profile_id,
        kind=before.kind if before else "person",
        traits=traits,
        identities=(*(before.identities if before else ()), *found.identities),
        created_at=before.created_at if before else now,
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
            granted=each.granted,
            channel=each.channel,
            evidence={"system": shop.system, "shop": shop.name, **each.evidence},
            decided_at=each.decided_at,
        )
        for each in change.consents
    ]


def _consent_id(shop: Shop, change: Change, given: ConsentGiven) -> UUID:
    """Return the same id for the same decision, however often and in whatever message it is told."""
    who = change.customer and (change.customer.user_id or change.customer.email)
    text = f"consent:{shop.source}:{who}:{given.channel}:{given.purpose}:{given.granted}:{given.decided_at.isoformat()}"
    return UUID(bytes=hashlib.blake2b(text.encode(), digest_size=16).digest())
