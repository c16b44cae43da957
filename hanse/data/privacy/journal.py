"""The list of erasures in the home folder: every receipt once more, outside the database, since a restored backup has an older one.

It names no one: identities are in it as hashes whose key lies in a file of its own. Neither file is part of a backup.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec

FILE = "erasures.jsonl"


class Receipt(msgspec.Struct, kw_only=True, frozen=True):
    """What is left of an erasure."""

    erasure_id: UUID
    keep_orders: bool
    legal_basis: str
    actor_kind: str
    actor: str
    requested_at: datetime
    done_at: datetime
    counts: dict[str, int]
    identity_hashes: list[bytes]


def add(home: Path, row: Mapping[str, Any]) -> None:
    """Add a receipt, and have it on the disk."""
    receipt = msgspec.convert({**row, "identity_hashes": [bytes(each) for each in row["identity_hashes"]]}, Receipt)
    home.mkdir(parents=True, exist_ok=True)
    number = os.open(home / FILE, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    with os.fdopen(number, "ab") as file:
        file.write(msgspec.json.encode(receipt) + b"\n")
        file.flush()
        os.fsync(file.fileno())


def read(home: Path) -> list[Receipt]:
    """Return all receipts, each once; a line that a crash broke off is left out."""
    try:
        lines = (home / FILE).read_bytes().splitlines()
    except FileNotFoundError:
        return []
    found: dict[UUID, Receipt] = {}
    for line in lines:
        try:
            receipt = msgspec.json.decode(line, type=Receipt)
        except msgspec.MsgspecError:
            continue
        found[receipt.erasure_id] = receipt
    return list(found.values())
