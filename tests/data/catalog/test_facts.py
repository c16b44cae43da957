"""What is compared of products is the same however it is written."""

from __future__ import annotations

from typing import Any

import pytest

from hanse.data.catalog import facts, units


def test_categories_have_keys_from_narrow_to_wide() -> None:
    assert facts.category_keys(" Machines >  Cordless   DRILLS>") == ("machines > cordless drills", "machines")
    assert facts.category_keys(" > ") == ()


@pytest.mark.parametrize(
    ("attribute", "said"),
    [
        ({"value": {"de": "Rot", "en": "red "}}, ("rot", "red")),
        ({"value": ["S", "M", "s"]}, ("s", "m")),
        ({"value": 1.5, "unit": "l"}, ("1.5", "1.5 l")),
        ({"value": 18, "unit": "pcs"}, ("18",)),
        ("0,8 cm", ("0,8 cm", "8 mm")),
        ("550 nm", ("550 nm",)),
        ({"value": False}, ("false",)),
        ({"value": None}, ()),
        ("Loden", ("loden",)),
        ({"de": "Loden"}, ("loden",)),
    ],
)
def test_attributes_say_the_same_in_every_shape(attribute: Any, said: tuple[str, ...]) -> None:
    assert facts.values(attribute) == said


@pytest.mark.parametrize("attributes", [{"margin": {"value": True}}, {"margin": {"value": "much"}}, {"cost": {"value": 3}}])
def test_a_margin_that_makes_no_sense_is_not_known(attributes: dict[str, Any]) -> None:
    assert facts.margin_score(attributes, 0) is None


def test_a_margin_may_be_negative() -> None:
    assert facts.margin_score({"cost": {"value": 15}}, 1_000) == -0.5


@pytest.mark.parametrize(
    ("path", "keys"),
    [
        ("", ()),
        (" > ", ()),
        ("Öl", ("öl",)),
        (" A  b >  C>d ", ("a b > c > d", "a b > c", "a b")),
        ("STRASSE", ("strasse",)),
        ("Straße", ("strasse",)),
    ],
)
def test_the_keys_of_a_path(path: str, keys: tuple[str, ...]) -> None:
    assert facts.category_keys(path) == keys


@pytest.mark.parametrize(
    ("value", "unit", "normal"),
    [
        (0.8, "cm", (8, "mm")),
        (0.1, "CMT", (1, "mm")),
        ("8,0", "MILLIMETER", (8, "mm")),
        ("1.250,5", "KGM", (1_250_500, "g")),
        (3, "NM", (3, "Nm")),
        (5, "MIN", (300, "s")),
        ([1, "2,5"], "KVT", ([1000, 2500], "V")),
        ("-20 … 60", "CEL", ("-20–60", "°C")),
        ({"de": "0,5", "en": "0.5"}, "LTR", (0.5, "l")),
        ({"de": "8 - 10", "en": "8 to 10"}, "mm", ("8–10", "mm")),
        ({"de": "0,8 cm", "en": "0.8 cm"}, None, (8, "mm")),
        ("3/8 Zoll", None, (9.525, "mm")),
    ],
)
def test_value_and_unit_become_canonical(value: Any, unit: str | None, normal: tuple[Any, str]) -> None:
    attribute = {"value": value, "unit": unit, "name": {"de": "Maß"}}
    assert facts.normalised(attribute) == {"value": normal[0], "unit": normal[1], "name": {"de": "Maß"}}


@pytest.mark.parametrize(
    ("value", "unit"),
    [
        *((550, "nm"), (5, "PCE"), (5, 7), (True, "mm"), (None, "mm"), ([], "mm"), ({}, "mm"), ([1, "viel"], "mm"), ("max. 5", "mm"), ("", "mm")),
        *((float("inf"), "V"), ("10 x 20", "mm"), ("1-2-3", "mm"), ("20 x 30 mm", None), ("M8 x 20 mm", None), ("MIN", None), ("BAR 5", None)),
        *((5, None), ("550 nm", None), ({"de": "8 mm", "en": "9 mm"}, None), ("8 mm" * 20, None)),
    ],
)
def test_what_cannot_be_read_whole_is_left_alone(value: Any, unit: Any) -> None:
    attribute = {"value": value, "unit": unit}
    assert facts.normalised(attribute) is attribute
    assert facts.canonical({"size": attribute, "colour": "red"}) == {}


def test_products_are_alike_by_what_they_measure() -> None:
    assert facts.likeness({"value": 0.8, "unit": "cm"}) == facts.likeness({"value": "8 mm"}) == ("8 mm",)
    assert facts.likeness({"value": {"de": "Rot"}}) == ("rot",)
    assert facts.canonical({"weight": {"value": 1, "unit": "kg", "system": "ETIM"}}) == {"weight": {"value": 1000, "unit": "g"}}


def test_every_name_of_a_unit_is_known() -> None:
    assert [name for name in (*units.CODES, *units.NAMES) if units.read(name) is None] == []
