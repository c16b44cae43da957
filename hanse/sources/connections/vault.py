"""The key file in the home folder, with which secrets are encrypted before they go into the database.

Backups of the database alone, or a copy of it, give nobody the keys of the shops. Whoever restores one elsewhere brings the file along
or connects the shops again.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import msgspec
from cryptography.fernet import Fernet, InvalidToken

from hanse.base import keyfile
from hanse.sources.connections.errors import UnreadableSecrets
from hanse.sources.source import Secrets

FILE = "secret.key"


def seal(home: Path, values: Mapping[str, str]) -> bytes:
    """Encrypt secrets; the key file is made where there is none."""
    return Fernet(keyfile.read(home / FILE)).encrypt(msgspec.json.encode(dict(values)))


def unseal(home: Path, sealed: bytes | None, *, name: str) -> Secrets:
    """Decrypt the secrets of a connection; raises `UnreadableSecrets` where they were encrypted with another key."""
    if sealed is None:
        return Secrets({})
    try:
        return Secrets(msgspec.json.decode(Fernet(keyfile.read(home / FILE, make=False)).decrypt(sealed), type=dict[str, str]))
    except (InvalidToken, ValueError, OSError) as error:
        raise UnreadableSecrets(name=name, path=home / FILE) from error
