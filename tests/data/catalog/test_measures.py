"""The same measure is the same however it is written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hanse.data.catalog.measures import CANONICAL, Measure, apart, article_number, measures


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("8mm", [(8, "mm")]),
        ("8,0 mm", [(8, "mm")]),
        ("0.8 cm", [(8, "mm")]),
        ("1.000 V", [(1000, "V")]),
        ("1\u00a0000 V", [(1000, "V")]),
        ("1.250,5 kg", [(1_250_500, "g")]),
        ("1,250.5 kg", [(1_250_500, "g")]),
        ("18v akku 5nm", [(18, "V"), (5, "Nm")]),
        ("0,5 l", [(0.5, "l")]),
        ("500 ml", [(0.5, "l")]),
        ("3/8 Zoll", [(9.525, "mm")]),
        ('3/8"', [(9.525, "mm")]),
        ("1 1/2 Zoll", [(38.1, "mm")]),
        ("1½ Zoll", [(38.1, "mm")]),
        ("½''", [(12.7, "mm")]),
        ("100 x 50 × 20 mm", [(100, "mm"), (50, "mm"), (20, "mm")]),
        ("10-20 mm", [(10, "mm"), (20, "mm")]),
        ("10 bis 20 mm", [(10, "mm"), (20, "mm")]),
        ("12V/24V", [(12, "V"), (24, "V")]),
        ("-20 °C", [(-20, "°C")]),
        ("45 Grad", [(45, "°")]),
        ("3000 U/min", [(3000, "rpm")]),
        ("2,5 mm²", [(2.5e-6, "m2")]),
        ("90 min", [(5400, "s")]),
        ("500 mW, 5 MW", [(0.5, "W"), (5e6, "W")]),
        ("10 Ω, 230V~ 1,5kW.", [(10, "Ω"), (230, "V"), (1500, "W")]),
    ],
)
def test_measures_in_german(text: str, found: list[tuple[float, str]]) -> None:
    assert measures(text) == found


def test_a_point_means_thousands_in_german_and_decimals_in_english() -> None:
    assert measures("1.000 V", "de") == measures("1,000 V", "en") == [Measure(1000, "V")]
    assert measures("1.000 V", "en") == measures("1,000 V", "de") == [Measure(1, "V")]


@pytest.mark.parametrize("text", ["", "M8 x 40", "GSR18V2", "5/0 mm", "Art. 12.345", "8 mmx", "x8mm", "?!", "👍 5", "a5 mm b"])
def test_what_is_no_measure_is_none(text: str) -> None:
    assert measures(text) == []


@given(st.integers(1, 99_999), st.sampled_from(sorted(CANONICAL)))
def test_a_canonical_unit_is_read_as_it_is_written(number: int, unit: str) -> None:
    assert measures(f"{number} {unit}") == [(number, unit)]


@given(st.integers(1, 99), st.sampled_from(sorted(name for names in CANONICAL.values() for name in names)))
def test_every_unit_is_read_in_small_letters_and_in_capitals(number: int, unit: str) -> None:
    assert len(measures(f"{number} {unit.lower()}")) == len(measures(f"{number} {unit.upper()}")) == 1


@given(st.text())
def test_anything_can_be_looked_through(text: str) -> None:
    for each in measures(text):
        assert each.unit in CANONICAL


@pytest.mark.parametrize("text", ["1" * 10_000_000, "1.1." * 2_500_000, "8 mm " * 200_000, "1 1/" * 500_000])
def test_huge_texts_are_looked_through(text: str) -> None:
    assert len(measures(text)) in {0, 200_000}


@pytest.mark.parametrize(("written", "number"), [("ab-12/3 4", "AB1234"), ("AB.12_34", "AB1234"), ("０１２", "012"), (" - ", ""), ("ä-1", "Ä1")])
def test_article_numbers_have_no_separators(written: str, number: str) -> None:
    assert article_number(written) == number


@given(st.text())
def test_an_article_number_of_an_article_number_is_itself(text: str) -> None:
    once = article_number(text)
    assert article_number(once) == once


def test_what_is_no_measure_is_left() -> None:
    assert apart("8,0 mm Bohrer SDS 18V") == ([Measure(8.0, "mm"), Measure(18.0, "V")], "  Bohrer SDS  ")
