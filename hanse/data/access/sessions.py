"""Sessions of browsers that signed in: the cookie holds a secret, the table its SHA-256 (256 random bits need no slow hash).

A session ends after 12 hours without use, and after 14 days in any case.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID

from hanse.base import errors
from hanse.base.database import Connection, Queries
from hanse.data.access.accounts import Account

queries = Queries(__package__)

IDLE = timedelta(hours=12)
ABSOLUTE = timedelta(days=14)
TOUCH_AFTER = timedelta(minutes=1)


class WrongToken(errors.HanseError):
    """This form was opened in another session, or came from another site. Open the page again and repeat."""

    status = 403
    exit_code = 3


@dataclass(frozen=True)
class NewSession:
    """A session just begun: the only time its secret can be read."""

    secret: str = field(repr=False)
    csrf_token: str = field(repr=False)
    expires_at: datetime


@dataclass(frozen=True)
class Session:
    """A browser that is signed in."""

    account: Account
    csrf_token: str = field(repr=False)
    began_at: datetime
    seen_at: datetime
    expires_at: datetime

    def check(self, token: str) -> None:
        """Refuse a form that does not carry this session's token; raises `WrongToken`."""
        if not secrets.compare_digest(token.encode(), self.csrf_token.encode()):
            raise WrongToken


async def begin(connection: Connection, account_id: UUID, now: datetime) -> NewSession:
    """Sign a browser in; call it after every sign-in, so that no secret from before it lives on."""
    new = NewSession(secrets.token_urlsafe(32), secrets.token_urlsafe(32), now + ABSOLUTE)
    row = {"session_hash": _hash(new.secret), "account_id": account_id, "csrf_token": new.csrf_token, "expires_at": new.expires_at}
    await connection.execute(queries["insert_session"], {**row, "now": now})
    return new


async def find(connection: Connection, secret: str, now: datetime) -> Session | None:
    """Return the session of a cookie; null where it ended or its account is disabled. Notes the use at most once a minute."""
    wanted = {"session_hash": _hash(secret), "now": now, "idle_since": now - IDLE}
    row = await (await connection.execute(queries["find_session"], wanted)).fetchone()
    if row is None:
        return None
    own = {name: row.pop(name) for name in ("csrf_token", "began_at", "seen_at", "expires_at")}
    session = Session(Account(**row), **own)
    if session.seen_at <= now - TOUCH_AFTER:
        await connection.execute(queries["touch_session"], wanted)
    return session


async def end(connection: Connection, secret: str) -> None:
    """Sign a browser out."""
    await connection.execute(queries["end_session"], {"session_hash": _hash(secret)})


async def end_all(connection: Connection, account_id: UUID) -> int:
    """Sign somebody out everywhere; return how many sessions there were."""
    return (await connection.execute(queries["end_sessions_of_account"], {"account_id": account_id})).rowcount


async def sweep(connection: Connection, now: datetime) -> int:
    """Remove the sessions that ended by themselves; return how many there were."""
    return (await connection.execute(queries["sweep_sessions"], {"now": now, "idle_since": now - IDLE})).rowcount


def _hash(secret: str) -> bytes:
    return sha256(secret.encode()).digest()
