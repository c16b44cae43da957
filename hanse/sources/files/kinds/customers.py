"""Customer rows become profiles with identities and traits; what a file does not say of a customer stays as it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC
from typing import Any
from uuid import UUID

from hanse.base import database
from hanse.base.database import Queries
from hanse.data.profiles import given
from hanse.data.profiles.given import Said
from hanse.data.profiles.identity import Contact
from hanse.sources.files.kinds import last_rows, people
from hanse.sources.files.kinds.last_rows import Row
from hanse.sources.files.kinds.loading import Load, present
from hanse.sources.files.kinds.people import Found

queries = Queries("hanse.sources.files")
KEY = "coalesce('#' || customer_id, email)"
"""What a customer is known by within a file."""


async def load(load: Load) -> None:
    """Write the checked rows as profiles."""
    await last_rows.make(load, KEY, "{rows} rows are about a customer that comes again later; the last row counts.", example="'line ' || line")
    load.made |= dict.fromkeys(("profiles", "changed_profiles"), 0)
    shared: list[str] = []
    kinds: dict[UUID, str] = {}
    async for _, rows in last_rows.pages(load, {}):
        shared += await _write(load, rows, kinds)
    await load.connection.execute(queries["put_kinds"], {"profile_ids": list(kinds), "kinds": list(kinds.values())})
    text = "{rows} e-mail addresses or telephone numbers belong to another customer already, such as that of {example}; they stay there."
    load.note(text, rows=len(shared), example=", ".join(shared[:3]))


async def _write(load: Load, rows: list[Row], kinds: dict[UUID, str]) -> list[str]:
    """Write what is new of some customers; return those with an identity of others."""
    found = await people.find(load, [_contact(load, row) for row in rows])
    known = await _known(load, [each.profile_id for each in found if each and not each.fresh])
    said: list[Said] = []
    for row, each in zip(rows, found, strict=True):
        if each is None:
            continue
        before = known.get(each.profile_id, NOBODY)
        news, kind = _news(row, before), _kind(row, kinds.get(each.profile_id, before.kind))
        if kind != before.kind:
            kinds[each.profile_id] = kind
        _count(load, row, each, changed=bool(news) or kind != before.kind)
        said += (Said(each.profile_id, name, load.source, database.jsonb(value), load.now) for name, value in news.items())
    await given.put(load.connection, said)
    return [f"line {row['line']}" for row, each in zip(rows, found, strict=True) if each and each.taken]


def _count(load: Load, row: Row, found: Found, *, changed: bool) -> None:
    """Count a row as loaded, or as known where it says nothing new."""
    if changed or found.adds:
        load.loaded += row["copies"]
        load.count("profiles" if found.fresh else "changed_profiles", 1)
    else:
        load.known += row["copies"]


@dataclass(frozen=True)
class _Known:
    """What is known of somebody."""

    kind: str = "person"
    given: Mapping[str, Any] = field(default_factory=dict)
    """By all sources together."""
    own: Mapping[str, Any] = field(default_factory=dict)
    """By this source."""


NOBODY = _Known()


async def _known(load: Load, profile_ids: Sequence[UUID]) -> dict[UUID, _Known]:
    cursor = await load.connection.execute(queries["known_people"], {"profile_ids": list(profile_ids), "source": load.source})
    return {row.pop("profile_id"): _Known(**row) async for row in cursor}


def _news(row: Row, before: _Known) -> dict[str, Any]:
    """Return what a row says that is not known; parts of an address or a company that it does not say stay as they were."""
    said: dict[str, Any] = {}
    for name, value in _traits(row).items():
        old = before.own.get(name)
        said[name] = {**old, **value} if isinstance(value, dict) and isinstance(old, dict) else value
    return {name: value for name, value in said.items() if before.given.get(name) != value}


def _contact(load: Load, row: Row) -> Contact:
    at = row["created_at"].replace(tzinfo=UTC) if row["created_at"] else load.now
    return Contact(user_id=row["customer_id"], email=row["email"], phone=row["phone"], source=load.source, occurred_at=min(at, load.now))


def _kind(row: Row, before: str) -> str:
    if row["first_name"] or row["last_name"] or row["name"]:
        return "person"
    return "company" if row["company"] or row["vat_id"] else before


def _traits(row: Row) -> dict[str, Any]:
    """Return what a row says by Segment's names."""
    address = {"street": row["street"], "postalCode": row["postal_code"], "city": row["city"], "country": row["country"]}
    return present(
        {
            "email": row["email"],
            "phone": row["phone"],
            "firstName": row["first_name"],
            "lastName": row["last_name"],
            "name": row["name"],
            "title": row["title"],
            "company": present({"name": row["company"], "vatId": row["vat_id"]}),
            "address": present(address),
            "birthday": row["birthday"].isoformat() if row["birthday"] else None,
            "createdAt": row["created_at"].isoformat() + "Z" if row["created_at"] else None,
            "customerGroup": row["customer_group"],
        }
    )
