"""Every computed trait has the same values on DuckDB and on Spark, which are those found by hand."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import ibis
import pytest

from hanse.base.config import Settings
from hanse.data.lake import sessions
from hanse.data.traits import families
from hanse.data.traits.tables import Lake
from tests.data.traits.conftest import ANNA, BEN, CARLA, NOW, Hand, days_ago, lake_of, opened, sample

pytestmark = pytest.mark.slow

Found = dict[Any, Any]


def values(lake: Lake, name: str) -> Found:
    """Compute a trait: values by profile, or by profile and key."""
    found = families.OURS[name].function(lake).to_pyarrow().to_pylist()
    keyed = {(row["profile_id"], row["key"]) if "key" in row else row["profile_id"]: row["value"] for row in found}
    assert len(keyed) == len(found), "more than one value"
    return keyed


def rounded(found: Found) -> Found:
    return {key: round(value, 6) if isinstance(value, float) else value for key, value in found.items()}


EXPECTED: dict[str, Found] = {
    "order_count": {ANNA: 3, BEN: 1},
    "revenue_minor": {(ANNA, "EUR"): 11_400, (ANNA, "CHF"): 9_000, (BEN, "EUR"): 4_200},
    "average_basket_minor": {(ANNA, "EUR"): 5_700, (ANNA, "CHF"): 9_000, (BEN, "EUR"): 4_200},
    "first_order_at": {ANNA: days_ago(40), BEN: datetime(2026, 6, 12, 22, 30, tzinfo=UTC)},
    "last_order_at": {ANNA: days_ago(10), BEN: datetime(2026, 6, 12, 22, 30, tzinfo=UTC)},
    "recency_days": {ANNA: 10, BEN: 2},
    "usual_interval_days": {ANNA: 15.0},
    "returned_score": {ANNA: 0.2, BEN: 0.0},
    "favourite_category": {ANNA: "Zubehör"},
    "favourite_brand": {ANNA: "Wera"},
    "price_sensitivity_score": {ANNA: 0.2},
    "channel": {ANNA: "store", BEN: "erp"},
    "language": {ANNA: "de"},
    "device": {ANNA: "desktop"},
    "last_seen_at": {ANNA: days_ago(1), BEN: days_ago(3)},
    "sessions_30_days": {ANNA: 3, BEN: 1},
}


def test_every_trait_is_tested() -> None:
    assert set(EXPECTED) == set(families.OURS)


def add_crowd(hand: Hand) -> None:
    """Make up others: returns before and after, whole and in part, several currencies, merges, missing values."""
    rng = random.Random(0)
    people = [f"0197a000-0000-7000-8000-{number:012x}" for number in range(0x10, 0x1C)]
    for each in people[len(people) // 2 :]:
        hand.merge(each, rng.choice(people[: len(people) // 2 or 1]))
    for each in "abcdef":
        hand.product(each, rng.choice(["X", "Y > Z", None]), rng.choice(["p", "q", "Ä", None]))
    for _ in range(300):
        at = NOW - timedelta(minutes=rng.randint(0, 200_000))
        order, product = str(rng.randint(0, 60)), rng.choice([*"abcdef", None])
        quantity, price = rng.choice([-2, -1, 0, 1, 1, 2, 5]), rng.choice([None, rng.randint(0, 9_999)])
        hand.line(rng.choice([*people, None]), order, product, quantity, price, at, currency=rng.choice(["EUR", "CHF"]))
    for _ in range(300):
        at = NOW - timedelta(minutes=rng.randint(-100, 60_000), microseconds=rng.randint(0, 10**6))
        facts = {"device": rng.choice(["desktop", "app", None]), "language": rng.choice(["de", "en", None]), "channel": rng.choice(["web", None])}
        hand.event(rng.choice([*people, None]), at, name=rng.choice(["Order Completed", None]), **facts)


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A lake of those whose values were found by hand, and of a crowd of others."""
    hand = Hand()
    sample(hand)
    add_crowd(hand)
    return hand.write(tmp_path_factory.mktemp("traits"))


@pytest.fixture(scope="module")
def lake(settings: Settings) -> Iterator[Lake]:
    with opened(settings, "duckdb") as session:
        yield lake_of(session, settings)


def by_hand(found: Found) -> Found:
    return {key: value for key, value in found.items() if {ANNA, BEN, CARLA} & {key, key[0]}}


@pytest.mark.parametrize("name", EXPECTED)
def test_the_values_are_those_found_by_hand(lake: Lake, name: str) -> None:
    assert by_hand(rounded(values(lake, name))) == EXPECTED[name]


def test_spark_computes_the_same_of_those_and_of_a_crowd(settings: Settings, lake: Lake) -> None:
    """All of them at once, so that Java has to start on one worker only."""
    expected = {name: rounded(values(lake, name)) for name in EXPECTED}
    with opened(settings, "spark") as session:
        spark = lake_of(session, settings)
        found = {name: rounded(values(spark, name)) for name in EXPECTED}

    assert [name for name in EXPECTED if by_hand(found[name]) == found[name]] == [], "the crowd has all of them"
    assert {name: by_hand(each) for name, each in found.items()} == EXPECTED
    assert found == expected


