"""Names of products in a text: an index of many names that is made once, and found in one pass over the words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from hanse.ai.text import words

_WORD = re.compile(r"[^\W_]+")


class Names:
    """Names, to be found by their words whatever their case and punctuation; the longest counts where several begin at a word."""

    def __init__(self, names: Iterable[str] = ()) -> None:
        """Take in the names."""
        self._by_first: dict[str, set[tuple[str, ...]]] = {}
        self._longest: dict[str, int] = {}
        for name in names:
            if found := tuple(words.normal(each) for each in _WORD.findall(name)):
                self._by_first.setdefault(found[0], set()).add(found)
                self._longest[found[0]] = max(self._longest.get(found[0], 0), len(found))

    def __bool__(self) -> bool:
        return bool(self._by_first)

    def find(self, text: str) -> Iterator[tuple[int, int]]:
        """Go through the places of names that are more than one plain word: a product called `Hammer` is not named by every hammer."""
        return ((start, end) for start, end, _ in self.all(text) if _is_telling(text[start:end]))

    def all(self, text: str) -> Iterator[tuple[int, int, int]]:
        """Go through the places of all names, with how many words each has."""
        spans = [(found.start(), found.end()) for found in _WORD.finditer(text)] if self._by_first else []
        said = [words.normal(text[start:end]) for start, end in spans]
        place = 0
        while place < len(said):
            length = self._length(said, place)
            if length:
                yield spans[place][0], spans[place + length - 1][1], length
            place += length or 1

    def _length(self, said: list[str], place: int) -> int:
        """Return how many words the longest name has that begins at a place; 0 where none does."""
        known = self._by_first.get(said[place])
        if not known:
            return 0
        most = min(self._longest[said[place]], len(said) - place)
        return next((length for length in range(most, 0, -1) if tuple(said[place : place + length]) in known), 0)


def _is_telling(name: str) -> bool:
    return len(_WORD.findall(name)) > 1 or any(each.isdigit() for each in name)
