"""Events in the shapes of the Segment specification (track, identify, page, screen, group, alias)."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import msgspec


class EventType(StrEnum):
    """The kinds of message of the Segment specification."""

    TRACK = "track"
    IDENTIFY = "identify"
    PAGE = "page"
    SCREEN = "screen"
    GROUP = "group"
    ALIAS = "alias"


class Event(msgspec.Struct, kw_only=True, frozen=True):
    """Something that happened, as it goes into the log."""

    message_id: str
    """The sender's id of the message; a second event with the same one is not taken."""
    type: EventType = EventType.TRACK
    name: str | None = None
    """Name of a track event as in the e-commerce specification, such as `Order Completed`."""
    profile_id: UUID | None = None
    """The profile, where the sender knows it; otherwise it is found by the ids below."""
    user_id: str | None = None
    anonymous_id: str | None = None
    identities: tuple[tuple[str, str], ...] = ()
    """Kind and value of what else names the person, in their one form: an e-mail address, a telephone number, a number in another system."""
    source: str
    """Where it came from: the name of a shop, a file's kind, `sample`."""
    occurred_at: datetime
    original_at: datetime | None = None
    sent_at: datetime | None = None
    received_at: datetime | None = None
    """When it reached us, where that was before it is written."""
    properties: dict[str, Any] | msgspec.Raw = {}
    """Properties of a track event, traits of an identify or group. A `decision_id` in it makes the event an outcome."""
    context: dict[str, Any] | msgspec.Raw = {}
