"""Documents and searches meet in the same words, however they are written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hanse.ai.text import words

HUGE = "Akkuschrauber 18 V. " * 500_000


@pytest.mark.parametrize(
    ("written", "normal"),
    [
        ("Gehäuse", "gehäuse"),
        ("GEHÄUSE", "gehäuse"),
        ("Geha\u0308use", "gehäuse"),
        ("Straße", "strasse"),
        ("ﬁne", "fine"),
        ("Bohr\u00admaschine", "bohrmaschine"),
        ("Akku\u200bschrauber", "akkuschrauber"),
        ("\u202eabc", "abc"),
        ("ＡＢＣ１２", "abc12"),
        ("", ""),
    ],
)
def test_a_text_has_one_normal_form(written: str, normal: str) -> None:
    assert words.normal(written) == normal


@given(st.text())
def test_the_normal_form_of_a_normal_form_is_itself(text: str) -> None:
    once = words.normal(text)
    assert words.normal(once) == once


@pytest.mark.parametrize(
    ("one", "other"), [("Gehäuse", "gehaeuse"), ("Gehäuse", "Gehause"), ("Größe", "groesse"), ("Größe", "grosse"), ("Café", "cafe")]
)
def test_words_meet_with_and_without_umlauts(one: str, other: str) -> None:
    assert set(words.variants(one)) & set(words.variants(other))


def test_the_normal_form_comes_first_among_variants() -> None:
    assert words.variants("Gehäuse") == ("gehäuse", "gehaeuse", "gehause")
    assert words.variants("Bohrer") == ("bohrer",)


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("Akku-Bohrschrauber GSR 18V-60", ["akku-bohrschrauber", "gsr", "18v-60"]),
        ("Art.-Nr. AB-12/3.4!", ["art", "nr", "ab-12/3.4"]),
        ("12,5 mm, 3/8 Zoll.", ["12,5", "mm", "3/8", "zoll"]),
        ("don't (C++)", ["don't", "c++"]),
        ("?! … --- 👍", []),
        ("", []),
        ("مرحبا بالعالم", ["مرحبا", "بالعالم"]),
    ],
)
def test_tokens(text: str, tokens: list[str]) -> None:
    assert list(words.tokens(text)) == tokens


@given(st.text())
def test_tokens_of_anything_are_normal_and_not_empty(text: str) -> None:
    for token in words.tokens(text):
        assert token
        assert not any(letter.isspace() for letter in token)


def test_a_token_has_pieces() -> None:
    assert words.parts("akku-bohrer") == ["akku", "bohrer"]
    assert words.parts("-") == []


def test_sentences_do_not_end_after_abbreviations() -> None:
    text = "Art. Nr. 5 ist z. B. defekt. Dr. Müller hat am 3. Mai angerufen! Preis 3.50 € inkl. Versand."
    assert words.sentences(text) == ["Art. Nr. 5 ist z. B. defekt.", "Dr. Müller hat am 3. Mai angerufen!", "Preis 3.50 € inkl. Versand."]
    assert words.sentences("It broke. What now?", "en") == ["It broke.", "What now?"]
    assert words.sentences("") == []


@pytest.mark.parametrize(
    ("word", "language", "lemma"),
    [
        ("Häuser", "de", "haus"),
        ("schrauben", "de", "schraube"),
        ("Schrauben", "de", "schraube"),
        ("kaputte", "de", "kaputt"),
        ("geht", "de", "gehen"),
        ("Größen", "de", "grösse"),
        ("screws", "en", "screw"),
        ("tenditure", "it", "tenditure"),
        ("GSR18", "de", "gsr18"),
        ("", "de", ""),
        ("x" * 1_000_000, "de", "x" * 1_000_000),
    ],
)
def test_lemmas(word: str, language: str, lemma: str) -> None:
    assert words.lemma(word, language) == lemma


@given(st.text(alphabet="abcdeiklnorstuäöüß", min_size=1, max_size=12))
def test_a_lemma_does_not_depend_on_case(word: str) -> None:
    assert words.lemma(word) == words.lemma(word.capitalize()) == words.lemma(word.upper().replace("SS", "ss").lower())


def test_words_are_counted() -> None:
    assert words.frequencies(["Akku-Bohrer 18 V", "bohrer"]) == {"akku": 1, "bohrer": 2, "v": 1}


def test_a_text_of_ten_megabytes_is_read() -> None:
    assert sum(1 for _ in words.tokens(HUGE)) == 1_500_000
    assert len(words.normal(HUGE)) == len(HUGE)
