"""The protocol of a target: how one message is written to the other side, and what it raises when that fails.

`TargetRefused` is for this message alone and for good; `TargetAway` is for a moment, and tried again.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol
from uuid import UUID

from hanse.sources.crm import schemas
from hanse.sources.crm.schemas import TargetOptions
from hanse.sources.source import Secrets


@dataclass(frozen=True, kw_only=True)
class Message:
    """One thing to be told to the other side."""

    key: str
    """The same whenever this is sent again, so that it counts once there."""
    kind: str
    """Kind of the entry, `trait_changed` or `profile_erased`."""
    to: str = ""
    """What it becomes there."""
    person_kind: str
    person: str | None
    """Whom it is about, as the other side knows them; null for what is about nobody."""
    remote_id: str | None = None
    """The id of the person there, where it is known already."""
    fields: Mapping[str, Any] = field(default_factory=dict)
    occurred_at: datetime

    @property
    def document(self) -> dict[str, Any]:
        """Return it as it is sent: type, time and data as in Standard Webhooks."""
        person = {self.person_kind: self.person} if self.person else {}
        person |= {"remote_id": self.remote_id} if self.remote_id else {}
        data = {"person": person, "to": self.to, "fields": dict(self.fields)}
        return {"id": self.key, "type": self.kind, "timestamp": self.occurred_at.isoformat(), "data": data}


@dataclass(frozen=True, kw_only=True)
class Known:
    """A target as its writer sees it."""

    target_id: UUID
    name: str
    system: str
    options: TargetOptions
    mapping: schemas.Mapping
    secrets: Secrets
    language: str
    home: Path


class Channel(Protocol):
    """An open way to the other side."""

    async def send(self, message: Message) -> str | None:
        """Tell one thing; return the id of the person there, where it says so. Raises `TargetRefused` and `TargetAway`."""
        ...


class Target(Protocol):
    """A kind of other side."""

    system: str
    at_once: int
    """How many people's messages may be on their way at the same time."""
    is_late: bool
    """Whether messages are only there once the channel is closed."""
    secrets: tuple[str, ...]
    """Names of the keys that have to be given."""

    def check(self, options: TargetOptions, mapping: schemas.Mapping) -> None:
        """Raise `InvalidTarget` or `InvalidMapping` for what cannot work."""
        ...

    def open(self, target: Known, now: datetime) -> AbstractAsyncContextManager[Channel]:
        """Open a channel for one run."""
        ...
