"""Parties of Tryton become profiles; pure functions.

A party is known by its number in Tryton, which is a kind of identity of its own beside the customer number of a shop, and by e-mail
address and telephone number. Tryton does not say who is a person: who has a number of the tax office is a company.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from hanse.data.events import Event, EventType
from hanse.data.profiles import keys
from hanse.data.profiles.keys import Key
from hanse.sources.source import Change, Shop
from hanse.sources.source.errors import Unmappable
from hanse.sources.source.texts import email, phone, present
from hanse.sources.tryton.payloads import Party, changed_at

FIELDS = (
    *("code", "name", "active", "lang.code", "create_date", "write_date"),
    *("addresses.street", "addresses.postal_code", "addresses.city", "addresses.country.code", "addresses.create_date", "addresses.write_date"),
    *("contact_mechanisms.type", "contact_mechanisms.value", "contact_mechanisms.create_date", "contact_mechanisms.write_date"),
    *("identifiers.type", "identifiers.code", "identifiers.create_date", "identifiers.write_date"),
)
PARTS = ("addresses.", "contact_mechanisms.", "identifiers.")
"""What belongs to a party and may change by itself."""
PHONES = ("mobile", "phone")


def modified_at(party: Party) -> datetime | None:
    """Return when a party was changed, or anything that belongs to it."""
    return changed_at(party, *party.addresses, *party.mechanisms, *party.identifiers)


def change(party: Party, shop: Shop) -> Change:
    """Return what Tryton's record of a party says."""
    at = modified_at(party)
    if at is None:
        raise Unmappable(field="write_date", reason="this is missing")
    event = Event(
        message_id=f"customer:{shop.source}:{party.id}:{at.isoformat()}",
        type=EventType.IDENTIFY,
        identities=_identities(party, shop),
        source=shop.source,
        occurred_at=at,
        properties=_traits(party),
    )
    return Change(kind="customer", resource_id=str(party.id), changed_at=at, events=(event,) if event.identities else ())


def number(code: str | None, shop: Shop) -> tuple[Key, ...]:
    """Return the identity that a number in Tryton is, of a kind named after the source: `crm_number`."""
    kind = keys.kind(f"{shop.source}_number") or "crm_number"
    key = keys.key(kind, code)
    return (key,) if key else ()


def _identities(party: Party, shop: Shop) -> tuple[Key, ...]:
    found = (keys.key("email", _reached(party, "email")), keys.key("phone", _phone(party)))
    return (*number(party.code, shop), *(key for key in found if key))


def _reached(party: Party, kind: str) -> str | None:
    return next((each.value for each in party.mechanisms if each.type == kind and each.value), None)


def _phone(party: Party) -> str | None:
    return next((value for kind in PHONES if (value := _reached(party, kind))), None)


def _traits(party: Party) -> dict[str, Any]:
    tax_number = next((each.code for each in party.identifiers if each.type and each.type.endswith("_vat") and each.code), None)
    address = party.addresses[0] if party.addresses else None
    where = {"street": address.street, "postalCode": address.postal_code, "city": address.city} if address else {}
    country = address.country.code if address and address.country else None
    return present(
        {
            "email": email(_reached(party, "email")),
            "phone": phone(_phone(party)),
            "name": None if tax_number else party.name,
            "company": present({"name": party.name, "vat": tax_number}) if tax_number else None,
            "address": present({**where, "country": country}),
            "language": party.language.code if party.language else None,
            "createdAt": party.create_date.astimezone(UTC).isoformat() if party.create_date else None,
        }
    )
