"""Personal data, hidden from whoever has not asked to see it: enough stays to tell two people apart, not to know them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

OPEN = frozenset({"company", "industry", "segment", "plan", "language", "country", "customer_group", "customerGroup", "createdAt"})
"""Traits that are about a company or a group, and are shown as they are."""
OPEN_IDENTITIES = frozenset({"user_id", "anonymous_id", "erp_number"})
"""Keys that name a record and nobody by themselves."""

OPEN_FIELDS = frozenset({"type", "event", "messageId", "timestamp", "originalTimestamp", "sentAt"})
"""Fields of an event that are about the event and about nobody."""

_SAID = """
product_id sku variant variant_id brand category category_id list_id list currency order_id checkout_id cart_id decision_id coupon coupon_id
promotion_id creative position sorts filters type action step payment_method shipping_method unit path url image_url page referrer locale
language timezone library version os device browser app platform campaign medium source content channel intake screen network status country clock
"""
OPEN_PROPERTIES = frozenset(_SAID.split())
"""Properties of events and their context that say what it was about; all other texts may be about somebody."""
WITH_PARTS = frozenset({"products", "items", *OPEN_PROPERTIES})
"""What may have parts that are looked at one by one; anything else is hidden whole."""
OF_TRAITS = frozenset({"identify", "group", "alias"})
NAMED_BY = frozenset({"product_id", "sku", "path", "list_id", "category", "promotion_id", "library", "version"})
"""What stands beside a `name` that is not a person's."""
_PERSONAL = re.compile(r"@|\d{1,3}(?:\.\d{1,3}){3}|(?:[0-9a-f]{0,4}:){3,}|(?:\+|00)\d[\d /()-]{6,}", re.IGNORECASE)
"""An e-mail address, an IP address or a telephone number, wherever it stands."""
_PERSONAL_NUMBERS = re.compile(r"phone|mobile|birth|age$|zip|postal|latitude|longitude|iban|card|salary", re.IGNORECASE)


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


def properties(kind: str, values: Mapping[str, Any], *, open_: bool) -> dict[str, Any]:
    """Return the properties of a type of event, or its context, as they may be shown: traits hidden, of the rest what is about somebody."""
    if kind in OF_TRAITS:
        return traits(values, open_=open_)
    return dict(values) if open_ else _about(values)


def _about(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _shown(name, value, is_named=not NAMED_BY.isdisjoint(values)) for name, value in values.items()}


def _shown(name: str, value: Any, *, is_named: bool) -> Any:
    """Return one property: parts by part where it is known to be harmless, a text where its name is, a number where its name is not telling."""
    if isinstance(value, Mapping):
        return _about(value) if name in WITH_PARTS else _hidden(value)
    if isinstance(value, list | tuple):
        return [_shown(name, each, is_named=is_named) for each in value]
    if isinstance(value, str):
        plain = value.partition("?")[0].partition("#")[0] if "/" in value else value
        is_open = name in OPEN_PROPERTIES or (name == "name" and is_named)
        return plain if is_open and not _PERSONAL.search(plain) else _hidden(value)
    return _hidden(value) if _PERSONAL_NUMBERS.search(name) else value


def _hidden(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _hidden(each) for name, each in value.items()}
    if isinstance(value, str) and value:
        return email(value) if "@" in value else text(value)
    return "•••" if value not in (None, "", [], {}) else value


def payload(shown: str | Mapping[str, str]) -> str | dict[str, str]:
    """Return what came with every text and number in it hidden, JSON or cells of a row; what is neither is hidden whole."""
    if isinstance(shown, Mapping):
        return {name: str(_hidden(value)) for name, value in shown.items()}
    try:
        found = json.loads(shown)
    except (ValueError, RecursionError):
        return text("")
    hidden = {name: each if name in OPEN_FIELDS else _hidden_within(each) for name, each in found.items()} if isinstance(found, dict) else "•••"
    return json.dumps(hidden, ensure_ascii=False, indent=2)


def _hidden_within(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _hidden_within(each) for name, each in value.items()}
    return [_hidden_within(each) for each in value] if isinstance(value, list) else _hidden(value)
