"""Pairs survive slips, gaps and swaps, and stay few whatever the values are."""

from __future__ import annotations

import duckdb
import numpy as np
import pyarrow as pa
import pytest

from hanse.data.profiles.matching import blocking
from hanse.data.profiles.matching.blocking import Index

ANNA: dict[str, str | None] = {
    "given_name": "anna",
    "surname": "schmitz",
    "birth_date": "19800201",
    "street": "hauptstr",
    "house_number": "12",
    "postcode": "50667",
    "city": "koln",
}


def cleaned(*rows: dict[str, str | None]) -> pa.Table:
    names = list(dict.fromkeys(name for row in rows for name in row))
    return pa.table({name: pa.array([row.get(name) for row in rows], pa.string()) for name in names})


def found(duck: duckdb.DuckDBPyConnection, records: pa.Table) -> blocking.Candidates:
    return blocking.pairs(records, blocking.rules(records.column_names), connection=duck)


@pytest.mark.parametrize(
    "change",
    [
        {"surname": "schmidts"},
        {"given_name": "schmitz", "surname": "anna"},
        {"given_name": None, "birth_date": None},
        {"surname": "meier", "street": "ringweg", "house_number": "3", "postcode": "10115", "city": "berlin"},
        {"birth_date": None, "postcode": None, "city": None},
        {"given_name": "ana", "surname": "shmitz", "birth_date": "19800102"},
    ],
)
def test_record_is_found_whatever_was_changed(duck: duckdb.DuckDBPyConnection, change: dict[str, str | None]) -> None:
    assert found(duck, cleaned(ANNA, ANNA | change)).pairs.tolist() == [[0, 1]]


def test_strangers_are_no_candidates(duck: duckdb.DuckDBPyConnection) -> None:
    bernd: dict[str, str | None] = {
        "given_name": "bernd",
        "surname": "wolf",
        "birth_date": "19650713",
        "street": "am see",
        "house_number": "4",
        "postcode": "18055",
        "city": "rostock",
    }
    assert len(found(duck, cleaned(ANNA, bernd)).pairs) == 0


def test_missing_value_is_no_common_value(duck: duckdb.DuckDBPyConnection) -> None:
    assert len(found(duck, cleaned({"given_name": None, "surname": "wolf"}, {"given_name": None, "surname": "bach"})).pairs) == 0


def test_each_pair_comes_once_and_in_order(duck: duckdb.DuckDBPyConnection) -> None:
    pairs = found(duck, cleaned(*[ANNA] * 5)).pairs.tolist()
    assert pairs == [[one, other] for one in range(5) for other in range(one + 1, 5)]


def test_pairs_stay_bounded_where_everybody_shares_a_value(duck: duckdb.DuckDBPyConnection) -> None:
    rows: list[dict[str, str | None]] = [{"email": "info@firma.de", "surname": f"name{number}", "city": "koln"} for number in range(3000)]
    candidates = found(duck, cleaned(*rows))
    assert candidates.cut["email"] == 1
    assert candidates.cut["city"] == 1
    assert len(candidates.pairs) <= len(rows) * blocking.PAIRS_PER_RECORD * len(candidates.limits)


def test_address_of_hundreds_is_told(duck: duckdb.DuckDBPyConnection) -> None:
    rows: list[dict[str, str | None]] = [{"email": "info@firma.de", "surname": f"name{number}"} for number in range(300)]
    assert blocking.kiosks(cleaned(*rows), connection=duck) == [blocking.Finding("email", "info@firma.de", 300, 300)]


def test_customer_with_many_orders_is_no_kiosk(duck: duckdb.DuckDBPyConnection) -> None:
    order: dict[str, str | None] = {"email": "anna@mail.de", "surname": "schmitz"}
    assert blocking.kiosks(cleaned(*[order] * 300), connection=duck) == []


def test_common_birthday_is_no_kiosk_but_a_stopgap_is(duck: duckdb.DuckDBPyConnection) -> None:
    rows: list[dict[str, str | None]] = [{"birth_date": f"19{year}0101", "surname": f"n{number}"} for year in range(50, 90) for number in range(30)]
    assert blocking.kiosks(cleaned(*rows), connection=duck) == []
    rows += [{"birth_date": "19700102", "surname": f"n{number}"} for number in range(600)]
    assert [each.value for each in blocking.kiosks(cleaned(*rows), connection=duck)] == ["19700102"]


def test_index_finds_what_the_whole_file_finds(duck: duckdb.DuckDBPyConnection) -> None:
    chance = np.random.default_rng(5)
    rows: list[dict[str, str | None]] = [{name: f"{name[0]}{chance.integers(12)}" for name in ANNA} for _ in range(150)]
    records = cleaned(*rows)
    rules = blocking.rules(records.column_names)
    whole = blocking.pairs(records, rules, connection=duck)
    index = Index([blocking.MOST_SHARING] * len(rules))
    keys = blocking.each(blocking.keys(records, rules, connection=duck))
    single = {(other, row) for row, each in enumerate(keys) for other in index.add(row, each)}
    assert {(int(left), int(right)) for left, right in whole.pairs} <= single


def test_index_gives_nothing_for_a_key_that_has_become_common() -> None:
    index = Index([2])
    assert [index.add(row, ("koln",)) for row in range(4)] == [set(), {0}, set(), set()]
    assert index.add(9, (None,)) == set()


def test_nothing_comes_of_nothing(duck: duckdb.DuckDBPyConnection) -> None:
    assert found(duck, cleaned(ANNA).slice(0, 0)).pairs.shape == (0, 2)
    assert found(duck, cleaned(ANNA)).pairs.shape == (0, 2)
