"""What visitors chose in a shop's consent banner, told by the event `Consent Preferences Updated`, as entries of the ledger.

The storefront tag sends it with `properties.purposes`, such as `{"statistics": true}`; beside them may stand `channel` and `version`. The
log calls this for such events only. A choice in a banner is no consent to e-mail: advertising is that of pages and apps.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

import msgspec

from hanse.base.database import Connection
from hanse.base.operation import Purpose
from hanse.data.consent import confirmation, store
from hanse.data.consent.schemas import Consent, Medium

EVENT = "Consent Preferences Updated"
CHANNEL = "cookie banner"
LONGEST = 200


class Told(Protocol):
    """An event, as far as it tells a choice."""

    @property
    def message_id(self) -> str: ...  # noqa: D102  # a field
    @property
    def occurred_at(self) -> datetime: ...  # noqa: D102  # a field
    @property
    def properties(self) -> dict[str, Any] | msgspec.Raw: ...  # noqa: D102  # a field


class _Choice(msgspec.Struct):
    purposes: dict[str, bool]
    channel: str = CHANNEL
    version: str | int | float | None = None
    url: str = ""


async def take(connection: Connection, told: Iterable[tuple[Told, UUID | None]], *, now: datetime) -> int:
    """Add what events tell of somebody's choices; return how many entries were new. What cannot be read tells nothing."""
    entries = [entry for event, profile_id in told if profile_id for entry in _entries(event, profile_id, now)]
    return await store.put(connection, entries, now=now) if entries else 0


def _entries(event: Told, profile_id: UUID, now: datetime) -> Iterator[Consent]:
    try:
        choice = (
            msgspec.convert(event.properties, _Choice) if isinstance(event.properties, dict) else msgspec.json.decode(event.properties, type=_Choice)
        )
    except (msgspec.ValidationError, msgspec.DecodeError):
        return
    for purpose in (each for each in Purpose if each.needs_consent and each.value in choice.purposes):
        yield Consent(
            consent_id=confirmation.identifier("event", event.message_id, purpose),
            profile_id=profile_id,
            purpose=purpose,
            granted=choice.purposes[purpose.value],
            medium=Medium.SITE if purpose is Purpose.ADVERTISING else None,
            channel=choice.channel[:LONGEST],
            url=choice.url[:LONGEST],
            evidence={"message_id": event.message_id} | ({"version": choice.version} if choice.version is not None else {}),
            decided_at=min(event.occurred_at, now),
        )
