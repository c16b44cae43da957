"""Bytes of text files as text, in the encoding they say or show."""

from __future__ import annotations

import codecs
import re

_DECLARED = re.compile(
    rb"""<meta[^>]{0,200}?charset\s*=\s*["']?([\w-]{2,20})|^\s*<\?xml[^>]{0,100}?encoding\s*=\s*["']([\w-]{2,20})""", re.IGNORECASE
)
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
BINARY = (b"%PDF-", b"PK\x03\x04", b"\x89PNG", b"\xff\xd8\xff", b"\xd0\xcf\x11\xe0", b"GIF8", b"\x1f\x8b")


def decoded(raw: bytes) -> tuple[str | None, bool]:
    """Return the text, null for what is none, and whether its encoding had to be guessed."""
    if raw.startswith(BINARY):
        return None, False
    for encoding in _stated(raw):
        try:
            return raw.decode(encoding), False
        except (UnicodeDecodeError, LookupError):
            continue
    if raw.count(0) > len(raw) // 100 or b"\0" in raw[:1000]:
        return None, False
    return raw.decode("cp1252", "replace"), True


def _stated(raw: bytes) -> list[str]:
    """Return the encodings to be tried, the surest first."""
    marked = [encoding for mark, encoding in _MARKS if raw.startswith(mark)]
    if marked:
        return marked
    if b"\0" in raw[:1000]:
        return []
    declared = _DECLARED.search(raw[:4096])
    name = (declared[1] or declared[2]).decode("ascii", "replace").lower() if declared else ""
    windows = {"iso-8859-1": "cp1252", "latin1": "cp1252", "latin-1": "cp1252", "us-ascii": "cp1252"}
    is_other = name and name not in {"utf-8", "utf8"} and not name.startswith(("utf-16", "utf-32", "utf-7")) and _is_text(name)
    return ["utf-8", *([windows.get(name, name)] if is_other else [])]


def _is_text(name: str) -> bool:
    """Return whether a name is an encoding of text, and not one that turns bytes into something else, such as zip."""
    try:
        return bool(getattr(codecs.lookup(name), "_is_text_encoding", False))
    except LookupError:
        return False
