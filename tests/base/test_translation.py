"""Texts come in German where the package has them, in English otherwise."""

from __future__ import annotations

from hanse.base import translation
from hanse.data import privacy

PACKAGE = privacy.__name__


def test_a_text_is_said_in_german_or_as_it_stands() -> None:
    english, german = next(iter(translation.german(PACKAGE).items()))
    assert english != german
    assert translation.say(PACKAGE, english, "de") == german
    assert translation.say(PACKAGE, english, "en") == english


def test_a_text_without_german_stays_english() -> None:
    assert translation.say(PACKAGE, "nobody has translated this", "de") == "nobody has translated this"
