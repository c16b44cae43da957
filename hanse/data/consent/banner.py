"""What a consent banner says, as entries of the ledger: only what is news, and each at the moment it was chosen."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, time
from uuid import UUID

from hanse.data.consent import confirmation, tcf
from hanse.data.consent.requests import RecordTCF
from hanse.data.consent.schemas import Consent
from hanse.data.consent.standing import Standing
from hanse.data.consent.tcf import TCString


def entries(request: RecordTCF, found: TCString, profile_id: UUID, standings: Iterable[Standing], *, now: datetime) -> list[Consent]:
    """Return the entries of a TC string for somebody who stands where they stand."""
    before = {(each.purpose, each.medium): each for each in standings}
    decided_at = _decided_at(found, now)
    return [
        Consent(
            consent_id=confirmation.identifier("tcf", profile_id, *ours, request.tc_string, request.vendor_id, decided_at),
            profile_id=profile_id,
            purpose=ours[0],
            medium=ours[1],
            granted=granted,
            channel=request.channel,
            url=request.url,
            ip=request.ip,
            user_agent=request.user_agent,
            evidence={"tc_string": request.tc_string, "vendor_id": request.vendor_id},
            decided_at=decided_at,
        )
        for ours, granted in tcf.allowed(found, request.vendor_id).items()
        if _is_news(found, before.get(ours), granted=granted)
    ]


def _is_news(found: TCString, standing: Standing | None, *, granted: bool) -> bool:
    """Return whether something changed, or was confirmed on a later day."""
    if standing is None or standing.act is None:
        return True
    return standing.situation.allows is not granted or found.updated_at > standing.act.decided_at


def _decided_at(found: TCString, now: datetime) -> datetime:
    """Return when it was chosen; since version 2.2 strings only tell the day, so that one of today is of now."""
    only_a_day = found.updated_at.time() == time()
    return now if only_a_day and found.updated_at.date() == now.date() else min(found.updated_at, now)
