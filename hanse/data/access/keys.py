"""Keys of programs: made once, shown once, kept as a hash.

A key carries 256 random bits. Nobody can try that many, so its hash needs no slow function and no salt: SHA-256 is enough,
and cheap enough for every request. The check part at its end (CRC-32) lets scanners for leaked secrets, and us, tell a key
from a mistyped one without asking the database.
"""

from __future__ import annotations

import re
import secrets
import zlib
from base64 import urlsafe_b64encode
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID

from hanse.base import changes, errors, ids
from hanse.base.database import Connection, Queries

queries = Queries(__package__)

START = "hanse_"
SHOWN = len(START) + 6
"""Characters of a key that stay visible, so that people can tell their keys apart."""
FORM = re.compile(rf"{START}([A-Za-z0-9_-]{{43}})([A-Za-z0-9_-]{{6}})")
ORIGIN = re.compile(r"https?://[a-z0-9._-]+(:\d{1,5})?|https?://\[[0-9a-f:]+\](:\d{1,5})?")
WRITE = "write"
"""Scope of keys that may send events and nothing else, and may therefore stand in a web page."""
STOREFRONT = "storefront"
"""Scope of keys that may send events and call the operations that are declared public, and may therefore stand in a web page."""
EVERYTHING = "*"
TOUCH_AFTER = timedelta(minutes=1)
LONGEST_NAME = 100


class UnknownScope(errors.HanseError):
    """There is no scope {scope}. There are: {known}."""

    status = 400
    exit_code = 2


class UnknownKey(errors.HanseError):
    """There is no key {key}. `hanse key list` lists those there are."""

    status = 404
    exit_code = 2


@dataclass(frozen=True)
class NewKey:
    """A key just made: the only time it can be read."""

    key_id: UUID
    key: str = field(repr=False)
    prefix: str
    name: str
    scopes: frozenset[str]


@dataclass(frozen=True)
class ApiKey:
    """What is kept of a key."""

    key_id: UUID
    name: str
    prefix: str
    scopes: frozenset[str]
    created_by: str
    created_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None
    origins: tuple[str, ...] = ()
    """Web pages that may ask with it where it is public, such as `https://shop.example`; none for all."""

    def __post_init__(self) -> None:
        """Take lists as the database gives them."""
        object.__setattr__(self, "scopes", frozenset(self.scopes))
        object.__setattr__(self, "origins", tuple(self.origins))

    @property
    def is_public(self) -> bool:
        """Return whether it may ask from web pages."""
        return STOREFRONT in self.scopes


async def create(
    connection: Connection,
    name: str,
    scopes: Iterable[str],
    *,
    created_by: str,
    now: datetime,
    known: Collection[str] = (),
    origins: Iterable[str] = (),
) -> NewKey:
    """Make a key with scopes: `write`, `storefront`, `*`, or those the caller knows of, the names of capabilities and operations.

    A public key may be used from the web pages of all `origins`, or of those given. Raises `UnknownScope`, `Conflict` where the name was given before (to a revoked key, too: the audit log names keys by it)
    and `InvalidRequest` where name or scopes are missing.
    """
    name, granted = name.strip(), _checked(name.strip(), frozenset(scopes), frozenset(known) | {WRITE, STOREFRONT, EVERYTHING})
    new = _generate(ids.new(now), name, granted)
    row = {
        "key_id": new.key_id,
        "name": name,
        "prefix": new.prefix,
        "key_hash": _hash(new.key),
        "scopes": sorted(granted),
        "origins": _origins(origins, granted),
    }
    cursor = await connection.execute(queries["insert_key"], {**row, "created_by": created_by, "now": now})
    if await cursor.fetchone() is None:
        raise errors.Conflict(what=f"A key with the name {name}")
    await changes.announce(connection, "keys")
    return new


async def find(connection: Connection, key: str, *, now: datetime) -> ApiKey | None:
    """Return a key that is in use; null for one that is unknown, mistyped or revoked. Notes the use at most once a minute."""
    if not is_well_formed(key):
        return None
    row = await (await connection.execute(queries["find_key"], {"key_hash": _hash(key)})).fetchone()
    if row is None:
        return None
    found = ApiKey(**row)
    if found.last_used_at is None or found.last_used_at <= now - TOUCH_AFTER:
        await connection.execute(queries["touch_key"], {"key_id": found.key_id, "now": now})
    return found


async def named(connection: Connection, name: str) -> ApiKey:
    """Return the key with a name, revoked or not; raises `UnknownKey`."""
    row = await (await connection.execute(queries["find_key_named"], {"name": name})).fetchone()
    if row is None:
        raise UnknownKey(key=name)
    return ApiKey(**row)


async def revoke(connection: Connection, key: UUID | str, *, now: datetime) -> ApiKey:
    """Take a key, given by id or by name, out of use for good; raises `UnknownKey`."""
    key_id = key if isinstance(key, UUID) else (await named(connection, key)).key_id
    row = await (await connection.execute(queries["revoke_key"], {"key_id": key_id, "now": now})).fetchone()
    if row is None:
        raise UnknownKey(key=key_id)
    await changes.announce(connection, "keys", str(key_id))
    return ApiKey(**row)


async def list_all(connection: Connection) -> list[ApiKey]:
    """Return all keys, those in use first."""
    return [ApiKey(**row) async for row in await connection.execute(queries["list_keys"])]


def is_well_formed(text: str) -> bool:
    """Return whether a text is a key as we make them, its check part included."""
    form = FORM.fullmatch(text)
    return form is not None and secrets.compare_digest(_check(form[1]), form[2])


def _generate(key_id: UUID, name: str, scopes: frozenset[str]) -> NewKey:
    secret = secrets.token_urlsafe(32)
    key = f"{START}{secret}{_check(secret)}"
    return NewKey(key_id, key, key[:SHOWN], name, scopes)


def _check(secret: str) -> str:
    return urlsafe_b64encode(zlib.crc32(secret.encode()).to_bytes(4, "big")).decode().rstrip("=")


def _hash(key: str) -> bytes:
    return sha256(key.encode()).digest()


def _origins(given: Iterable[str], scopes: frozenset[str]) -> list[str]:
    """Return origins as browsers send them; raises `InvalidRequest`."""
    found = [each.strip().rstrip("/").lower() for each in given if each.strip()]
    if wrong := next((each for each in found if not ORIGIN.fullmatch(each)), None):
        raise errors.InvalidRequest(reason=f"{wrong} is not the address of a shop; write it like https://shop.example")
    if found and STOREFRONT not in scopes:
        raise errors.InvalidRequest(reason=f"only a key with the scope {STOREFRONT} is asked where it is used")
    return list(dict.fromkeys(found))


def _checked(name: str, scopes: frozenset[str], known: frozenset[str]) -> frozenset[str]:
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise errors.InvalidRequest(reason=f"a key needs a name of 1 to {LONGEST_NAME} visible characters")
    if not scopes:
        raise errors.InvalidRequest(reason=f"a key needs at least one scope, such as {WRITE}")
    if unknown := sorted(scopes - known):
        raise UnknownScope(scope=unknown[0], known=", ".join(sorted(known)))
    if STOREFRONT in scopes and scopes - {STOREFRONT, WRITE}:
        raise errors.InvalidRequest(reason=f"a key that stands in web pages has the scope {STOREFRONT} and no other; make a second key for the rest")
    return scopes
