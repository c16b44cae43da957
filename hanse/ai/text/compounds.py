"""German compounds, split into the words of this shop: `akkuschrauber` is `akku` and `schrauber`.

Of all ways to split, the one whose parts are the most frequent by their geometric mean (Koehn and Knight 2003, Empirical Methods for
Compound Splitting); a shop's own words know its trade better than any list.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from hanse.ai.text import words

JOINTS = ("", "s", "es", "n", "en", "e", "er")
"""Letters that German puts between two parts."""
LEAST_PART = 3
LONGEST = 64
LEAST_KNOWN_PART = 4
"""Letters of a part that a dictionary knows; shorter ones are found in too many words."""
_ENDINGS = ("e", "en")
"""What verbs and nouns drop before another part."""
_FUNCTION = (
    "aber als auch auf aus bei bis das dass dem den der des die durch ein eine einem einen einer eines für fur gegen hat ich ihr ist mal man mit nach "
    "nicht nur oder ohne per sehr sie sind und uns unter vom von vor war was wie wir zum zur zwei and are for from has not our out the this that with "
    "you all any can its per"
)
FUNCTION_WORDS = frozenset(_FUNCTION.split())
"""Frequent words that are no parts of names of things, though they look like it."""


@dataclass(frozen=True)
class _Way:
    """One way to split the beginning of a word."""

    score: float
    """Sum of the logarithms of the parts' frequencies."""
    parts: tuple[str, ...]

    @property
    def mean(self) -> float:
        return self.score / len(self.parts) if self.parts else 0.0


class Compounds:
    """A shop's own words, by which compounds are split; takes microseconds a word."""

    def __init__(self, vocabulary: Mapping[str, int], *, least_frequency: int = 1, least_part: int = LEAST_PART) -> None:
        """Take words with their frequencies, such as `words.frequencies` of a catalog; names of any case are put in their normal form."""
        self._logs: dict[str, float] = {}
        counts: dict[str, int] = {}
        for word, count in vocabulary.items():
            usual = words.normal(word)
            counts[usual] = counts.get(usual, 0) + count
        for word, count in counts.items():
            if count >= least_frequency and least_part <= len(word) <= LONGEST and word.isalpha() and word not in FUNCTION_WORDS:
                self._logs[word] = math.log(count + 1)
        self._longest = max(map(len, self._logs), default=0)
        self._least = least_part

    def split(self, word: str) -> tuple[str, ...]:
        """Return the parts of a word in their normal form, as they stand in the vocabulary; the word alone where it is none.

        A word that is itself more frequent than its parts is none either, such as a name that became a word of its own.
        """
        usual = words.normal(word)
        if not 2 * self._least <= len(usual) <= LONGEST or not usual.isalpha():
            return (usual,)
        best = self._best(usual)
        return best.parts if best is not None and best.mean > self._logs.get(usual, 0.0) else (usual,)

    def _best(self, word: str) -> _Way | None:
        """Return the best way to split a word in two or more, by the best ways to split its beginnings.

        Ways of the same beginning with more parts and with fewer are compared by their means, so the best one is exact for two parts
        and, for more, very nearly always the best.
        """
        ways: list[_Way | None] = [_Way(0.0, ()), *[None] * len(word)]
        for end in range(self._least, len(word) + 1):
            for begin in range(max(0, end - self._longest - 2), end - self._least + 1):
                before = ways[begin]
                if before is None or end - begin == len(word):
                    continue
                for part in self._parts(word, begin, end):
                    way = _Way(before.score + self._logs[part], (*before.parts, part))
                    here = ways[end]
                    if here is None or (way.mean, -len(way.parts)) > (here.mean, -len(here.parts)):
                        ways[end] = way
        return ways[len(word)]

    def _parts(self, word: str, begin: int, end: int) -> list[str]:
        """Return the known words that a piece can be: with a joint at its end where another part follows, or with an e that was dropped."""
        piece = word[begin:end]
        if end == len(word):
            return [piece] if piece in self._logs else []
        bare = [piece.removesuffix(joint) for joint in JOINTS if piece.endswith(joint)]
        bare.append(f"{piece}e")
        return [each for each in bare if len(each) >= self._least and each in self._logs]


@lru_cache(maxsize=65_536)
def heads(word: str) -> tuple[str, ...]:
    """Return what a German compound is one of, by the dictionary, the longest first: `handkreissäge` is a `kreissäge` and a `säge`.

    For words whose parts stand nowhere alone. `LEAST_KNOWN_PART` letters on both sides are needed, and a first part that is a word, too.
    """
    usual = words.normal(word)
    if len(usual) > LONGEST or not usual.isalpha():
        return ()
    places = range(LEAST_KNOWN_PART, len(usual) - LEAST_KNOWN_PART + 1)
    return tuple(usual[place:] for place in places if _is_word(usual[place:]) and _begins(usual[:place]))


def _is_word(word: str) -> bool:
    return words.is_known(word, "de") or words.is_known(word.capitalize(), "de")


def _begins(part: str) -> bool:
    """Return whether a piece can be the first part: a word, one without its ending, or one with a joint."""
    bare = (part.removesuffix(joint) for joint in JOINTS if part.endswith(joint))
    return any(map(_is_word, (*(each for each in bare if len(each) >= LEAST_PART), *(part + ending for ending in _ENDINGS))))
