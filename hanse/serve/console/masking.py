"""Personal data, hidden from whoever has not asked to see it: enough stays to tell two people apart, not to know them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

OPEN = frozenset({"company", "industry", "segment", "plan", "language", "country", "customer_group", "customerGroup", "createdAt"})
"""Traits that are about a company or a group, and are shown as they are."""
OPEN_IDENTITIES = frozenset({"user_id", "anonymous_id", "erp_number"})
"""Keys that name a record and nobody by themselves."""


def text(value: str) -> str:
    """Return the first letter of each word and dots: `A••• S•••`."""
    return " ".join(word[:1] + "•••" for word in value.split()) or "•••"


def email(value: str) -> str:
    """Return `a•••@e•••.de`."""
    name, _, host = value.partition("@")
    domain, _, ending = host.rpartition(".")
    return f"{name[:1]}•••@{domain[:1]}•••.{ending}" if host else text(value)


def traits(values: Mapping[str, Any], *, open_: bool) -> dict[str, Any]:
    """Return traits as they may be shown."""
    return {name: value if open_ or name in OPEN else _hidden(value) for name, value in values.items()}


def identity(kind: str, value: str, *, open_: bool) -> str:
    """Return an identity as it may be shown."""
    return value if open_ or kind in OPEN_IDENTITIES else _hidden(value)


def name(kind: str, values: Mapping[str, Any], *, open_: bool) -> str:
    """Return what a profile is called: a company by its name, a person by theirs as far as it may be shown; empty where unknown."""
    if kind == "company":
        company = values.get("company") or values.get("name")
        return str(company.get("name", "") if isinstance(company, Mapping) else company or "")
    whole = " ".join(str(values[part]) for part in ("firstName", "lastName") if values.get(part)) or str(values.get("name") or "")
    if whole:
        return whole if open_ else text(whole)
    address = str(values.get("email") or "")
    return address if open_ or not address else email(address)


def _hidden(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _hidden(each) for name, each in value.items()}
    if isinstance(value, str) and value:
        return email(value) if "@" in value else text(value)
    return "•••" if value not in (None, "", [], {}) else value
