"""Customers as records that can be matched: the given traits and keys of each, field by field, in the columns that the matching knows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from hanse.base.database import Connection, Queries

if TYPE_CHECKING:
    import pyarrow as pa

queries = Queries(__package__)

ID = "record_id"
FIELDS = ("given_name", "surname", "email", "phone", "birth_date", "street", "house_number", "postcode", "city", "company")
MANY = 5_000
"""Records that are read at a time."""
_NOBODY = """
unbekannt unknown laufkunde laufkundschaft barverkauf barkunde bar kasse kiosk gast guest kunde customer walk-in walkin anonym anonymous
test dummy nn n.n. keine kein k.a. na n/a none null privat privatkunde endkunde diverse divers xxx xx x
"""
NAMES_OF_NOBODY = frozenset(_NOBODY.split())
"""Words that stand in the place of a name where nobody was asked for it."""
SAMPLE_NAMES = frozenset({("max", "mustermann"), ("erika", "mustermann"), ("john", "doe"), ("jane", "doe")})


@dataclass(frozen=True)
class Record:
    """One customer: all profiles that are the same person."""

    profile_id: UUID
    """The one that stands for them."""
    stamp: str
    """Changes when anything does that the record is made of."""
    fields: Mapping[str, str]
    """What is known, as it was given."""


async def read(connection: Connection, profile_ids: Sequence[UUID] | None = None) -> list[Record]:
    """Return the records of some customers, or of all; without those whose processing is restricted or who are to be erased."""
    found: list[Record] = []
    async with connection.cursor(name="match_records") as cursor:
        cursor.itersize = MANY
        await cursor.execute(queries["records"], {"profile_ids": None if profile_ids is None else list(profile_ids)})
        async for row in cursor:
            known = fields(row["traits"], row["keys"] or {})
            if known:
                found.append(Record(row["profile_id"], row["stamp"], known))
    return found


async def stamps(connection: Connection, profile_ids: Iterable[UUID]) -> dict[UUID, str]:
    """Return the present stamps of those of some customers that may be matched."""
    cursor = await connection.execute(queries["stamps"], {"profile_ids": list(profile_ids)}, prepare=False)
    return {row["profile_id"]: row["stamp"] async for row in cursor}


def table(records: Sequence[Record]) -> pa.Table:
    """Return records as a table of texts, with a column for every field there can be."""
    import pyarrow as pa  # which whoever only reads records does without

    columns = {name: pa.array([each.fields.get(name) for each in records], pa.string()) for name in FIELDS}
    return pa.table({ID: pa.array([str(each.profile_id) for each in records], pa.string()), **columns})


def fields(traits: Mapping[str, Any], keys: Mapping[str, str]) -> dict[str, str]:
    """Return what is known of somebody by the names of fields, without names that stand for nobody."""
    given, surname = _names(traits)
    address = traits.get("address")
    place: Mapping[str, Any] = address if isinstance(address, Mapping) else {"street": address}
    company = traits.get("company")
    made = {
        "given_name": given,
        "surname": surname,
        "email": traits.get("email") or keys.get("email"),
        "phone": traits.get("phone") or keys.get("phone"),
        "birth_date": traits.get("birthday") or traits.get("birthDate") or traits.get("dateOfBirth"),
        "street": place.get("street") or traits.get("street"),
        "house_number": place.get("houseNumber") or traits.get("houseNumber"),
        "postcode": place.get("postalCode") or place.get("zip") or traits.get("postalCode"),
        "city": place.get("city") or traits.get("city"),
        "company": company.get("name") if isinstance(company, Mapping) else company,
    }
    return {name: text for name, value in made.items() if (text := _text(value))}


def _names(traits: Mapping[str, Any]) -> tuple[str, str]:
    given, surname = _text(traits.get("firstName")), _text(traits.get("lastName"))
    if not given and not surname:
        given, surname = _split(_text(traits.get("name")))
    if (given.casefold(), surname.casefold()) in SAMPLE_NAMES:
        return "", ""
    is_nobody = {each.strip(" .-").casefold() in NAMES_OF_NOBODY for each in (given, surname) if each}
    return ("", "") if True in is_nobody else (given, surname)


def _split(name: str) -> tuple[str, str]:
    """Return given name and surname: `Surname, Given` where a comma says so, else the last word is the surname."""
    before, comma, after = name.partition(",")
    if comma:
        return after.strip(), before.strip()
    given, _, surname = name.strip().rpartition(" ")
    return given.strip(), surname


def _text(value: Any) -> str:
    return " ".join(str(value).replace("\0", " ").split()) if isinstance(value, str | int) and not isinstance(value, bool) else ""
