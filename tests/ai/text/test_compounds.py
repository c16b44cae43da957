"""Compounds are split into words that the shop has, and nothing else is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hanse.ai.text.compounds import JOINTS, Compounds

SHOP = {
    "Akku": 200,
    "Schrauber": 60,
    "bohr": 5,
    "Bohrer": 90,
    "Maschine": 80,
    "Kaffee": 40,
    "Schraube": 100,
    "Dreher": 20,
    "Schule": 9,
    "Buch": 20,
    "Kinder": 12,
    "Garten": 50,
    "Schere": 10,
    "Bit": 60,
    "Halter": 30,
    "Kontrolle": 5,
    "Leuchte": 30,
    "Stich": 4,
    "Säge": 40,
    "Blätter": 10,
    "Hand": 100,
    "Werk": 5,
    "Zeug": 3,
    "Werkzeug": 90,
    "Koffer": 50,
    "Fuß": 5,
    "Ball": 6,
    "der": 1000,
    "Fed": 3,
    "Versicherung": 8,
    "Schutz": 30,
    "Handschuh": 500,
    "Schuh": 20,
}


@pytest.fixture(scope="module")
def shop() -> Compounds:
    return Compounds(SHOP)


@pytest.mark.parametrize(
    ("word", "parts"),
    [
        ("Akkuschrauber", ("akku", "schrauber")),
        ("AKKUSCHRAUBER", ("akku", "schrauber")),
        ("Akkubohrschrauber", ("akku", "bohr", "schrauber")),
        ("Kaffeemaschine", ("kaffee", "maschine")),
        ("Schraubendreher", ("schraube", "dreher")),
        ("Versicherungsschutz", ("versicherung", "schutz")),
        ("Schulbuch", ("schule", "buch")),
        ("Kontrollleuchte", ("kontrolle", "leuchte")),
        ("Stichsägeblätter", ("stich", "säge", "blätter")),
        ("Handwerkzeugkoffer", ("hand", "werkzeug", "koffer")),
        ("Fußball", ("fuss", "ball")),
        ("Bithalter", ("bit", "halter")),
    ],
)
def test_a_compound_is_split_into_what_the_shop_has(shop: Compounds, word: str, parts: tuple[str, ...]) -> None:
    assert shop.split(word) == parts


@pytest.mark.parametrize("word", ["Bohrer", "Quatschwort", "Handschuh", "Feder", "18v-60", "", "x" * 1_000_000, "👍👍👍👍👍👍", "gardenhose"])
def test_what_is_no_compound_of_the_shops_words_stays_whole(shop: Compounds, word: str) -> None:
    assert len(shop.split(word)) == 1


def test_without_words_nothing_is_split() -> None:
    assert Compounds({}).split("Akkuschrauber") == ("akkuschrauber",)


def test_rare_words_can_be_left_out() -> None:
    assert Compounds({"akku": 1, "schrauber": 5}, least_frequency=2).split("akkuschrauber") == ("akkuschrauber",)


LETTERS = st.text(alphabet="abdeghiklmnorstuä", min_size=4, max_size=9)


@given(LETTERS, st.sampled_from(JOINTS), LETTERS)
def test_two_frequent_words_are_found_again(first: str, joint: str, second: str) -> None:
    split = Compounds({first: 1000, second: 1000}).split(first + joint + second)
    assert len(split) >= 2
    assert set(split) <= {first, second}


@given(st.text(), st.dictionaries(st.text(max_size=8), st.integers(0, 1000), max_size=20))
def test_parts_come_from_the_vocabulary(word: str, vocabulary: dict[str, int]) -> None:
    shop = Compounds(vocabulary)
    parts = shop.split(word)
    assert parts
    assert len(parts) == 1 or all(part in shop._logs for part in parts)
