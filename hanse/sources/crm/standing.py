"""Whether something about a person may be pushed: whose processing is restricted, who objected, and what needs consent that is not there.

What the CRM has to be told by law (Art. 19 DSGVO: rectification and restriction; and that somebody took consent back) is told
nevertheless, bare: without any text, trait or fact of the person beyond what it is about.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from hanse.base.database import Connection
from hanse.base.operation import Purpose
from hanse.data import consent
from hanse.data.consent.standing import BLOCKED_BY_OBJECTION, Situation
from hanse.data.privacy import restriction

RIGHTS = frozenset({"consent_changed", "processing_restricted", "restriction_lifted", "profile_rectified"})
WITHOUT_OBJECTION = frozenset({Purpose.CONTRACT, Purpose.SECURITY})
"""Purposes to which nobody can object (Art. 21 DSGVO speaks of interests and advertising)."""


@dataclass(frozen=True)
class Verdict:
    """Whether something may be pushed."""

    withheld: str = ""
    """Why not; empty where it may."""
    bare: bool = False
    """Whether only that it happened may be told."""


async def judge(connection: Connection, profile_id: UUID | None, kind: str, purpose: Purpose) -> Verdict:
    """Decide about an entry of a kind, or about traits."""
    if profile_id is None:
        return Verdict()
    refusal = await _refusal(connection, profile_id, purpose)
    if refusal and kind in RIGHTS:
        return Verdict(bare=True)
    return Verdict(withheld=refusal)


async def _refusal(connection: Connection, profile_id: UUID, purpose: Purpose) -> str:
    if await restriction.is_restricted(connection, profile_id):
        return "processing is restricted"
    if purpose not in WITHOUT_OBJECTION:
        for each in sorted(BLOCKED_BY_OBJECTION | {Purpose.STATISTICS}):
            if (await consent.stand(connection, profile_id, each)).situation is Situation.OBJECTED:
                return "the person objected"
    if purpose.needs_consent and not (await consent.stand(connection, profile_id, purpose)).situation.allows:
        return "consent is missing"
    return ""
