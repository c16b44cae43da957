"""What an entry says."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from hanse.base.errors import HanseError
from hanse.base.operation import Purpose


class UnknownEntryKind(HanseError):
    """{kind} cannot be the kind of an entry. Use small letters, digits and underscores, such as order_answered."""

    status = 422
    exit_code = 2


class Entry(msgspec.Struct, kw_only=True, frozen=True):
    """One thing that the CRM shall know."""

    entry_id: UUID | None = None
    """Made where it is null; the same one is written once."""
    kind: str
    """What happened, in small letters: `order_answered`."""
    profile_id: UUID | None = None
    """Whom it is about; null for what is about nobody."""
    subject: str = ""
    """One line, in the words of the shop; empty for the usual words of its kind."""
    text: str = ""
    facts: dict[str, Any] = {}
    """What mappings may send to fields of the CRM, by name."""
    language: str = ""
    """Language of subject and text; empty where they are worded when they are sent."""
    purpose: Purpose = Purpose.CONTRACT
    """What it may be used for, and so whether it may be sent."""
    operation: str = ""
    """Name of the operation that did it, which then gets no second entry."""
    decision_id: UUID | None = None
    occurred_at: datetime | None = None
    """When it happened; now where it is null."""
