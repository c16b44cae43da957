"""Who agreed to what, or took it back."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from hanse.base.operation import Purpose


class Consent(msgspec.Struct, kw_only=True, frozen=True):
    """One entry of the ledger; the newest of a profile and purpose counts (Art. 7 DSGVO)."""

    consent_id: UUID
    profile_id: UUID
    purpose: Purpose
    granted: bool
    channel: str
    """Where it was given: `cookie banner`, `checkout`, `letter`."""
    evidence: dict[str, Any] = {}
    """What proves it: version of the text shown, form, address."""
    decided_at: datetime
