"""Versions of the texts that people agree to: each kept once and whole, under its hash."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime

from hanse.base.database import Connection
from hanse.data.consent.errors import UnknownText
from hanse.data.consent.schemas import TextVersion
from hanse.data.consent.store import queries


def text_hash(language: str, text: str) -> bytes:
    """Return the SHA-256 of a text in a language."""
    return hashlib.sha256(f"{language}\n{text}".encode()).digest()


async def put(connection: Connection, language: str, text: str, *, now: datetime) -> tuple[bytes, bool]:
    """Keep a version of a text; return its hash and whether it was new."""
    text = text.replace("\0", "\ufffd")
    key = text_hash(language, text)
    cursor = await connection.execute(queries["put_text"], {"text_hash": key, "language": language, "text": text, "now": now})
    return key, cursor.rowcount == 1


async def find(connection: Connection, keys: Iterable[bytes]) -> dict[bytes, TextVersion]:
    """Return versions of texts by their hashes."""
    rows = await connection.execute(queries["texts"], {"text_hashes": list(keys)})
    return {row["text_hash"]: TextVersion(**row) async for row in rows}


async def known(connection: Connection, written: str) -> bytes:
    """Return the hash that somebody wrote in hexadecimal, of a text that is kept; raises `UnknownText`."""
    key = bytes.fromhex(written)
    if not await find(connection, [key]):
        raise UnknownText(text_hash=written)
    return key
