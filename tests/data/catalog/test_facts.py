"""What is compared of products is the same however it is written."""

from __future__ import annotations

from typing import Any

import pytest

from hanse.data.catalog import facts


def test_categories_have_keys_from_narrow_to_wide() -> None:
    assert facts.category_keys(" Machines >  Cordless   DRILLS>") == ("machines > cordless drills", "machines")
    assert facts.category_keys(" > ") == ()


@pytest.mark.parametrize(
    ("attribute", "said"),
    [
        ({"value": {"de": "Rot", "en": "red "}}, ("rot", "red")),
        ({"value": ["S", "M", "s"]}, ("s", "m")),
        ({"value": 1.5, "unit": "l"}, ("1.5",)),
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
