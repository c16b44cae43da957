"""What is known of one person or company, and how they belong together."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec


class Identity(msgspec.Struct, frozen=True):
    """One key of a profile."""

    kind: str
    """`user_id`, `anonymous_id`, `email`, `phone`, `loyalty_card` or a system's own, such as `erp_number`."""
    value: str


class Profile(msgspec.Struct, kw_only=True, frozen=True):
    """One person or company."""

    profile_id: UUID
    kind: str = "person"
    """`person` or `company`."""
    traits: dict[str, Any] = {}
    """Given attributes by Segment's names: email, firstName, lastName, phone, company, address, birthday."""
    identities: tuple[Identity, ...] = ()
    created_at: datetime


class Membership(msgspec.Struct, kw_only=True, frozen=True):
    """A person acts for a company."""

    company_id: UUID
    member_id: UUID
    role: str = "member"
    created_at: datetime


class Installation(msgspec.Struct, kw_only=True, frozen=True):
    """A machine that stands at a customer's."""

    installation_id: UUID
    profile_id: UUID
    product_id: str
    serial_number: str | None = None
    place: str | None = None
    installed_at: datetime | None = None


class Contract(msgspec.Struct, kw_only=True, frozen=True):
    """What was agreed with a customer for a time."""

    contract_id: UUID
    profile_id: UUID
    kind: str
    number: str
    begins_on: date | None = None
    ends_on: date | None = None
    """Its last day; null where it goes on until somebody ends it."""
    terms: str | None = None
