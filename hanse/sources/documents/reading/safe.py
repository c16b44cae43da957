"""Texts made safe: without control characters, invisible ones and markup that a browser would act on."""

from __future__ import annotations

import html
import re
import unicodedata

SCHEMES = frozenset({"http", "https", "mailto", "tel"})

_HYPHEN = re.compile("[\x02\ufffe\u00ad]")
"""Hyphens at the ends of lines as PDFium tells them, and soft ones: the word goes on."""
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ud800-\udfff\ufdd0-\ufdef\ufeff\ufff0-\ufffb\uffff\U000e0000-\U000e0fff]"
)
"""Controls, marks of direction, and letters nobody sees, in which instructions could be hidden."""
_LINE_END = re.compile("\r\n?|[\x0c\u2028\u2029]")
_OPENING = re.compile("<(?=[a-zA-Z/!?])")
_TAG = re.compile("</?[a-zA-Z][^<>]*>|<[!?][^<>]*>")
_BREAKS = re.compile(r"<(?:br|/?p|/?div|/?li|/?tr|/?h[1-6]|hr)\b[^<>]*>", re.IGNORECASE)
_AUTOLINK = re.compile(r"<((?:https?://|mailto:)[^\s<>]+)>")
_LINK = re.compile(r"(\]\([ \t]*)([^\s()]*)")
_DEFINITION = re.compile(r"^( {0,3}\[[^\[\]\n]+\]:[ \t]*)(\S+)", re.MULTILINE)
_SPACES = re.compile(r"[^\S\n]+")
_BLANK_LINES = re.compile(r"\n{3,}")


def text(raw: str, *, is_laid_out: bool = False) -> str:
    r"""Return a text in which nothing is markup of HTML, no link leads to a script and nothing is invisible.

    Space stays as it is where it is laid out, as in Markdown.

    >>> text("Be\x02dienung\r\n<script>x()</script> bei < 5 bar [hier](javascript:x)")
    'Bedienung\n< script>x()< /script> bei < 5 bar [hier]()'
    """
    found = _INVISIBLE.sub("", _HYPHEN.sub("", _LINE_END.sub("\n", unicodedata.normalize("NFC", raw))))
    found = _OPENING.sub("< ", found)
    found = _DEFINITION.sub(_checked, _LINK.sub(_checked, found))
    lines = (line.rstrip() if is_laid_out else _SPACES.sub(" ", line).strip() for line in found.split("\n"))
    return _BLANK_LINES.sub("\n\n", "\n".join(lines)).strip("\n")


def without_markup(markdown: str) -> str:
    r"""Return Markdown without the HTML that may stand in it; scripts and styles go with what they hold.

    >>> without_markup("Ein <b>Satz</b><script>x()</script>, siehe <https://example.org>")
    'Ein Satz, siehe https://example.org'
    """
    found = _without(markdown, "<!--", "-->")
    for name in ("script", "style"):
        found = _without(found, f"<{name}", f"</{name}>")
    found = _BREAKS.sub("\n", _AUTOLINK.sub(r"\1", found))
    for _ in range(4):  # what is left of one tag may become another
        found, before = _TAG.sub("", found), found
        if found == before:
            break
    return found


def line(raw: str, longest: int = 300) -> str:
    """Return a text for one line, such as a title."""
    return " ".join(text(raw).split())[:longest].strip()


def is_safe_address(address: str) -> bool:
    """Return whether an address is a path, or of a scheme that runs nothing."""
    plain = re.sub(r"[\x00-\x20\\]", "", html.unescape(address))
    scheme, colon, _ = re.split(r"[/?#]", plain, maxsplit=1)[0].partition(":")
    return not colon or scheme.lower() in SCHEMES


def _checked(found: re.Match[str]) -> str:
    return found[0] if is_safe_address(found[2]) else found[1]


def _without(markdown: str, opening: str, closing: str) -> str:
    """Return a text without what stands between two words, whatever their case; without all behind the first where the second is missing."""
    folded, kept, start = markdown.lower() if len(markdown.lower()) == len(markdown) else markdown, [], 0
    while (begin := folded.find(opening, start)) >= 0:
        kept.append(markdown[start:begin])
        end = folded.find(closing, begin)
        if end < 0:
            return "".join(kept)
        start = end + len(closing)
    return "".join(kept) + markdown[start:]
