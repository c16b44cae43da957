"""Sealing secrets, such as keys of shops and of language models, before they go into the database: with a key file in the home folder.

Backups of the database alone, or a copy of it, give nobody the secrets. Whoever restores one elsewhere brings the file along or enters
the secrets again.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import msgspec
from cryptography.fernet import Fernet, InvalidToken

from hanse.base import keyfile

FILE = "secret.key"


class Unreadable(ValueError):
    """What is sealed was sealed with another key."""


def seal(home: Path, values: Mapping[str, str]) -> bytes:
    """Encrypt secrets; the key file is made where there is none."""
    return Fernet(keyfile.read(home / FILE)).encrypt(msgspec.json.encode(dict(values)))


def unseal(home: Path, sealed: bytes | None) -> dict[str, str]:
    """Decrypt secrets, none where nothing is sealed; raises `Unreadable`, which callers turn into an error that says what to do."""
    if sealed is None:
        return {}
    try:
        return msgspec.json.decode(Fernet(keyfile.read(home / FILE, make=False)).decrypt(sealed), type=dict[str, str])
    except (InvalidToken, ValueError, OSError) as error:
        raise Unreadable from error
