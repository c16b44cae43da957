"""How recognisers see a text: plain signs instead of look-alikes, entities and escapes, with the way back to where each stood."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote

_PLAIN = re.compile(r"[\t\n\r\x20-\x7eÄÖÜäöüß§€„“”‚‘’–—…°²³½àáâèéêëçñóòôíìúùåÅæøØÉ]*")
_ESCAPED = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z]{2,8});|(?:%[0-9A-Fa-f]{2})+")
_GONE = frozenset({"Cf", "Cc", "Cs"})
_ALIKE = str.maketrans(
    "АВЕКМНОРСТХУаеорсухіјѕԁɡΑΒΕΖΗΙΚΜΝΟΡΤΥΧοι‐‑‒−＿",  # these are the look-alikes
    "ABEKMHOPCTXYaeopcyxijsdgABEZHIKMNOPTYXoi----_",
)
"""Cyrillic and Greek letters that look like Latin ones, and the hyphens of all kinds (Unicode TR 39, a part of its confusables)."""


@dataclass(frozen=True, slots=True)
class View:
    """A text as recognisers read it."""

    text: str
    starts: tuple[int, ...] | None = None
    """Where each sign began in the text before; null where nothing was changed."""
    ends: tuple[int, ...] = ()

    def place(self, start: int, end: int) -> tuple[int, int]:
        """Return where a piece of the view stood in the text before."""
        if self.starts is None or start >= end:
            return start, end
        return self.starts[start], self.ends[end - 1]


def of(text: str) -> View:
    """Return the view of a text: entities of HTML and percent signs decoded, what has no width gone, digits and Latin letters as such."""
    if _PLAIN.fullmatch(text) and "&" not in text and "%" not in text:
        return View(text)
    signs: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for sign, start, end in _signs(text):
        signs.append(sign)
        starts.append(start)
        ends.append(end)
    return View("".join(signs), tuple(starts), tuple(ends))


def _signs(text: str) -> Iterator[tuple[str, int, int]]:
    end = 0
    for found in _ESCAPED.finditer(text):
        yield from _plain(text, end, found.start())
        for sign in _decoded(found.group()):
            for each in _simple(sign):
                yield each, found.start(), found.end()
        end = found.end()
    yield from _plain(text, end, len(text))


def _plain(text: str, start: int, end: int) -> Iterator[tuple[str, int, int]]:
    for place in range(start, end):
        for sign in _simple(text[place]):
            yield sign, place, place + 1


def _decoded(escaped: str) -> str:
    return unquote(escaped, errors="replace") if escaped[0] == "%" else html.unescape(escaped)


def _simple(sign: str) -> str:
    """Return what a sign stands for; nothing for one without width."""
    if _PLAIN.fullmatch(sign):
        return sign
    if unicodedata.category(sign) in _GONE:
        return ""
    if sign.isspace():
        return " "
    digit = unicodedata.digit(sign, None)
    if digit is not None:
        return str(digit)
    return unicodedata.normalize("NFKC", sign).translate(_ALIKE)