@pytest.mark.parametrize("engine", ["duckdb", "spark"])
def test_nobody_has_anything_in_an_empty_lake(tmp_path: Path, engine: str) -> None:
    settings = Hand().write(tmp_path)
    with opened(settings, engine) as session:
        tables = [families.OURS[name].function(lake_of(session, settings)) for name in EXPECTED]
        everything = ibis.union(*(each.select("profile_id", value=each.value.cast("string")) for each in tables))
        assert everything.to_pyarrow().to_pylist() == []


def on_duckdb(hand: Hand, home: Path, *names: str, **settings: Any) -> list[Found]:
    written = hand.write(home)
    zoned = Settings(home=written.home, **settings)
    with sessions.session(zoned) as session:
        return [rounded(values(lake_of(session, zoned), name)) for name in names]


def test_one_order_has_no_interval_and_no_sensitivity(tmp_path: Path) -> None:
    hand = Hand()
    hand.line(ANNA, "A", "drill", 1, 500, days_ago(1))
    names = ("order_count", "recency_days", "usual_interval_days", "price_sensitivity_score", "favourite_category")
    assert on_duckdb(hand, tmp_path, *names) == [{ANNA: 1}, {ANNA: 1}, {}, {}, {}]


def test_an_order_that_came_back_whole_is_none_though_its_pieces_count_as_returned(tmp_path: Path) -> None:
    hand = Hand()
    hand.line(ANNA, "A", "drill", 2, 500, days_ago(9))
    hand.line(ANNA, "A", None, 0, None, days_ago(1))
    assert on_duckdb(hand, tmp_path, "order_count", "revenue_minor", "returned_score", "last_order_at") == [{}, {}, {ANNA: 1.0}, {}]


def test_days_are_those_of_the_shop(tmp_path: Path) -> None:
    """Half an hour before midnight in UTC it is the next day in Berlin, and the same one in New York."""
    hand = Hand()
    hand.line(ANNA, "A", "drill", 1, 500, datetime(2026, 6, 13, 23, 30, tzinfo=UTC))
    found = [on_duckdb(hand, tmp_path, "recency_days", time_zone=zone) for zone in ("Europe/Berlin", "UTC", "America/New_York")]
    assert found == [[{ANNA: 1}], [{ANNA: 2}], [{ANNA: 2}]]


def test_an_interval_over_a_change_of_the_clock_is_whole_days(tmp_path: Path) -> None:
    hand = Hand()
    for number, day in enumerate((28, 29, 30)):
        hand.line(ANNA, str(number), "drill", 1, 500, datetime(2026, 3, day, 8, 0, tzinfo=UTC) - timedelta(hours=day > 28))
    assert on_duckdb(hand, tmp_path, "usual_interval_days") == [{ANNA: 1.0}]


def test_merged_profiles_are_one_person(tmp_path: Path) -> None:
    hand = Hand()
    for number, profile_id in enumerate((ANNA, BEN, CARLA)):
        hand.line(profile_id, str(number), "drill", 1, 500, days_ago(number))
    hand.merge(BEN, ANNA)
    hand.merge(CARLA, ANNA)
    assert on_duckdb(hand, tmp_path, "order_count", "revenue_minor") == [{ANNA: 3}, {(ANNA, "EUR"): 1_500}]


def test_an_average_is_rounded_to_the_nearest_minor_unit(tmp_path: Path) -> None:
    hand = Hand()
    for number, price in enumerate((100, 101)):
        hand.line(ANNA, str(number), "drill", 1, price, days_ago(number))
    assert on_duckdb(hand, tmp_path, "average_basket_minor") == [{(ANNA, "EUR"): 101}]


def test_who_buys_cheap_things_is_not_taken_for_who_waits_for_reductions(tmp_path: Path) -> None:
    hand = Hand()
    for number in range(5):
        hand.line(ANNA, f"A{number}", "tape", 1, 100, days_ago(number))
        hand.line(BEN, f"B{number}", "saw", 1, 9_000 if number < 3 else 8_000, days_ago(number))
    assert on_duckdb(hand, tmp_path, "price_sensitivity_score") == [{ANNA: 0.0, BEN: 0.4}]


def test_an_order_of_which_nothing_was_left_before_it_came_back_whole_does_no_harm(tmp_path: Path) -> None:
    """What was refunded is not what was paid, so the price of a piece of nothing would be infinite."""
    hand = Hand()
    hand.line(ANNA, "A", "drill", 3, 500, days_ago(9))
    hand.line(ANNA, "B", "drill", 1, 500, days_ago(9))
    hand.line(ANNA, "B", "drill", -1, 600, days_ago(5))
    hand.line(ANNA, "B", None, 0, None, days_ago(1))
    assert on_duckdb(hand, tmp_path, "order_count", "price_sensitivity_score") == [{ANNA: 1}, {ANNA: 0.0}]
