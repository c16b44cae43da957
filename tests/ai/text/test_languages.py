"""The language of what people type is told, or the default where nothing tells it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hanse.ai.text.languages import NEAR, OURS, identify


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Bohrmaschine", "de"),
        ("wasserhahn undicht", "de"),
        ("Wo bleibt meine Bestellung?", "de"),
        ("cordless drill", "en"),
        ("where is my order", "en"),
        ("The pump makes a loud noise when it starts", "en"),
        ("Die Pumpe macht beim Anlaufen ein lautes Geräusch", "de"),
        ("Hallo, mijn bestelling is nog niet aangekomen, kunt u mij helpen?", "nl"),
        ("Bonjour, je voudrais retourner ma commande s'il vous plaît", "fr"),
        ("Buongiorno, vorrei restituire il mio ordine per favore", "it"),
        ("Dzień dobry, moja paczka nie dotarła do mnie", "pl"),
        ("Min ordre er ikke kommet frem endnu, kan I hjælpe?", "da"),
    ],
)
def test_languages_are_told_apart(text: str, language: str) -> None:
    guess = identify(text)
    assert guess.language == language
    assert guess.probability > 0.5


@pytest.mark.parametrize("text", ["", "?!…", "12 345", "👍👍🏽", "مرحبا بالعالم", "\u200b\u202e", "x 5 y"])
def test_where_nothing_tells_it_the_default_is_taken(text: str) -> None:
    assert identify(text) == ("de", 0.5)
    assert identify(text, default="en") == ("en", 0.5)


def test_a_longer_text_is_surer_than_a_word() -> None:
    assert identify("Ich habe am Montag bei Ihnen eine Pumpe bestellt").probability > 0.95


def test_a_text_of_ten_megabytes_is_read() -> None:
    assert identify("Wo bleibt meine Bestellung? " * 400_000).language == "de"


@given(st.text())
def test_anything_has_a_guess(text: str) -> None:
    guess = identify(text)
    assert guess.language in {*OURS, *NEAR}
    assert 0 < guess.probability <= 1
