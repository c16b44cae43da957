"""Why something was found, in words, English and German; the German ones stand in `de.po`."""

from __future__ import annotations

from hanse.base import translation

NUMBER = "The number fits"
NAME = "Fits the name"
ALL = "Fits name and data"
SOME = "Fits in part"
SIMILAR = "Means something similar"
CHOSEN = "Chosen by the shop for this search"
LISTED = "In the order that was asked for"
EVERYTHING = "All products, as nothing was typed"
WORDS_AND_MEANING = "Found by words and by what they mean"
WORDS = "Found by words alone, as what they mean was not known in time"
PERSONAL = "In an order that also goes by what was looked at and ordered before"
NEARLY = "Nothing has all of the words, so this is what comes nearest"
NOTHING = "Nothing was found"
NO_INDEX = "The catalog is not indexed yet"


def say(text: str, language: str) -> str:
    """Return a text in a language."""
    return translation.say(__package__, text, language)
