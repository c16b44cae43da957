"""What is known of the customer at hand, for masking: whatever any source said of them, their keys, and the numbers of their orders."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import product
from typing import Any
from uuid import UUID

from hanse.ai.language.masking.known import Known
from hanse.ai.language.masking.spans import Kind
from hanse.base.database import Connection, Queries
from hanse.data.profiles import merging
from hanse.data.profiles.matching import fields

queries = Queries(__package__)

GIVEN_NAME, SURNAME, COMPANY = "given_name", "surname", "company"
KINDS = {
    "full_name": Kind.PERSON,
    "email": Kind.EMAIL,
    "phone": Kind.PHONE,
    "birth_date": Kind.BIRTHDATE,
    "street": Kind.STREET,
    "postcode": Kind.POSTCODE,
    "city": Kind.CITY,
    "national_id": Kind.TAXID,
    "customer_number": Kind.CUSTOMER,
}
"""Fields of a person (`hanse.data.profiles.matching.fields`) that are masked as they are."""
OF_IDENTITIES = {"email": Kind.EMAIL, "phone": Kind.PHONE}
"""All other identities are numbers that some system calls the customer by."""
MOST = 500
"""Values of a customer and orders that are looked at, the latest first."""

Pair = tuple[str, str]
"""A field and its value."""


async def known(connection: Connection, profile_id: UUID) -> Known:
    """Return what is known of a customer, of all records that are the same person; nothing where there is none of that id.

    What their company is called stays readable, as it is no personal data (recital 14 GDPR).
    """
    facts = {"profile_ids": await merging.members(connection, profile_id), "limit": MOST}
    said = [pair for row in await _rows(connection, "said", facts) for pair in _said(**row)]
    keys = [(OF_IDENTITIES.get(row["kind"], Kind.CUSTOMER), row["value"]) for row in await _rows(connection, "keys", facts)]
    orders = [(Kind.ORDER, row["order_id"]) for row in await _rows(connection, "orders", facts)]
    values = [*_names(said), *((KINDS[field], value) for field, value in said if field in KINDS), *keys, *orders]
    return Known(tuple(dict.fromkeys(values)), frozenset(value.casefold() for field, value in said if field == COMPANY))


async def _rows(connection: Connection, name: str, facts: Mapping[str, Any]) -> list[dict[str, Any]]:
    return await (await connection.execute(queries[name], facts)).fetchall()


def _names(said: Iterable[Pair]) -> Iterator[tuple[Kind, str]]:
    """Go through first and family names together, each with each: sources may say them apart."""
    given, family = ([value for field, value in said if field == wanted][:MOST] for wanted in (GIVEN_NAME, SURNAME))
    for parts in product(dict.fromkeys(given) or ("",), dict.fromkeys(family) or ("",)):
        if name := " ".join(filter(None, parts)):
            yield Kind.PERSON, name


def _said(kind: str, name: str, value: Any) -> Iterator[Pair]:
    """Go through the fields in a trait, whatever a source calls them; what a company is called is not the name of a person."""
    is_company = kind == COMPANY or fields.field_of(name) == COMPANY
    for field, each in _fields(name, value):
        yield (COMPANY if is_company and field == "full_name" else field), each


def _fields(name: str, value: Any) -> Iterator[Pair]:
    field = fields.field_of(name)
    if isinstance(value, Mapping):
        yield from _whole_streets([pair for key, each in value.items() for pair in _fields(key, each)])
    elif isinstance(value, list):
        for each in value:
            yield from _fields(name, each)
    elif field and value not in (None, "") and not isinstance(value, bool):
        yield field, str(value)


def _whole_streets(parts: list[Pair]) -> list[Pair]:
    """Return the parts of an address with the number of the house behind the street."""
    number = next((value for field, value in parts if field == "house_number"), "")
    return [(field, f"{value} {number}".strip() if field == "street" else value) for field, value in parts if field != "house_number"]
