"""Texts as shops send them: HTML to plain text, addresses, telephone numbers, languages and names of attributes."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any

_EMAIL = re.compile(r"[^@\s,;<>]+@[^@\s,;<>]+\.[^@\s.,;<>]{2,}")
_BLOCKS_TEXT = "address article aside blockquote br dd div dl dt h1 h2 h3 h4 h5 h6 hr li ol p pre section table td th tr ul"
_BLOCKS = frozenset(_BLOCKS_TEXT.split())
_SILENT = frozenset({"script", "style", "template"})
LONGEST_ID = 200


class _Plain(HTMLParser):
    """Collects what a reader would see."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.silent += tag in _SILENT
        if tag in _BLOCKS:
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        self.silent = max(0, self.silent - (tag in _SILENT))
        if tag in _BLOCKS:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.parts.append(data)


def plain(text: str | None) -> str:
    r"""Return HTML as the text a reader sees, a line for each block.

    >>> plain("<p>Zwei Akkus &amp; Koffer</p><ul><li>18 V</li></ul><script>x()</script>")
    'Zwei Akkus & Koffer\n18 V'
    """
    if not text or ("<" not in text and "&" not in text):
        return _tidy(text or "")
    reader = _Plain()
    reader.feed(text)
    reader.close()
    return _tidy("".join(reader.parts))


def unescaped(text: str | None) -> str:
    """Return a title in which characters are written as HTML writes them."""
    return html.unescape(text or "").strip()


def email(text: str | None) -> str | None:
    """Return an e-mail address in small letters; null for what is none."""
    found = (text or "").strip().lower()
    return found if len(found) <= LONGEST_ID and _EMAIL.fullmatch(found) else None


def phone(text: str | None) -> str | None:
    """Return a telephone number without what people put between its digits; null for what is none."""
    digits = re.sub(r"[\s()/.\-–]", "", text or "").removeprefix("tel:")
    digits = "+" + digits[2:] if digits.startswith("00") else digits
    return digits if re.fullmatch(r"\+?\d{6,15}", digits) else None


def language(code: str | None, default: str) -> str:
    """Return the language of a locale: `de-DE` and `de_DE_formal` are `de`."""
    found = re.split(r"[-_]", (code or "").strip().lower())[0]
    return found if re.fullmatch("[a-z]{2,3}", found) else default


def key(name: str) -> str:
    """Return the name of an attribute as the catalog writes it: `Max. Drehmoment` becomes `max_drehmoment`."""
    return re.sub(r"\W+", "_", name.casefold()).strip("_")


def present(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return the facts that are there."""
    return {name: value for name, value in facts.items() if value not in (None, {}, "")}


def utc(moment: datetime) -> datetime:
    """Return a moment in UTC; one without a zone is in UTC already."""
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _tidy(text: str) -> str:
    lines = (re.sub(r"[^\S\n]+", " ", line).strip() for line in text.split("\n"))
    return "\n".join(line for line in lines if line)
