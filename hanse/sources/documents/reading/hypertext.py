"""HTML as Markdown: headings, paragraphs, lists and tables; scripts, styles and navigation are left out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

from hanse.sources.documents import naming
from hanse.sources.documents.reading import decoding, safe
from hanse.sources.documents.reading.parts import About, Part, Problem, Text

DEEPEST = 500
CHUNK = 1 << 16
_SKIPPED_TEXT = "script style template noscript nav footer aside form button select iframe object embed svg math canvas audio video applet frameset"
SKIPPED = frozenset(_SKIPPED_TEXT.split())
"""Elements that are left out with all in them."""
ROLES = frozenset({"navigation", "banner", "contentinfo", "search", "menu", "menubar"})
MAIN = frozenset({"main", "article", "body"})
"""Elements with which the text begins, whatever was not closed before."""
_VOID_TEXT = "area base br col embed hr img input link meta param source track wbr"
VOID = frozenset(_VOID_TEXT.split())
_UNCLOSED_TEXT = "html head body p li dt dd tr td th thead tbody tfoot option optgroup colgroup rp rt"
UNCLOSED = frozenset(_UNCLOSED_TEXT.split())
"""Elements whose end may be left out, so that their depth says nothing."""
_PARAGRAPHS_TEXT = "p div section article main header table ul ol dl blockquote figure figcaption address details summary fieldset pre"
PARAGRAPHS = frozenset(_PARAGRAPHS_TEXT.split())
HEADINGS = {f"h{level}": "#" * level for level in range(1, 7)}


class TooDeep(Exception):
    """Elements lie in each other too deep."""


def read(path: Path) -> Iterator[Part]:
    """Return what is in a page of HTML."""
    raw, is_guessed = decoding.decoded(path.read_bytes())
    if raw is None:
        yield Problem("not_text")
        return
    if is_guessed:
        yield Problem("wrong_encoding")
    reader = _Reader()
    try:
        for start in range(0, len(raw), CHUNK):  # in pieces, as the parser copies what it has not read yet
            reader.feed(raw[start : start + CHUNK])
        reader.close()
    except TooDeep:
        yield Problem("too_deep", None, {"most": DEEPEST})
        return
    body = safe.text("".join(reader.parts), is_laid_out=True)
    yield About(title=safe.line(reader.heading) or safe.line(reader.title), language=naming.code(reader.language))
    yield Text(None, body)


class _Reader(HTMLParser):
    """Collects what a reader would see, as Markdown."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.title, self.heading, self.language = "", "", ""
        self._depth = 0
        self._skipped, self._skipped_depth = "", 0
        self._in = ""
        """`title` or `h1` while their text comes."""
        self._laid_out = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in VOID and tag not in UNCLOSED:
            self._depth += 1
            if self._depth > DEEPEST:
                raise TooDeep
        facts = dict(attrs)
        if tag == "html":
            self.language = facts.get("lang") or facts.get("xml:lang") or ""
        if self._skips(tag, facts):
            return
        if tag == "title" or (tag == "h1" and not self.heading):
            self._in = tag
        self._laid_out += tag == "pre"
        self._begin(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID and tag not in UNCLOSED:
            self._depth = max(0, self._depth - 1)
        if self._skipped:
            if tag == self._skipped:
                self._skipped_depth -= 1
                self._skipped = self._skipped if self._skipped_depth else ""
            return
        if tag == self._in:
            self._in = ""
        self._laid_out = max(0, self._laid_out - (tag == "pre"))
        if tag in PARAGRAPHS or tag in HEADINGS:
            self.parts.append("\n\n")

    def handle_data(self, data: str) -> None:
        if self._skipped:
            return
        if self._in == "title":
            self.title += data
            return
        if self._in == "h1":
            self.heading += data
        self.parts.append(data if self._laid_out else self._flowing(data))

    def _skips(self, tag: str, facts: dict[str, str | None]) -> bool:
        """Return whether an element is left out; it may be one that ends what was left out."""
        if self._skipped and tag in MAIN:
            self._skipped = ""
        if self._skipped:
            self._skipped_depth += tag == self._skipped
            return True
        is_hidden = "hidden" in facts or facts.get("aria-hidden") == "true" or (facts.get("role") or "").lower() in ROLES
        if (tag in SKIPPED or is_hidden) and tag not in VOID and tag not in MAIN and tag not in UNCLOSED:
            self._skipped, self._skipped_depth = tag, 1
            return True
        return False

    def _begin(self, tag: str) -> None:
        if tag in HEADINGS:
            self.parts.append(f"\n\n{HEADINGS[tag]} ")
        elif tag in PARAGRAPHS or tag == "hr":
            self.parts.append("\n\n")
        elif tag == "li":
            self.parts.append("\n- ")
        elif tag in {"br", "tr", "dt", "dd"}:
            self.parts.append("\n")
        elif tag in {"td", "th"} and self.parts and not self.parts[-1].endswith("\n"):
            self.parts.append(" | ")

    def _flowing(self, data: str) -> str:
        """Return text with single spaces, and none at the beginning of a line."""
        found = re.sub(r"\s+", " ", data)
        return found.lstrip() if not self.parts or self.parts[-1].endswith(("\n", " ")) else found
