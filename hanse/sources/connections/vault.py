"""The key file in the home folder, with which secrets are encrypted before they go into the database.

Backups of the database alone, or a copy of it, give nobody the keys of the shops. Whoever restores one elsewhere brings the file along
or connects the shops again.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import msgspec
from cryptography.fernet import Fernet, InvalidToken

from hanse.sources.connections.errors import UnreadableSecrets
from hanse.sources.source import Secrets

FILE = "secret.key"


def seal(home: Path, values: Mapping[str, str]) -> bytes:
    """Encrypt secrets; the key file is made where there is none."""
    return Fernet(_key(home, make=True)).encrypt(msgspec.json.encode(dict(values)))


def unseal(home: Path, sealed: bytes | None, *, name: str) -> Secrets:
    """Decrypt the secrets of a connection; raises `UnreadableSecrets` where they were encrypted with another key."""
    if sealed is None:
        return Secrets({})
    try:
        return Secrets(msgspec.json.decode(Fernet(_key(home, make=False)).decrypt(sealed), type=dict[str, str]))
    except (InvalidToken, ValueError, OSError) as error:
        raise UnreadableSecrets(name=name, path=home / FILE) from error


def _key(home: Path, *, make: bool) -> bytes:
    path = home / FILE
    if make and not path.exists():
        _make(path)
    return path.read_bytes().strip()


def _make(path: Path) -> None:
    """Write a new key whole before it gets its name, so that two processes never have two."""
    path.parent.mkdir(parents=True, exist_ok=True)
    number, name = tempfile.mkstemp(dir=path.parent, prefix=".secret-")  # readable by its owner alone
    fresh = Path(name)
    with os.fdopen(number, "wb") as file:
        file.write(Fernet.generate_key() + b"\n")
    with suppress(FileExistsError):
        os.link(fresh, path)
    fresh.unlink()
