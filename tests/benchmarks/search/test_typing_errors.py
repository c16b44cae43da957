from __future__ import annotations

from random import Random

import pytest
from rapidfuzz.distance import OSA, DamerauLevenshtein

from benchmarks.search import typing_errors
from benchmarks.search.typing_errors import ERRORS, mistyped


@pytest.mark.parametrize("kind", ERRORS)
def test_each_kind_is_one_error(kind: str) -> None:
    for seed in range(50):
        assert OSA.distance("winkelschleifer", mistyped("winkelschleifer", [kind], Random(seed))) == 1


def test_two_kinds_are_two_errors_at_most() -> None:
    for seed in range(50):
        assert 1 <= DamerauLevenshtein.distance("kompressor", mistyped("kompressor", ["missing", "swapped"], Random(seed))) <= 2


def test_a_known_word_is_no_error() -> None:
    assert {mistyped("hase", ["missing"], Random(seed), {"ase", "hse", "has"}) for seed in range(20)} == {"hae"}


def test_the_first_letter_is_seldom_wrong() -> None:
    wrong = sum(mistyped("kompressor", ["beside"], Random(seed))[0] != "k" for seed in range(500))
    assert 20 < wrong < 90


def test_keys_at_the_edge_have_one_neighbour() -> None:
    assert typing_errors.neighbours("q") == ["w"]
    assert typing_errors.neighbours("-") == []
