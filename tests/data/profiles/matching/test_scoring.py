"""Weights are those that Splink gives, and can be told field by field."""

from __future__ import annotations

from dataclasses import replace

import duckdb
import numpy as np
import pyarrow as pa
import pytest
from splink import DuckDBAPI, Linker

from hanse.data.profiles.matching import model as models
from hanse.data.profiles.matching import scoring, training
from hanse.data.profiles.matching.batch import Matching


@pytest.fixture
def trained(matched: Matching) -> models.Model:
    return matched.trained.model


def test_weights_are_those_of_splink(matched: Matching, trained: models.Model) -> None:
    """Same pairs, same parameters, term frequencies included: the two agree to the last bit that matters."""
    api = DuckDBAPI(":memory:")
    rows = pa.array(np.arange(matched.records.num_rows))
    table = matched.records.select(trained.columns).add_column(0, "row", rows)
    linker = Linker(api.register(table), training.settings(trained), log_level=None, validate_settings=False)
    for name, shares in trained.frequencies.items():
        told = [(value, share) for value, share in shares.items() if not np.isnan(share)]
        frequencies = pa.table(
            {name: pa.array([value for value, _ in told], pa.string()), f"tf_{name}": pa.array([share for _, share in told], pa.float64())}
        )
        linker.table_management.register_term_frequency_lookup(api.register(frequencies), name)
    pairs = matched.links.pairs
    blocked = pa.table({"join_key_l": pairs[:, 0], "join_key_r": pairs[:, 1], "match_key": ["0"] * len(pairs)})
    linker.table_management.register_blocked_pairs_for_predict(api.register(blocked))
    predicted = linker.inference.predict(warning_mode="never")
    found = api.duckdb_con.table(predicted.physical_name).project("row_l, row_r, match_weight").fetchall()
    theirs = {(left, right): weight for left, right, weight in found}
    ours = {(int(left), int(right)): total for (left, right), total in zip(pairs, matched.scores.total, strict=True)}
    assert theirs.keys() == ours.keys()
    assert [theirs[pair] for pair in ours] == pytest.approx(list(ours.values()), abs=1e-6)


def test_rare_name_weighs_more_than_a_common_one(duck: duckdb.DuckDBPyConnection) -> None:
    comparisons = models.comparisons(["surname"])
    m, u = comparisons[0].m_prior, np.array([0.97, 0.01, 0.005, 0.005, 0.01])
    model = models.Model(comparisons, 0.01, (m,), (u,), {"surname": {"muller": 0.05, "pfaudler": 0.0005}})
    records = pa.table({"surname": ["muller", "muller", "pfaudler", "pfaudler"]})
    scores = scoring.score(records, np.array([[0, 1], [2, 3]]), model, connection=duck)
    assert scores.total[1] - scores.total[0] == pytest.approx(np.log2(100))


def test_evidence_names_fields_and_levels(matched: Matching, trained: models.Model) -> None:
    at = int(np.argmax(matched.scores.total))
    evidence = scoring.evidence(matched.scores, at, trained)
    assert {each.field for each in evidence} == {name.replace("_", " ") for name in trained.columns}
    assert evidence[0].level == "the same"
    assert sum(each.weight for each in evidence) + trained.prior_weight == pytest.approx(matched.scores.total[at], abs=0.1)


LEVELS = [
    ("given_name", {"given_name": "anna"}, {"given_name": "anna"}, "the same"),
    ("given_name", {"given_name": "anna lena"}, {"given_name": "anna"}, "first name or initial"),
    ("given_name", {"given_name": "a"}, {"given_name": "anna"}, "first name or initial"),
    ("given_name", {"given_name": "anna"}, {"given_name": "bernd"}, "different"),
    ("given_name", {"given_name": "anna"}, {"given_name": None}, "unknown"),
    ("birth_date", {"birth_date": "19800201"}, {"birth_date": "19800102"}, "one slip, or day and month turned"),
    ("birth_date", {"birth_date": "19800201"}, {"birth_date": "19800210"}, "one slip, or day and month turned"),
    ("birth_date", {"birth_date": "19800201"}, {"birth_date": "19650201"}, "two of day, month and year"),
    ("birth_date", {"birth_date": "19800201"}, {"birth_date": "19671130"}, "different"),
    ("email", {"email": "anna.schmitz@mail.de"}, {"email": "anna.schmitz@post.org"}, "same name at another provider"),
    ("email", {"email": "anna.schmitz@mail.de"}, {"email": "anna.schmtz@mail.de"}, "one or two slips"),
    ("phone", {"phone": "+4930901820"}, {"phone": "+4930901821"}, "one slip, or another prefix"),
    ("postcode", {"postcode": "50667"}, {"postcode": "50676"}, "one slip"),
    ("postcode", {"postcode": "50667"}, {"postcode": "50112"}, "same region"),
    ("house_number", {"house_number": "12"}, {"house_number": "12a"}, "one slip, or another entrance"),
    ("house_number", {"house_number": "1"}, {"house_number": "2"}, "different"),
]


@pytest.mark.parametrize(("name", "left", "right", "words"), LEVELS)
def test_level_in_words(duck: duckdb.DuckDBPyConnection, name: str, left: dict[str, str], right: dict[str, str | None], words: str) -> None:
    assert told(duck, left, right)[name] == words


def test_swapped_names_are_one_piece_of_evidence(duck: duckdb.DuckDBPyConnection) -> None:
    levels = told(duck, {"given_name": "anna", "surname": "schmitz"}, {"given_name": "schmitz", "surname": "anna"})
    assert levels == {"given_name": "unknown", "surname": "first and last name swapped"}


def test_town_says_nothing_new_where_the_postcode_agrees(duck: duckdb.DuckDBPyConnection) -> None:
    koln: dict[str, str | None] = {"postcode": "50667", "city": "koln"}
    assert told(duck, koln, koln)["city"] == "unknown"
    assert told(duck, koln, {"postcode": None, "city": "koln"})["city"] == "the same"


def told(duck: duckdb.DuckDBPyConnection, left: dict[str, str | None] | dict[str, str], right: dict[str, str | None]) -> dict[str, str]:
    comparisons = models.comparisons(list(left))
    sides = [pa.table({name: pa.array([value], pa.string()) for name, value in each.items()}) for each in (left, right)]
    levels = scoring.compare(sides[0], sides[1], comparisons, connection=duck)
    return {each.field: each.words(int(level)) for each, level in zip(comparisons, levels[0], strict=True)}


def test_priors_sum_to_one() -> None:
    every = ["given_name", "surname", "birth_date", "email", "phone", "street", "house_number", "address_extra", "postcode", "city", "company"]
    for comparison in models.comparisons([*every, "national_id", "customer_number", "other_profession"]):
        assert comparison.m_prior.sum() == pytest.approx(1, abs=0.021), comparison.field


def test_struck_values_say_nothing() -> None:
    records = scoring.strike(pa.table({"email": ["info@firma.de", "anna@mail.de"]}), {"email": frozenset({"info@firma.de"})})
    assert records["email"].to_pylist() == [None, "anna@mail.de"]


def test_unseen_value_counts_as_rare(trained: models.Model) -> None:
    known = next(iter(trained.frequencies["given_name"]))
    empty = {name: pa.array([None, None], pa.string()) for name in trained.columns}
    table = pa.table(empty | {"given_name": pa.array([known, "rumpelstilzchen"])})
    shares = scoring.rarities(table, replace(trained))[:, trained.columns.index("given_name")]
    assert shares[1] < shares[0]
