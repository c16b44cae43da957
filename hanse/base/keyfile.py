"""Key files in the home folder: 32 random bytes in base64, readable by their owner alone, in no backup."""

from __future__ import annotations

import base64
import os
import secrets
import tempfile
from contextlib import suppress
from pathlib import Path

KEY_BYTES = 32


def read(path: Path, *, make: bool = True) -> bytes:
    """Return the key in a file, in base64; one is made where there is none, unless that would be of no use. Raises `OSError`."""
    if make and not path.exists():
        _make(path)
    return path.read_bytes().strip()


def _make(path: Path) -> None:
    """Write a new key whole before it gets its name, so that two processes never have two."""
    path.parent.mkdir(parents=True, exist_ok=True)
    number, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.stem}-")  # readable by its owner alone
    fresh = Path(name)
    with os.fdopen(number, "wb") as file:
        file.write(base64.urlsafe_b64encode(secrets.token_bytes(KEY_BYTES)) + b"\n")
    with suppress(FileExistsError):  # another process was faster, and its key is the one
        os.link(fresh, path)
    fresh.unlink()
