"""Classifiers learn from few rows, are sure as often as they are right, and answer nothing to texts out of scope."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hanse.ai import models
from hanse.ai.models import files
from hanse.ai.text import encoder
from hanse.ai.text.classifying import Blend, by_meaning, by_words, by_words_and_meaning, calibration, measuring
from hanse.ai.text.encoder import Vectors
from hanse.ai.text.errors import UntrainableTexts
from tests.conftest import NOW

WORDS = {
    "delivery": "paket lieferung versand sendung zustellung",
    "invoice": "rechnung betrag steuer mahnung zahlung",
    "repair": "defekt kaputt reparatur bruch geräusch",
    "return": "rückgabe retoure umtausch widerruf erstattung",
    "account": "passwort konto anmeldung login kennwort",
}
FILL = "ich habe bitte meine noch seit gestern wann wie hilfe danke"


class Letters:
    """An encoder of tests: how often each letter occurs in what encoders read of a text."""

    model, dimensions, is_outside = "letters", 32, False

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        counts = np.zeros((len(texts), 32))
        for row, text in enumerate(texts):
            for each in encoder.readable(text).casefold():
                counts[row, ord(each) % 32] += 1
        return encoder.unit(counts + 0.01)

    encode_passages = encode_queries


METHODS: dict[str, Callable[[], Blend]] = {
    "words": by_words,
    "meaning": lambda: by_meaning(Letters()),
    "both": lambda: by_words_and_meaning(Letters()),
}


def rows(count: int, seed: int = 1, labels: Sequence[str] = tuple(WORDS)) -> tuple[list[str], list[str]]:
    rng = random.Random(seed)
    chosen = [labels[number % len(labels)] for number in range(count)]
    return [" ".join(rng.sample(FILL.split(), 3) + rng.sample(WORDS[label].split(), 2)) for label in chosen], chosen


@pytest.fixture(params=METHODS)
def method(request: pytest.FixtureRequest) -> Blend:
    return METHODS[request.param]()


def accuracy(classifier: object, texts: Sequence[str], labels: Sequence[str]) -> float:
    found = classifier.probabilities(texts).argmax(axis=1)  # type: ignore[attr-defined]  # any classifier
    return float(np.mean([classifier.labels[code] == label for code, label in zip(found, labels, strict=True)]))  # type: ignore[attr-defined]  # as above


def test_what_was_learned_is_told(method: Blend) -> None:
    made = method.fit(*rows(150), seed=7)
    assert made.labels == tuple(sorted(WORDS))
    assert accuracy(made, *rows(100, seed=2)) > (0.7 if method.parts[0].name == "meaning" else 0.97)


def test_probabilities_are_some(method: Blend) -> None:
    found = method.fit(*rows(60), seed=7).probabilities(
        ["wo ist mein paket", "", "?!", "👍", "\u200b\u202e", "مرحبا", "x" * 10_000_000, "a\x00b\ud83d"]
    )
    assert found.shape == (8, 5)
    assert found.sum(axis=1) == pytest.approx(1)
    assert (found >= 0).all()


def test_no_texts_have_no_probabilities(method: Blend) -> None:
    made = method.fit(*rows(60), seed=7)
    assert made.probabilities([]).shape == (0, 5)
    assert made.answers([]) == []


def test_the_same_seed_learns_the_same(method: Blend) -> None:
    texts, labels = rows(60)
    first, again = (method.fit(texts, labels, seed=3).probabilities(texts) for _ in range(2))
    assert (first == again).all()


def test_two_labels_and_few_texts_are_enough(method: Blend) -> None:
    made = method.fit(["wo ist mein paket", "paket fehlt", "rechnung falsch", "falsche rechnung"], ["a", "a", "b", "b"], seed=7)
    assert made.probabilities(["das paket", "die rechnung"]).shape == (2, 2)


def test_a_label_of_a_single_text_is_learned_too() -> None:
    texts, labels = rows(60)
    made = by_words().fit([*texts, "gutschein einlösen"], [*labels, "voucher"], seed=7)
    assert made.labels[int(made.probabilities(["gutschein einlösen"]).argmax())] == "voucher"
    assert made.findings.sizes["labels of a single text"] == 1


@pytest.mark.parametrize(
    ("texts", "labels"),
    [
        ([], []),
        (["a"], ["x"]),
        (["a", "b"], ["x", "y"]),
        (["a", "b", "c"], ["x", "x", "y"]),
        (["a"], []),
        (["?", "!", ".", ","], ["x", "x", "y", "y"]),
    ],
)
def test_what_cannot_be_learned_from_is_said(method: Blend, texts: list[str], labels: list[str]) -> None:
    with pytest.raises(UntrainableTexts, match="cannot be learned from"):
        method.fit(texts, labels, seed=7)


def test_texts_out_of_scope_are_not_answered() -> None:
    made = by_words().fit(*rows(200, labels=("delivery", "invoice", "repair", "return")), seed=7)
    known, strange = (
        made.answers(rows(100, seed=2, labels=("delivery", "invoice"))[0]),
        made.answers(["login passwort vergessen konto", "wetter morgen", "?!"]),
    )
    assert sum(answer is not None for answer in known) > 90
    assert strange == [None, None, None]
    assert made.findings.measures["out-of-scope recall"] > 0.8


def test_its_card_says_how_good_it_is_and_when_it_is_silent() -> None:
    texts, labels = rows(150)
    labels[::10] = labels[1::10]  # some are mislabelled
    card = by_words().fit(texts, labels, seed=7).findings.card("service.intent", "TF-IDF", NOW, seed=7)
    assert 0.7 < card.measures["accuracy"] < 1
    assert card.intervals["accuracy"][0] <= card.measures["accuracy"] <= card.intervals["accuracy"][1]
    assert card.sizes == {"texts": 150, "labels": 5, "labels of a single text": 0}
    assert any(note.startswith("A label is answered from a probability of") for note in card.notes)
    assert any(note.startswith("Most often mistaken: ") for note in card.notes)


def test_mislabelled_texts_make_it_less_sure() -> None:
    texts, labels = rows(300)
    rng = random.Random(5)
    noisy = [rng.choice(list(WORDS)) if rng.random() < 0.4 else label for label in labels]
    made = by_words().fit(texts, noisy, seed=7)
    assert made.probabilities(texts).max(axis=1).mean() < 0.85
    assert made.findings.measures["calibration error"] < 0.15


def test_it_is_kept_as_arrays_and_texts(method: Blend, tmp_path: Path) -> None:
    texts, labels = rows(60)
    made = method.fit(texts, labels, seed=7)
    files.write(tmp_path / "model", made.arrays(), made.texts(), made.findings.card("service.intent", "blend", NOW, seed=7))
    arrays, kept, card = files.read(tmp_path / "model")
    again = method.restore(arrays, kept)
    assert again.probabilities(texts) == pytest.approx(made.probabilities(texts), abs=1e-5)
    assert again.answers(texts) == made.answers(texts)
    assert isinstance(card, models.Card)
    assert card.trained_at == NOW + timedelta(0)


def test_a_part_that_only_guesses_weighs_little() -> None:
    rng = np.random.default_rng(0)
    codes = rng.integers(0, 4, 500)
    good = np.eye(4)[codes] + rng.normal(0, 0.3, (500, 4))
    made = calibration.fit([good, rng.normal(size=(500, 4))], codes)
    assert made.weights[0] > 2
    assert made.weights[1] < 0.3


@given(st.lists(st.lists(st.floats(-1e6, 1e6), min_size=3, max_size=3), min_size=1, max_size=5))
def test_a_softmax_sums_to_one(scores: list[list[float]]) -> None:
    assert calibration.softmax(np.array(scores)).sum(axis=1) == pytest.approx(1)


def test_measures_are_those_of_the_literature() -> None:
    probabilities = np.array([[0.9, 0.1], [0.6, 0.4], [0.2, 0.8], [0.7, 0.3]])
    found = measuring.measures(probabilities, np.array([0, 1, 1, 0]), 0.65)
    assert found["accuracy"] == 0.75
    assert found["answered"] == 0.75
    assert found["accuracy of answers"] == 1
    assert found["macro F1"] == pytest.approx((0.8 + 2 / 3) / 2)
    assert found["log loss"] == pytest.approx(-np.log([0.9, 0.4, 0.8, 0.7]).mean())


def test_without_texts_out_of_scope_nine_of_ten_answers_are_right() -> None:
    top = np.linspace(0.99, 0.5, 100)
    probabilities = np.column_stack([top, 1 - top])
    codes = np.array([0] * 60 + [1, 0] * 20)
    least = measuring.least_probability(probabilities, codes, np.empty(0))
    answered = top >= least
    assert (codes[answered] == 0).mean() >= 0.9
    assert answered.sum() > 60
