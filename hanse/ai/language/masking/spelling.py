"""Spellings of one value: folded so that case, umlauts and endings do not matter, and as near as a slip of the keys."""

from __future__ import annotations

import re
from functools import lru_cache

from rapidfuzz.distance import OSA

from hanse.ai.text import words

ENDINGS = frozenset({"s", "es", "n", "en", "ens", "sche", "schen", "scher", "sches", "er", "ern", "in", "chen"})
"""What German puts behind names: Müllers, Jansens, die Müllersche Bestellung."""
_UMLAUT = re.compile(r"(?<=[aou])e")
_TWICE = re.compile(r"([^\W\d_])\1")
_STREET = re.compile(r"(?:strasse|strase|str\.?)$")


@lru_cache(maxsize=16_384)
def plain(word: str) -> str:
    """Return a word without case and marks."""
    return words.stripped(words.normal(word))


@lru_cache(maxsize=16_384)
def folded(word: str) -> str:
    """Return a word without case and marks, `ü` as `ue` and as `u` the same."""
    return _UMLAUT.sub("", plain(word))


@lru_cache(maxsize=16_384)
def folded_street(word: str) -> str:
    """Return a word of an address folded, however it writes Straße."""
    return _STREET.sub("strasse", folded(word))


def slips(length: int) -> int:
    """Return how many slips of the keys (a letter more, less, other, two changed) a value of so many letters may have and still be meant."""
    return 0 if length < 4 else 1 if length < 7 else 2 if length < 12 else 3


def stem_length(word: str, known: str) -> int:
    """Return how many letters of a folded word spell a folded known one exactly, before an ending; 0 where they do not."""
    if word == known:
        return len(word)
    return len(known) if len(known) > 2 and word.startswith(known) and word[len(known) :] in ENDINGS else 0


@lru_cache(maxsize=65_536)
def is_near(word: str, known: str, *, more: int = 0) -> bool:
    """Return whether a folded word is a known one with slips of the keys, with or without an ending, and with or without double letters."""
    most = slips(len(known)) + more
    if len(word) < len(known) - most or len(word) > len(known) + most + 5 or not (word[:1] in known[:2] or word[1:2] in known[:2]):
        return False
    if _is_within(word, known, most):
        return True
    length = len(known)
    return any(_is_within(word[:end], known, most) for end in range(max(length - 1, 3), length + 3) if word[end:] in ENDINGS)


def _is_within(word: str, known: str, most: int) -> bool:
    if OSA.distance(word, known, score_cutoff=most) <= most:
        return True
    once = _TWICE.sub(r"\1", known)
    return once != known and OSA.distance(_TWICE.sub(r"\1", word), once, score_cutoff=most) <= most
