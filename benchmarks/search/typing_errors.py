"""Errors as hands make them: letters swapped, missing, doubled or hit beside; umlauts as other keyboards write them."""

from __future__ import annotations

from collections.abc import Callable, Collection
from random import Random

ROWS = ("qwertzuiopü", "asdfghjklöä", "yxcvbnm")
"""The letters of a German keyboard."""
EXPANDED = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
STRIPPED = str.maketrans({"ä": "a", "ö": "o", "ü": "u", "ß": "ss", "é": "e"})
LONG = 8
"""Words of so many letters may have two errors; those of four to seven one."""
FIRST_PROBABILITY = 0.1
"""How often the first letter is hit wrong; people see that at once."""


def swapped(word: str, place: int, rng: Random) -> str:
    """Return a word with two neighbouring letters in the other order."""
    return word[:place] + word[place : place + 2][::-1] + word[place + 2 :]


def missing(word: str, place: int, rng: Random) -> str:
    """Return a word without a letter."""
    return word[:place] + word[place + 1 :]


def doubled(word: str, place: int, rng: Random) -> str:
    """Return a word with a letter twice."""
    return word[:place] + word[place] + word[place:]


def beside(word: str, place: int, rng: Random) -> str:
    """Return a word with the key beside a letter hit instead."""
    around = neighbours(word[place])
    return word[:place] + rng.choice(around) + word[place + 1 :] if around else word


ERRORS: dict[str, Callable[[str, int, Random], str]] = {"swapped": swapped, "missing": missing, "doubled": doubled, "beside": beside}


def neighbours(letter: str) -> list[str]:
    """Return the letters left and right of a key.

    >>> neighbours("n")
    ['b', 'm']
    """
    for row in ROWS:
        if letter in row:
            place = row.index(letter)
            return [*row[max(0, place - 1) : place], *row[place + 1 : place + 2]]
    return []


def mistyped(word: str, kinds: Collection[str], rng: Random, known: Collection[str] = ()) -> str:
    """Return a word with an error of each kind, never a word that is known: then it would be no error."""
    while True:
        found = word
        for kind in kinds:
            found = ERRORS[kind](found, _place(found, rng), rng)
        if found != word and found not in known and found[0].isalpha():
            return found


def _place(word: str, rng: Random) -> int:
    return 0 if rng.random() < FIRST_PROBABILITY else rng.randrange(1, len(word) - 1)
