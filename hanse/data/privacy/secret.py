"""The key of erasures: a file in the home folder that no backup holds. Receipts keep hashes made with it, and nothing else of anybody.

Whoever restores a backup elsewhere brings the file along, together with the list of erasures beside it.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import secrets
import tempfile
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

import msgspec
from cryptography.fernet import Fernet, InvalidToken

from hanse.data.privacy.errors import UnreadablePending

FILE = "privacy.key"
KEY_BYTES = 32


def hashes(home: Path, identities: Iterable[tuple[str, str]]) -> list[bytes]:
    """Return the HMAC of each identity, in no order that tells anything."""
    hashed = hashing(home)
    return sorted({hashed(each) for each in identities})


def hashing(home: Path) -> Callable[[tuple[str, str]], bytes]:
    """Return what gives the HMAC of one identity; for many of them."""
    key = _derived(home, b"identities")
    return lambda identity: hmac.digest(key, msgspec.json.encode(identity), "sha256")


def seal(home: Path, value: object) -> bytes:
    """Encrypt what has to wait for a while."""
    return _fernet(home).encrypt(msgspec.json.encode(value))


def unseal(home: Path, sealed: bytes) -> bytes:
    """Decrypt it, as JSON; raises `UnreadablePending` where it was encrypted with another key."""
    try:
        return _fernet(home).decrypt(sealed)
    except InvalidToken as error:
        raise UnreadablePending(path=home / FILE) from error


def _fernet(home: Path) -> Fernet:
    return Fernet(base64.urlsafe_b64encode(_derived(home, b"pending")))


def _derived(home: Path, use: bytes) -> bytes:
    return hashlib.blake2b(use, key=_key(home), digest_size=32).digest()


def _key(home: Path) -> bytes:
    path = home / FILE
    if not path.exists():
        _make(path)
    return base64.urlsafe_b64decode(path.read_bytes().strip())


def _make(path: Path) -> None:
    """Write a new key whole before it gets its name, so that two processes never have two."""
    path.parent.mkdir(parents=True, exist_ok=True)
    number, name = tempfile.mkstemp(dir=path.parent, prefix=".privacy-")  # readable by its owner alone
    fresh = Path(name)
    with os.fdopen(number, "wb") as file:
        file.write(base64.urlsafe_b64encode(secrets.token_bytes(KEY_BYTES)) + b"\n")
    with suppress(FileExistsError):
        os.link(fresh, path)
    fresh.unlink()
