"""The key of erasures: a file in the home folder that no backup holds. Receipts keep hashes made with it, and nothing else of anybody.

Whoever restores a backup elsewhere brings the file along, together with the list of erasures beside it.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable, Iterable
from pathlib import Path

import msgspec
from cryptography.fernet import Fernet, InvalidToken

from hanse.base import keyfile
from hanse.data.privacy.errors import UnreadablePending

FILE = "privacy.key"


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
    key = base64.urlsafe_b64decode(keyfile.read(home / FILE))
    return hashlib.blake2b(use, key=key, digest_size=32).digest()
