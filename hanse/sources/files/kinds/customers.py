"""Customer rows become profiles with identities and traits; what a file does not say of a customer stays as it is."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from hanse.base.database import Queries
from hanse.data import profiles
from hanse.data.profiles import Profile
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
    await people.lock(load.connection)
    register = Register(load.now)
    shared: list[str] = []
    async for _, rows in last_rows.pages(load, {}):
        shared += await _write(load, register, rows)
    text = "{rows} e-mail addresses or telephone numbers belong to another customer already, such as that of {example}; they stay there."
    load.note(text, rows=len(shared), example=", ".join(shared[:3]))


async def _write(load: Load, register: Register, rows: list[Row]) -> list[str]:
    """Write some customers; return those of whom an identity belongs to somebody else."""
    persons = [_person(row) for row in rows]
    await register.learn(load.connection, persons)
    found = [register.find(person) for person in persons]
    known = await _known(load, {each.profile_id for each in found if each})
    made: dict[UUID, Profile] = {}
    shared = []
    for row, each in zip(rows, found, strict=True):
        if each is None:
            continue
        before = made.get(each.profile_id) or known.get(each.profile_id)
        after = _profile(load, row, each, before)
        if after == before:
            load.known += row["copies"]
        else:
            load.loaded += row["copies"]
            made[each.profile_id] = after
        shared += [f"line {row['line']}"] if each.taken else []
    await profiles.put(load.connection, made.values(), source=load.source, now=load.now)
    load.count("profiles", sum(profile_id not in known for profile_id in made))
    load.count("changed_profiles", sum(profile_id in known for profile_id in made))
    return shared


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
        identities=(*(before.identities if before else ()), *found.identities),
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
