"""The secrets of connections: sealed as all secrets are, and unsealed with an error that names the connection."""

from __future__ import annotations

from pathlib import Path

from hanse.base import sealing
from hanse.base.sealing import FILE, seal
from hanse.sources.connections.errors import UnreadableSecrets
from hanse.sources.source import Secrets

__all__ = ["FILE", "seal", "unseal"]


def unseal(home: Path, sealed: bytes | None, *, name: str) -> Secrets:
    """Decrypt the secrets of a connection; raises `UnreadableSecrets` where they were encrypted with another key."""
    try:
        return Secrets(sealing.unseal(home, sealed))
    except sealing.Unreadable as error:
        raise UnreadableSecrets(name=name, path=home / FILE) from error
