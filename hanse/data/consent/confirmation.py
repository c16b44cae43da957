"""The double opt-in: a mail with a link is asked for, and following the link confirms; each link works once, for a while."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime
from uuid import UUID

import msgspec

from hanse.base import ids
from hanse.base.database import Connection
from hanse.base.operation import Purpose
from hanse.data.consent import store
from hanse.data.consent.errors import AlreadyRequested, UnknownToken
from hanse.data.consent.schemas import Consent, Medium, State
from hanse.data.consent.store import People, queries

TOKEN_BYTES = 32


async def request(connection: Connection, given: Consent, *, expires_at: datetime, now: datetime) -> str:
    """Note that somebody is sent a link to confirm with; return the secret of the link, of which only a hash is kept.

    Raises `AlreadyRequested` where the same mail asked before.
    """
    if not await store.put(connection, [given], now=now):
        raise AlreadyRequested(message_id=given.message_id)
    token = secrets.token_urlsafe(TOKEN_BYTES)
    await connection.execute(queries["put_token"], {"token_hash": _hash(token), "request_id": given.consent_id, "expires_at": expires_at})
    return token


async def confirm(connection: Connection, token: str, *, ip: str, user_agent: str, now: datetime) -> Consent:
    """Note that somebody followed their link; return the new entry. Raises `UnknownToken` where it is unknown, used or too old."""
    key = {"token_hash": _hash(token), "now": now}
    row = await (await connection.execute(queries["find_token"], key)).fetchone()
    if row is None or row["used_at"] is not None or row["expires_at"] <= now:
        raise UnknownToken
    asked = store.entry(row).consent
    confirmed = msgspec.structs.replace(
        asked, consent_id=ids.new(now), state=State.CONFIRMED, request_id=asked.consent_id, ip=ip, user_agent=user_agent, evidence={}, decided_at=now
    )
    await connection.execute(queries["use_token"], key)
    await store.put(connection, [confirmed], now=now)
    return confirmed


async def void(connection: Connection, people: People, purpose: Purpose | None, medium: Medium | None, *, now: datetime) -> None:
    """Have open links work no more, as after a withdrawal; those of one purpose and medium where they are given."""
    wanted = {"profile_ids": store.profile_ids(people), "purpose": purpose, "medium": medium, "now": now}
    await connection.execute(queries["void_tokens"], wanted)


def identifier(*parts: object) -> UUID:
    """Return the same id for the same facts, so that what is told twice is written once."""
    return UUID(bytes=hashlib.blake2b(msgspec.json.encode(parts), digest_size=16).digest())


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
