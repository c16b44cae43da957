"""What is typed becomes a rule and a rule what could have been typed; what is wrong is told at its field."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from hanse.capabilities.recommend.rules.schemas import (
    Boost,
    Condition,
    Diversity,
    Draft,
    Exclude,
    Fallback,
    Filter,
    Frequency,
    Least,
    Pin,
)
from hanse.serve.console import rule_forms
from hanse.serve.console.rule_forms import Typed
from hanse.serve.console.texts import Catalog, Words

GERMAN, ENGLISH = (Words(language, Catalog(), ZoneInfo("Europe/Berlin")) for language in ("de", "en"))
EVERYTHING = Condition(
    product_ids=("a", "b"),
    categories=("Haus > Flur",),
    brands=("Ebbe & Flut",),
    attribute="colour",
    values=("rot", "blau"),
    new_days=30,
    margin_score=0.125,
    in_stock=True,
)
RULES: list[dict[str, Any]] = [
    {"filter": Filter()},
    {
        "filter": Filter(
            in_stock=True,
            margin_score=0.2,
            from_minor=1_250,
            to_minor=99_900,
            from_ratio=0.5,
            to_ratio=2.0,
            currency="SEK",
            categories=("A",),
            without_categories=("B",),
            brands=("C",),
            without_brands=("D",),
            own_range=True,
            keep_unknown=False,
        )
    },
    {"boost": Boost(products=EVERYTHING, factor=0.4)},
    {"boost": Boost(factor=0.0)},
    {"pin": Pin(product_ids=("a", "b"), place=3, at_hand=EVERYTHING)},
    {"exclude": Exclude(product_ids=("a",), bought_days=90, returned_days=365, repeatable=Condition(categories=("A",)))},
    {"diversity": Diversity(by="parent", most=1, among=4)},
    {"frequency": Frequency(times=2, days=3)},
    {"fallback": Fallback(names=("recommend.popular", "mine"))},
    {"least": Least(products=4)},
]


@pytest.mark.parametrize("content", RULES, ids=lambda each: next(iter(each)))
@pytest.mark.parametrize("words", [GERMAN, ENGLISH], ids=lambda each: each.language)
def test_a_rule_comes_back_from_its_form_as_it_was(content: dict[str, Any], words: Words) -> None:
    rule = Draft(
        name="Eine Regel",
        on=False,
        starts_at=datetime(2026, 6, 15, 6, 30, tzinfo=UTC),
        placements=("home", "product_page"),
        segments=("trade",),
        devices=("phone", "tablet"),
        channels=("mail",),
        **content,
    )
    typed = rule_forms.write(rule, words)
    assert typed.text("starts_at") == "2026-06-15T08:30"
    assert rule_forms.read(typed) == rule
    assert typed.wrong == {}


def typed(words: Words = ENGLISH, **values: Any) -> Typed:
    return Typed({name: value if isinstance(value, list) else [value] for name, value in {"name": "A rule", **values}.items()}, words)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"name": " "}, "name"),
        ({"kind": "filter", "margin": "much"}, "margin"),
        ({"kind": "filter", "margin": "140"}, "margin"),
        ({"kind": "filter", "from_price": "1.000,50"}, "from_price"),
        ({"kind": "filter", "to_price": "NaN"}, "to_price"),
        ({"kind": "filter", "starts_at": "tomorrow"}, "starts_at"),
        ({"kind": "pin", "place": "0", "products": ["a"]}, "place"),
        ({"kind": "pin", "products": ["", " "]}, "products"),
        ({"kind": "diversity", "most": "1.5"}, "most"),
    ],
)
def test_what_is_wrong_is_told_at_its_field(values: dict[str, Any], field: str) -> None:
    given = typed(**values)
    assert rule_forms.read(given) is None
    assert list(given.wrong) == [field]


def test_numbers_are_typed_with_comma_or_point() -> None:
    for text in ("12,5", "12.5", " 12,50 "):
        found = rule_forms.read(typed(GERMAN, kind="filter", from_price=text))
        assert found is not None
        assert found.filter == Filter(from_minor=1_250, keep_unknown=True)


def test_other_placements_come_after_those_that_were_ticked() -> None:
    found = rule_forms.read(typed(kind="least", placements=["home", "cart"], other_placements="app, home,,footer\0"))
    assert found is not None
    assert found.placements == ("home", "cart", "app", "footer")


def test_an_unknown_kind_is_a_filter() -> None:
    assert rule_forms.chosen("nonsense") == "filter"
