"""The audit log: who changed or did what. Append-only by the database itself; no personal data of customers in it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from hanse.base import database, ids
from hanse.base.database import Connection, Queries

queries = Queries(__package__)


class AuditEntry(msgspec.Struct, kw_only=True, frozen=True):
    """One thing that was done."""

    audit_id: UUID
    at: datetime
    actor_kind: str
    """`key`, `account`, `command line` or `job`."""
    actor: str
    action: str
    """Name of an operation, or what was done in the console, such as `keys.revoke`."""
    effect: str
    """`read` (where personal data was revealed), `write` or `act`."""
    subject: str
    """What it was done to: an id, never a name of a customer."""
    facts: dict[str, Any]


class AuditPage(msgspec.Struct, kw_only=True, frozen=True):
    """Some entries, newest first."""

    entries: tuple[AuditEntry, ...]
    next_before: UUID | None
    """What to send as `before` for the page after this one; null on the last."""


async def note(
    connection: Connection,
    *,
    actor_kind: str,
    actor: str,
    action: str,
    effect: str,
    subject: str = "",
    facts: Mapping[str, object] | None = None,
    now: datetime,
) -> UUID:
    """Add an entry, in the transaction that does what it tells of; return its id."""
    audit_id = ids.new(now)
    who = {"actor_kind": actor_kind, "actor": actor}
    what = {"action": action, "effect": str(effect), "subject": subject, "facts": database.jsonb(facts or {})}
    await connection.execute(queries["insert_audit"], {"audit_id": audit_id, "now": now, **who, **what})
    return audit_id


async def page(
    connection: Connection, *, before: UUID | None = None, actor: str | None = None, action: str | None = None, limit: int = 50
) -> AuditPage:
    """Return entries, newest first, of one actor or action where asked, from the one after `before` on."""
    wanted = {"before": before, "actor": actor, "action": action, "limit": limit + 1}
    found = [AuditEntry(**row) async for row in await connection.execute(queries["page_audit"], wanted)]
    more = len(found) > limit
    return AuditPage(entries=tuple(found[:limit]), next_before=found[limit - 1].audit_id if more else None)
