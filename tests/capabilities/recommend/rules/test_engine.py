"""Rule by rule: what is left, where it stands, who wins; and for any rules at all what must always hold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hanse.capabilities.recommend.rules import engine
from hanse.capabilities.recommend.rules.engine import Candidate, Person, Question, Trace
from hanse.capabilities.recommend.rules.plan import compile_plan
from hanse.capabilities.recommend.rules.schemas import Boost, Condition, Diversity, Exclude, Filter, Frequency, Least, Pin, Rule
from hanse.data.catalog import facts
from hanse.data.catalog.summaries import Summary
from tests.capabilities.recommend.rules.conftest import product, rule
from tests.conftest import NOW

SHELF = {
    each.product_id: each
    for each in (
        product("drill", categories=("machines > drilling", "machines"), brand="Nordwerk", amount_minor=20_000, margin_score=0.3),
        product("saw", categories=("machines > sawing", "machines"), brand="Nordwerk", amount_minor=30_000, stock=0.0),
        product("bit", categories=("consumables",), brand="Fleetkant", amount_minor=500, attributes={"pack": ("refill",)}, parent_id="bits"),
        product("bit-10", categories=("consumables",), brand="Fleetkant", amount_minor=4_000, stock=None, parent_id="bits"),
        product("coat", categories=("clothing",), brand=None, amount_minor=None, currency=None, created_at=NOW - timedelta(days=400)),
        product("gone", state="discontinued"),
    )
}
ORDER = ("drill", "saw", "bit", "bit-10", "coat", "gone")
SOLD = ["drill", "saw", "bit", "bit-10", "coat"]


def shown(rules: Sequence[Rule], *, limit: int = 10, order: Sequence[str] = ORDER, trace: Trace | None = None, **asked: Any) -> list[str]:
    candidates = [Candidate(each, 1 - place / 10) for place, each in enumerate(order)]
    question = Question(NOW, limit, **asked)
    return [each.product_id for each in engine.apply(compile_plan(rules), question, candidates, SHELF, trace)]


def test_a_measure_is_the_same_in_any_unit() -> None:
    attributes = {"diameter": facts.values({"value": 8, "unit": "MMT"})}
    shelf = {"bit": product("bit", attributes=attributes), "saw": product("saw")}
    for said, first in {"0,8 cm": "bit", "8": "bit", "8 cm": "saw", "0.8": "saw"}.items():
        boost = rule(boost=Boost(products=Condition(attribute="diameter", values=(said,)), factor=9))
        candidates = [Candidate("saw", 0.9), Candidate("bit", 0.8)]
        found = engine.apply(compile_plan([boost]), Question(NOW, 2), candidates, shelf, None)
        assert found[0].product_id == first, said


def test_without_rules_what_is_sold_comes_in_its_order() -> None:
    assert shown([]) == SOLD
    assert shown([], limit=2) == SOLD[:2]
    assert shown([], order=["saw", "nobody knows", "saw", "drill"]) == ["saw", "drill"]


@pytest.mark.parametrize(
    ("wanted", "left"),
    [
        (Filter(in_stock=True), ["drill", "bit", "bit-10", "coat"]),
        (Filter(in_stock=True, keep_unknown=False), ["drill", "bit", "coat"]),
        (Filter(margin_score=0.4), ["saw", "bit", "bit-10", "coat"]),
        (Filter(margin_score=0.2, keep_unknown=False), ["drill"]),
        (Filter(from_minor=500, to_minor=20_000), ["drill", "bit", "bit-10", "coat"]),
        (Filter(to_minor=4_000, keep_unknown=False), ["bit", "bit-10"]),
        (Filter(to_minor=4_000, currency="USD", keep_unknown=False), []),
        (Filter(categories=("Machines", " clothing ")), ["drill", "saw", "coat"]),
        (Filter(categories=("Machines  >  Drilling",)), ["drill"]),
        (Filter(without_categories=("machines",)), ["bit", "bit-10", "coat"]),
        (Filter(brands=("NORDWERK",)), ["drill", "saw"]),
        (Filter(without_brands=("nordwerk",)), ["bit", "bit-10", "coat"]),
    ],
)
def test_a_filter_leaves_what_it_asks_for(wanted: Filter, left: list[str]) -> None:
    assert shown([rule(filter=wanted)]) == left


def test_prices_go_with_the_product_at_hand() -> None:
    half_to_twice = rule(filter=Filter(from_ratio=0.5, to_ratio=2))
    assert shown([half_to_twice], at_hand=SHELF["drill"]) == ["saw", "coat"]
    assert shown([rule(filter=Filter(to_ratio=2, keep_unknown=False))], at_hand=SHELF["drill"]) == ["saw", "bit", "bit-10"]
    assert shown([half_to_twice]) == SOLD
    assert shown([half_to_twice], at_hand=SHELF["coat"]) == ["drill", "saw", "bit", "bit-10"]


def test_bounds_the_wrong_way_round_are_ignored() -> None:
    wrong = rule(filter=Filter(from_minor=900, to_minor=100, from_ratio=2, to_ratio=1))
    assert shown([wrong], at_hand=SHELF["drill"]) == ["saw", "bit", "bit-10", "coat"]


def test_the_product_at_hand_is_not_shown_even_where_it_is_pinned() -> None:
    assert shown([rule(pin=Pin(product_ids=("drill", "coat")))], at_hand=SHELF["drill"])[:2] == ["coat", "saw"]


def test_a_company_sees_its_own_range_where_it_has_one() -> None:
    own = [rule(filter=Filter(own_range=True))]
    assert shown(own, person=Person(own_range=frozenset({"saw", "coat"}))) == ["saw", "coat"]
    assert shown(own, person=Person()) == SOLD


@pytest.mark.parametrize(
    ("condition", "first"),
    [
        (Condition(product_ids=("coat",)), ["coat"]),
        (Condition(product_ids=("bits",)), ["bit", "bit-10"]),
        (Condition(categories=("consumables",)), ["bit", "bit-10"]),
        (Condition(brands=("Fleetkant",)), ["bit", "bit-10"]),
        (Condition(attribute="pack"), ["bit"]),
        (Condition(attribute="pack", values=("Refill",)), ["bit"]),
        (Condition(brands=("Fleetkant",), attribute="pack"), ["bit"]),
        (Condition(margin_score=0.3), ["drill"]),
    ],
)
def test_a_boost_moves_up_and_a_factor_below_one_moves_down(condition: Condition, first: list[str]) -> None:
    rest = [each for each in SOLD if each not in first]
    assert shown([rule(boost=Boost(products=condition, factor=3))]) == first + rest
    assert shown([rule(boost=Boost(products=condition, factor=0.1))]) == rest + first


def test_what_is_new_and_what_is_in_stock_can_be_moved() -> None:
    assert shown([rule(boost=Boost(products=Condition(new_days=30), factor=0.01))])[0] == "coat"
    assert shown([rule(boost=Boost(products=Condition(in_stock=True), factor=0.01))])[:2] == ["saw", "bit-10"]


def test_boosts_multiply_and_a_negative_score_still_moves_up() -> None:
    candidates = [Candidate("drill", -0.1), Candidate("saw", -0.2)]
    rules = [rule(1, boost=Boost(products=Condition(product_ids=("saw",)), factor=2)), rule(2, boost=Boost(factor=2))]
    placed = engine.apply(compile_plan(rules), Question(NOW, 5), candidates, SHELF)
    assert [(each.product_id, each.score) for each in placed] == [("drill", -0.05), ("saw", -0.05)]


def test_pinned_products_stand_at_their_places_whatever_filters_say() -> None:
    pins = rule(1, pin=Pin(product_ids=("coat", "saw"), place=2))
    assert shown([pins, rule(2, filter=Filter(in_stock=True, brands=("Nordwerk", "Fleetkant")))]) == ["drill", "coat", "saw", "bit", "bit-10"]
    assert shown([pins], limit=2) == ["drill", "coat"]
    assert shown([pins], order=["drill"], limit=4) == ["drill", "coat", "saw"]


def test_of_two_pins_for_one_place_the_first_keeps_it() -> None:
    assert shown([rule(1, pin=Pin(product_ids=("coat",))), rule(2, pin=Pin(product_ids=("bit", "coat")))])[:3] == ["coat", "bit", "drill"]


def test_a_pin_may_depend_on_the_product_at_hand() -> None:
    pin = rule(pin=Pin(product_ids=("coat",), at_hand=Condition(categories=("machines",))))
    assert shown([pin], at_hand=SHELF["drill"])[0] == "coat"
    assert shown([pin], at_hand=SHELF["bit"])[0] == "drill"
    assert shown([pin])[0] == "drill"


def test_what_is_not_sold_is_not_pinned_and_leaves_no_gap() -> None:
    assert shown([rule(pin=Pin(product_ids=("gone", "nobody knows", "coat")))])[:2] == ["coat", "drill"]


def test_exclusion_wins_over_pin() -> None:
    rules = [rule(1, pin=Pin(product_ids=("coat", "bit"))), rule(2, exclude=Exclude(product_ids=("coat", "bits")))]
    assert shown(rules) == ["drill", "saw"]


def test_what_somebody_bought_lately_is_not_shown_unless_it_is_repeatable() -> None:
    ago = {"drill": NOW - timedelta(days=5), "saw": NOW - timedelta(days=50), "bit": NOW}
    bought = rule(1, exclude=Exclude(bought_days=30, repeatable=Condition(categories=("consumables",))))
    assert shown([bought, rule(2, pin=Pin(product_ids=("drill",)))], person=Person(bought_at=ago)) == ["saw", "bit", "bit-10", "coat"]
    assert shown([rule(exclude=Exclude(bought_days=30))], person=Person(bought_at=ago)) == ["saw", "bit-10", "coat"]
    assert shown([rule(exclude=Exclude(returned_days=30))], person=Person(returned_at=ago)) == ["saw", "bit-10", "coat"]


def test_what_was_shown_too_often_without_a_click_rests_unless_it_is_pinned() -> None:
    often = {"drill": [NOW - timedelta(days=day) for day in (1, 2, 3)], "saw": [NOW - timedelta(days=day) for day in (1, 8, 9)], "coat": [NOW] * 3}
    rests = rule(1, frequency=Frequency(times=3, days=7))
    assert shown([rests], person=Person(shown_at=often)) == ["saw", "bit", "bit-10"]
    assert shown([rests, rule(2, pin=Pin(product_ids=("coat",)))], person=Person(shown_at=often))[0] == "coat"


def test_kinds_mix_among_the_first_places() -> None:
    one_of_a_kind = rule(diversity=Diversity(by="brand", most=1, among=3))
    assert shown([one_of_a_kind]) == ["drill", "bit", "coat", "saw", "bit-10"]
    assert shown([rule(diversity=Diversity(by="parent", most=1, among=10))]) == ["drill", "saw", "bit", "coat"]
    assert shown([rule(diversity=Diversity(by="category", most=1, among=2))], order=["bit", "bit-10", "saw"]) == ["bit", "saw", "bit-10"]


def test_a_pinned_product_counts_as_one_of_its_kind() -> None:
    rules = [rule(1, pin=Pin(product_ids=("saw",), place=3)), rule(2, diversity=Diversity(by="brand", most=1, among=4))]
    assert shown(rules) == ["bit", "coat", "saw"]


def test_an_answer_with_too_few_products_is_empty() -> None:
    few = [rule(1, filter=Filter(brands=("Nordwerk",))), rule(2, least=Least(products=3))]
    assert shown(few) == []
    assert shown(few, limit=2) == ["drill", "saw"]


def test_the_trace_says_what_happened_by_which_rule() -> None:
    trace = Trace()
    rules = [
        rule(1, filter=Filter(in_stock=True)),
        rule(2, boost=Boost(products=Condition(product_ids=("coat",)), factor=5)),
        rule(3, exclude=Exclude(product_ids=("bit",))),
        rule(4, pin=Pin(product_ids=("bit", "drill"))),
    ]
    assert shown(rules, trace=trace) == ["drill", "coat", "bit-10"]
    happened = {(each.product_id, each.what, each.rule) for each in trace}
    assert happened >= {("saw", "filtered", 0), ("coat", "raised", 1), ("bit", "excluded", 2), ("drill", "pinned", 3), ("gone", "unsold", -1)}
    assert ("bit-10", "unknown", 0, "stock") in trace


# For any rules at all

IDS = [f"p{number}" for number in range(12)]
KINDS = st.sampled_from(["a", "b", "c"])
summaries = st.fixed_dictionaries(
    {
        each: st.builds(
            product,
            st.just(each),
            categories=st.tuples(KINDS),
            brand=st.none() | KINDS,
            parent_id=st.none() | KINDS,
            stock=st.none() | st.sampled_from([0.0, 3.0]),
            amount_minor=st.none() | st.integers(0, 5_000),
            state=st.sampled_from(["active", "active", "active", "draft"]),
            margin_score=st.none() | st.floats(0, 1),
        )
        for each in IDS
    }
)
some_ids = st.lists(st.sampled_from(IDS), unique=True, max_size=4).map(tuple)
conditions = st.builds(Condition, product_ids=some_ids, categories=st.lists(KINDS, max_size=2).map(tuple), in_stock=st.booleans())
filters = st.builds(
    Filter,
    in_stock=st.booleans(),
    from_minor=st.none() | st.integers(0, 5_000),
    to_minor=st.none() | st.integers(0, 5_000),
    keep_unknown=st.booleans(),
)
boosts = st.builds(Boost, products=conditions, factor=st.sampled_from([0.0, 0.5, 1.0, 3.0]))
pins = st.builds(Pin, product_ids=some_ids, place=st.integers(1, 6), at_hand=st.none() | conditions)
excludes = st.builds(Exclude, product_ids=some_ids, bought_days=st.none() | st.just(30), repeatable=st.none() | conditions)
mixes = st.builds(Diversity, by=st.sampled_from(["category", "brand", "parent"]), most=st.integers(1, 3), among=st.integers(1, 8))
contents = st.one_of(
    st.fixed_dictionaries({"filter": filters}),
    st.fixed_dictionaries({"boost": boosts}),
    st.fixed_dictionaries({"pin": pins}),
    st.fixed_dictionaries({"exclude": excludes}),
    st.fixed_dictionaries({"diversity": mixes}),
    st.fixed_dictionaries({"frequency": st.just(Frequency(times=2, days=7))}),
)
any_rules = st.lists(contents, max_size=7).map(lambda found: [rule(number, **each) for number, each in enumerate(found, 1)])
orders = st.permutations(IDS).map(lambda found: [Candidate(each, 1 / (place + 1), each) for place, each in enumerate(found[:9])])
people = st.builds(
    Person,
    bought_at=st.dictionaries(st.sampled_from(IDS), st.just(NOW)),
    shown_at=st.dictionaries(st.sampled_from(IDS), st.just([NOW, NOW])),
)


def outcome(rules: list[Rule], known: Mapping[str, Summary], found: list[Candidate], person: Person, limit: int = 8) -> list[Candidate]:
    return engine.apply(compile_plan(rules), Question(NOW, limit, None, person), found, known)


@given(any_rules, summaries, orders, people, st.integers(1, 12))
def test_only_candidates_and_pinned_products_come_out_each_once_and_only_what_is_sold(
    rules: list[Rule], known: dict[str, Summary], found: list[Candidate], person: Person, limit: int
) -> None:
    placed = outcome(rules, known, found, person, limit)
    ids = [each.product_id for each in placed]
    assert len(set(ids)) == len(ids) <= limit
    assert set(ids) <= {each.product_id for each in found} | set(compile_plan(rules).pinned)
    assert all(known[each].state == "active" for each in ids)
    given_back = {each.product_id: each.payload for each in found}
    assert all(each.payload == given_back.get(each.product_id) for each in placed)


@given(any_rules, summaries, orders, people)
def test_what_is_excluded_is_never_shown(rules: list[Rule], known: dict[str, Summary], found: list[Candidate], person: Person) -> None:
    ids = {each.product_id for each in outcome(rules, known, found, person)}
    excluded = {product_id for each in rules if each.exclude for product_id in each.exclude.product_ids}
    assert not ids & excluded
    if any(each.exclude and each.exclude.bought_days and each.exclude.repeatable is None for each in rules):
        assert not ids & set(person.bought_at)


@given(any_rules, summaries, orders, people)
def test_the_same_question_has_the_same_answer_with_a_trace_and_without(
    rules: list[Rule], known: dict[str, Summary], found: list[Candidate], person: Person
) -> None:
    plan, question = compile_plan(rules), Question(NOW, 8, None, person)
    first = engine.apply(plan, question, found, known)
    renewed = {product_id: msgspec.structs.replace(each) for product_id, each in known.items()}
    assert engine.apply(plan, question, found, renewed, Trace()) == first
    assert engine.apply(plan, question, found, known) == first


@given(mixes, any_rules, summaries, orders)
def test_no_more_of_a_kind_than_a_rule_allows(mix: Diversity, rules: list[Rule], known: dict[str, Summary], found: list[Candidate]) -> None:
    mixing = [each for each in rules if not each.pin] + [rule(20, diversity=mix)]
    placed = outcome(mixing, known, found, Person())
    by: dict[str, Callable[[Summary], str | None]] = {
        "category": lambda each: each.categories[0],
        "brand": lambda each: each.brand,
        "parent": lambda each: each.parent_id or each.product_id,
    }
    counts = Counter(by[mix.by](known[each.product_id]) for each in placed[: mix.among])
    assert all(count <= mix.most for kind, count in counts.items() if kind is not None)


@given(pins, summaries, orders, st.lists(contents, max_size=4))
def test_a_pinned_product_stands_where_it_should_or_at_the_end(
    pin: Pin, known: dict[str, Summary], found: list[Candidate], others: list[dict[str, Any]]
) -> None:
    """Where mixing would leave the place before it open, a pin moves up; that is left out here."""
    pin = msgspec.structs.replace(pin, at_hand=None)
    rules = [rule(1, pin=pin)] + [rule(number, **each) for number, each in enumerate(others, 2) if not {"pin", "exclude", "diversity"} & set(each)]
    ids = [each.product_id for each in outcome(rules, known, found, Person(), 20)]
    sold = [each for each in pin.product_ids if known[each].state == "active"]
    unpinned = len(ids) - len(sold)
    assert [ids.index(each) + 1 for each in sold] == [min(pin.place, unpinned + 1) + number for number in range(len(sold))]


@given(filters, summaries, orders)
def test_a_filter_keeps_the_order_of_what_it_leaves(wanted: Filter, known: dict[str, Summary], found: list[Candidate]) -> None:
    left = outcome([rule(filter=wanted)], known, found, Person(), 12)
    plain = outcome([], known, found, Person(), 12)
    kept = {each.product_id for each in left}
    assert left == [each for each in plain if each.product_id in kept]


@given(boosts, summaries, orders)
def test_a_boost_shows_the_same_products_in_another_order(boost: Boost, known: dict[str, Summary], found: list[Candidate]) -> None:
    moved = [each.product_id for each in outcome([rule(boost=boost)], known, found, Person(), 12)]
    plain = [each.product_id for each in outcome([], known, found, Person(), 12)]
    assert sorted(moved) == sorted(plain)
