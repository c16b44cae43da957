"""Contradictions are found in the rules alone, with both rules by name and who wins; what goes together is not complained about."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from hanse.capabilities.recommend.rules import findings
from hanse.capabilities.recommend.rules.schemas import Condition, Diversity, Exclude, Fallback, Filter, Least, Pin
from tests.capabilities.recommend.rules.conftest import rule
from tests.conftest import NOW

ONE = {"filter": Filter(categories=("Machines",), to_minor=500, brands=("Nordwerk",))}
COAT = {"pin": Pin(product_ids=("coat",))}


def found(*rules: dict[str, Any]) -> list[tuple[str, list[int]]]:
    numbered = [rule(number, **each) for number, each in enumerate(rules, 1)]
    return [(each.code, [rule_id.int for rule_id in each.rule_ids]) for each in findings.of(numbered, "en")]


@pytest.mark.parametrize(
    ("rules", "code"),
    [
        ([COAT, {"exclude": Exclude(product_ids=("coat", "bit"))}], "pin_and_exclude"),
        ([COAT, {"pin": Pin(product_ids=("bit",))}], "pins_on_one_place"),
        ([COAT, {"pin": Pin(product_ids=("coat",), place=7)}], "pinned_twice"),
        ([ONE, {"filter": Filter(categories=("Clothing",))}], "nothing_in_both"),
        ([ONE, {"filter": Filter(without_categories=("machines",))}], "nothing_in_both"),
        ([ONE, {"filter": Filter(without_brands=("nordwerk",))}], "nothing_in_both"),
        ([ONE, {"filter": Filter(brands=("Fleetkant",))}], "nothing_in_both"),
        ([ONE, {"filter": Filter(from_minor=501)}], "nothing_in_both"),
        ([{"fallback": Fallback(names=("a",))}, {"fallback": Fallback(names=("b",))}], "only_the_first"),
        ([{"least": Least(products=3)}, {"least": Least(products=4)}], "only_the_first"),
        ([{"diversity": Diversity(most=2)}, {"least": Least(products=3)}], "too_few_allowed"),
    ],
)
def test_two_rules_that_contradict_are_both_named(rules: list[dict[str, Any]], code: str) -> None:
    assert found(*rules) == [(code, [1, 2])]
    apart = [{**rules[0], "placements": ("home",)}, {**rules[1], "placements": ("cart",)}]
    later = [{**rules[0], "ends_at": NOW}, {**rules[1], "starts_at": NOW}]
    off = [rules[0], {**rules[1], "on": False}]
    assert [found(*each) for each in (apart, later, off)] == [[], [], []]


@pytest.mark.parametrize(
    ("alone", "code"),
    [
        ({"filter": Filter(from_minor=500, to_minor=100)}, "nothing_between"),
        ({"filter": Filter(from_ratio=2, to_ratio=0.5)}, "nothing_between"),
        ({"filter": Filter(keep_unknown=False)}, "says_nothing"),
        ({"exclude": Exclude(repeatable=Condition())}, "says_nothing"),
        ({"fallback": Fallback()}, "says_nothing"),
        ({"pin": Pin(product_ids=())}, "says_nothing"),
        ({**COAT, "starts_at": NOW, "ends_at": NOW - timedelta(days=1)}, "never"),
    ],
)
def test_a_rule_that_can_do_nothing_is_named(alone: dict[str, Any], code: str) -> None:
    assert found(alone) == [(code, [1])]


@pytest.mark.parametrize(
    "rules",
    [
        [ONE, {"filter": Filter(categories=("Machines > Drilling",), from_minor=100, brands=("nordwerk", "Fleetkant"))}],
        [ONE, {"filter": Filter(without_categories=("Machines > Drilling",), without_brands=("Fleetkant",))}],
        [ONE, {"filter": Filter(from_minor=600, currency="USD")}],
        [COAT, {"pin": Pin(product_ids=("bit",), place=2)}],
        [
            {"pin": Pin(product_ids=("coat",), at_hand=Condition(brands=("a",)))},
            {"pin": Pin(product_ids=("bit",), at_hand=Condition(brands=("b",)))},
        ],
        [COAT, {"exclude": Exclude(product_ids=("bit",), bought_days=9)}],
        [{"diversity": Diversity(most=2)}, {"least": Least(products=2)}],
    ],
)
def test_rules_that_go_together_are_left_alone(rules: list[dict[str, Any]]) -> None:
    assert found(*rules) == []


def test_a_finding_names_the_rules_and_the_winner_in_the_language_asked_for() -> None:
    rules = [rule(1, name="Aktion {x}", **COAT), rule(2, name="Raus", exclude=Exclude(product_ids=("coat",)))]
    english, german = (findings.of(rules, language)[0].text for language in ("en", "de"))
    assert english == "“Aktion {x}” pins coat, and “Raus” excludes it. The exclusion wins: it is not shown."
    assert german == "„Aktion {x}“ setzt coat auf einen festen Platz, und „Raus“ schließt es aus. Der Ausschluss gewinnt: Es wird nicht gezeigt."
