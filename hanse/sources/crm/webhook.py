"""Pushing by webhook: JSON by HTTPS POST, signed as Standard Webhooks describe (standardwebhooks.com), one message a request.

`webhook-id` is the key of the message, the same at every attempt; `webhook-signature` is `v1,` and the base64 of HMAC-SHA256 over
id, time and body with the bytes of the secret, which is written `whsec_` and base64.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets as chance
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

import httpx2
import msgspec

from hanse.base import tracing
from hanse.sources.crm import schemas, sending
from hanse.sources.crm.errors import InvalidTarget
from hanse.sources.crm.schemas import TargetOptions
from hanse.sources.crm.target import Channel, Known, Message

PREFIX = "whsec_"
SECRET_BYTES = 32


class _Answer(msgspec.Struct):
    person_id: str | int | None = None


@dataclass(frozen=True)
class _Channel:
    target: Known
    through: httpx2.AsyncClient
    now: datetime

    async def send(self, message: Message) -> str | None:
        body = msgspec.json.encode(message.document)
        stamp = str(int(self.now.timestamp()))
        headers = {
            "webhook-id": message.key,
            "webhook-timestamp": stamp,
            "webhook-signature": signature(self.target.secrets.get("signing_secret", ""), message.key, stamp, body),
            "Idempotency-Key": message.key,
            **tracing.headers(),
        }
        return _person_id(await sending.post(self.through, self.target.options.url, body, headers))


class Webhook:
    """Any system that takes signed JSON."""

    system = "webhook"
    at_once = 8
    is_late = False
    secrets: tuple[str, ...] = ()

    def check(self, options: TargetOptions, mapping: schemas.Mapping) -> None:
        """Check the address; any field may be there."""
        del mapping
        sending.check_url(options)

    @asynccontextmanager
    async def open(self, target: Known, now: datetime) -> AsyncIterator[Channel]:
        """Open connections for one run."""
        async with sending.client(target.options) as through:
            yield _Channel(target, through, now)


def make_secret() -> str:
    """Return a new secret to sign with."""
    return PREFIX + base64.b64encode(chance.token_bytes(SECRET_BYTES)).decode()


def signature(secret: str, message_id: str, stamp: str, body: bytes) -> str:
    """Return what stands in `webhook-signature`."""
    key = base64.b64decode(secret.removeprefix(PREFIX))
    digest = hmac.digest(key, f"{message_id}.{stamp}.".encode() + body, hashlib.sha256)
    return f"v1,{base64.b64encode(digest).decode()}"


def _person_id(answer: bytes) -> str | None:
    """Return the id of the person in the CRM, where it answers with one."""
    try:
        found = msgspec.json.decode(answer, type=_Answer).person_id
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    return str(found)[:200] if found is not None else None


def check_secret(secret: str) -> None:
    """Raise `InvalidTarget` for a secret that nothing can be signed with."""
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except ValueError:
        key = b""
    if not secret.startswith(PREFIX) or not 24 <= len(key) <= 64:
        raise InvalidTarget(what="the signing secret", reason="has to be whsec_ and 24 to 64 bytes in base64; left out, one is made")
