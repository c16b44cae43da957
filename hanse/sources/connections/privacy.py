"""Privacy requests that shops pass on: kept for the privacy role, who decides and acts; nothing is erased here."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from hanse.base import database, ids
from hanse.base.database import Connection, Queries
from hanse.data.access import audit
from hanse.sources.connections.schemas import PrivacyRequestRecord
from hanse.sources.source import PrivacyRequest, Shop

queries = Queries(__package__)
DUE = timedelta(days=30)
"""A month (Art. 12(3) DSGVO); Shopify allows thirty days as well."""
PAGE = 100


async def record(connection: Connection, shop: Shop, request: PrivacyRequest, *, now: datetime) -> UUID | None:
    """Keep a request once, and note in the audit log that it came; return its id where it is new."""
    request_id = ids.new(now)
    facts = {
        "request_id": request_id,
        "connection_id": shop.connection_id,
        "kind": request.kind,
        "request_key": request.request_key,
        "subject": database.jsonb(request.subject),
        "now": now,
        "due_at": now + DUE,
    }
    if (await connection.execute(queries["insert_request"], facts)).rowcount == 0:
        return None
    action = f"privacy_requests.{request.kind}"
    await audit.note(connection, actor_kind="shop", actor=shop.name, action=action, effect="write", subject=str(request_id), now=now)
    return request_id


async def list_requests(connection: Connection, *, state: str | None = "open", limit: int = PAGE) -> list[PrivacyRequestRecord]:
    """Return privacy requests, those that are due first on top; null asks for every state."""
    cursor = await connection.execute(queries["requests"], {"state": state, "limit": limit})
    return msgspec.convert(await cursor.fetchall(), list[PrivacyRequestRecord])


async def close_request(connection: Connection, request_id: UUID, *, state: str, now: datetime) -> bool:
    """Mark a request as `done` or `dismissed`; return whether it was open."""
    return (await connection.execute(queries["close_request"], {"request_id": request_id, "state": state, "now": now})).rowcount == 1
