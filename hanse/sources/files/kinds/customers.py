"""Customer rows become profiles with identities and traits; what a file does not say of a customer stays as it is."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from psycopg import Rollback

from hanse.base.database import Queries
from hanse.data import profiles
from hanse.data.profiles import Profile
from hanse.data.profiles.keys import Key
from hanse.sources.files.kinds import last_rows, people
from hanse.sources.files.kinds.last_rows import Row
from hanse.sources.files.kinds.loading import Load, present
from hanse.sources.files.kinds.people import Found, Person, Register

queries = Queries("hanse.sources.files")
KEY = "coalesce('#' || customer_id, email)"
"""What a customer is known by within a file."""


async def load(load: Load) -> None:
    """Write the checked rows as profiles."""
    await last_rows.make(load, KEY, "{rows} rows are about a customer that comes again later; the last row counts.", example="'line ' || line")
    shared: list[str] = []
    async for _, rows in last_rows.pages(load, {}):
        shared += await _write(load, rows)
    text = "{rows} e-mail addresses or telephone numbers belong to another customer already, such as that of {example}; they stay there."
    load.note(text, rows=len(shared), example=", ".join(shared[:3]))


async def _write(load: Load, rows: list[Row]) -> list[str]:
    """Write some customers, again where somebody else made one of them at the same time; return those with an identity of others."""
    while True:
        page = _Page()
        async with load.connection.transaction() as savepoint:
            await _write_page(load, rows, page)
            lost = await people.add_identities(load.connection, page.identities, source=load.source, now=load.now)
            if lost:
                raise Rollback(savepoint)
        if not lost:
            break
    load.loaded += page.loaded
    load.known += page.known
    load.count("profiles", page.fresh)
    load.count("changed_profiles", len(page.made) - page.fresh)
    return page.shared


async def _write_page(load: Load, rows: list[Row], page: _Page) -> None:
    register = Register(load.now)
    persons = [_person(row) for row in rows]
    await register.learn(load.connection, persons)
    found = [register.find(person) for person in persons]
    known = await _known(load, {each.profile_id for each in found if each})
    for row, each in zip(rows, found, strict=True):
        if each is not None:
            page.add(row, each, _profile(load, row, each, page.made.get(each.profile_id) or known.get(each.profile_id)), known)
    await profiles.put(load.connection, page.made.values(), source=load.source, now=load.now)


@dataclass
class _Page:
    """What becomes of some rows."""

    made: dict[UUID, Profile] = field(default_factory=dict)
    identities: dict[Key, UUID] = field(default_factory=dict)
    shared: list[str] = field(default_factory=list)
    loaded: int = 0
    known: int = 0
    fresh: int = 0

    def add(self, row: Row, found: Found, after: Profile, known: Mapping[UUID, Profile]) -> None:
        """Note what a row changes."""
        before = self.made.get(found.profile_id) or known.get(found.profile_id)
        if after == before and not found.identities:
            self.known += row["copies"]
        else:
            self.loaded += row["copies"]
            self.fresh += before is None
            self.made[found.profile_id] = after
        self.identities.update(((key.kind, key.value), found.profile_id) for key in found.identities)
        self.shared += [f"line {row['line']}"] if found.taken else []


def _person(row: Row) -> Person:
    return Person(row["customer_id"], row["email"], phone_number(row["phone"]))


def phone_number(text: str | None) -> str | None:
    """Return a telephone number without what people put between its digits; null where that leaves no number."""
    digits = re.sub(r"[\s()/.\-–]", "", text or "").removeprefix("tel:")
    digits = "+" + digits[2:] if digits.startswith("00") else digits
    return digits if re.fullmatch(r"\+?\d{6,15}", digits) else None


async def _known(load: Load, profile_ids: Iterable[UUID]) -> dict[UUID, Profile]:
    cursor = await load.connection.execute(queries["profiles"], {"profile_ids": list(profile_ids)})
    return {row["profile_id"]: Profile(**row) async for row in cursor}


def _profile(load: Load, row: Row, found: Found, before: Profile | None) -> Profile:
    traits = dict(before.traits) if before else {}
    for name, value in _traits(row).items():
        old = traits.get(name)
        traits[name] = {**old, **value} if isinstance(value, dict) and isinstance(old, dict) else value
    return Profile(
        profile_id=found.profile_id,
        kind=_kind(row, before),
        traits=traits,
        created_at=before.created_at if before else load.now,
    )


def _kind(row: Row, before: Profile | None) -> str:
    if row["first_name"] or row["last_name"] or row["name"]:
        return "person"
    return "company" if row["company"] or row["vat_id"] else before.kind if before else "person"


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
