"""Strong pairs are joined, but no chain and no contradiction makes two persons one."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from hanse.data.profiles.matching import clustering
from hanse.data.profiles.matching import model as models
from hanse.data.profiles.matching.blocking import Pairs
from hanse.data.profiles.matching.clustering import Links, Thresholds

LIMITS = Thresholds(0.5, 0.1)


def links(
    *given: tuple[int, int, float], contradicts: frozenset[tuple[int, int]] = frozenset(), doubtful: frozenset[tuple[int, int]] = frozenset()
) -> Links:
    pairs = np.array([(left, right) for left, right, _ in given], np.int64).reshape(-1, 2)
    flags = [np.array([(left, right) in each for left, right, _ in given], bool) for each in (contradicts, doubtful)]
    return Links(pairs, np.array([bits for *_, bits in given], float), *flags)


def nothing(pairs: Pairs) -> Links:
    return Links(pairs, np.zeros(len(pairs)), np.zeros(len(pairs), bool), np.zeros(len(pairs), bool))


def clusters(count: int, given: Links) -> list[int]:
    return list(clustering.cluster(count, given, LIMITS, nothing))


def test_strong_pairs_are_joined_under_the_first_record() -> None:
    assert clusters(5, links((1, 3, 9.0), (3, 4, 8.0), (0, 2, -3.0))) == [0, 1, 2, 1, 1]


def test_chain_is_not_joined_where_its_ends_speak_against_it() -> None:
    assert clusters(3, links((0, 1, 12.0), (1, 2, 3.0), (0, 2, -14.0))) == [0, 0, 2]


def test_chain_is_joined_where_all_together_speak_for_it() -> None:
    assert clusters(3, links((0, 1, 12.0), (1, 2, 10.0), (0, 2, -4.0))) == [0, 0, 0]


def test_pairs_that_were_no_candidates_are_asked_for() -> None:
    asked: list[list[int]] = []

    def against(pairs: Pairs) -> Links:
        asked.extend(pairs.tolist())
        return Links(pairs, np.full(len(pairs), -25.0), np.zeros(len(pairs), bool), np.zeros(len(pairs), bool))

    assert clustering.cluster(3, links((0, 1, 12.0), (1, 2, 10.0)), LIMITS, against).tolist() == [0, 0, 2]
    assert asked == [[0, 2]]


def test_contradiction_keeps_two_apart_even_through_a_third() -> None:
    given = links((0, 1, 30.0), (1, 2, 30.0), (0, 2, 20.0), contradicts=frozenset({(0, 2)}))
    assert len(set(clusters(3, given))) == 2


def test_doubtful_pair_is_not_joined_by_rule() -> None:
    assert clusters(2, links((0, 1, 30.0), doubtful=frozenset({(0, 1)}))) == [0, 1]


def test_order_of_pairs_does_not_matter() -> None:
    given = [(0, 1, 12.0), (1, 2, 3.0), (0, 2, -14.0), (2, 3, 9.0), (3, 4, 9.0), (2, 4, 1.0)]
    wanted = clusters(5, links(*given))
    assert all(clusters(5, links(*[given[at] for at in np.random.default_rng(seed).permutation(6)])) == wanted for seed in range(5))


def test_existing_clusters_keep_the_older_name() -> None:
    given = links((4, 9, 12.0), (7, 9, 12.0), (4, 7, 5.0))
    assert clustering.merge(given, LIMITS, {4: {4, 5}, 7: {7}}) == [(4, 9), (4, 7)]


def test_threshold_keeps_expected_errors_small() -> None:
    sure, unsure = np.full(900, 0.9999), np.full(100, 0.6)
    limits = clustering.thresholds(np.concatenate([sure, unsure]))
    assert limits.certain > 0.6
    assert limits.expected_false_score <= clustering.MOST_FALSE_SCORE
    assert clustering.thresholds(sure).certain == clustering.LEAST_CERTAIN


@pytest.mark.parametrize("probability", [np.empty(0), np.full(10, 0.7), np.full(10, 0.01)])
def test_threshold_without_certain_pairs(probability: clustering.Numbers) -> None:
    limits = clustering.thresholds(probability)
    assert limits.review < limits.certain <= 1


MODEL = models.Model(
    models.comparisons(["given_name", "surname", "birth_date", "national_id"]), 0.01, (), (), established=frozenset({"anna", "bernd"})
)


def levels(**given: int) -> np.ndarray[tuple[int, int], np.dtype[np.int8]]:
    return np.array([[given.get(name, models.UNKNOWN) for name in MODEL.columns]], np.int8)


@pytest.mark.parametrize(
    ("found", "wanted"),
    [
        ({"national_id": 0, "birth_date": 0}, True),
        ({"given_name": 0, "birth_date": 0}, True),
        ({"given_name": 0, "birth_date": 0, "national_id": 2}, False),
        ({"national_id": 0, "birth_date": 4}, False),
        ({"national_id": 0}, False),
        ({}, False),
    ],
)
def test_two_different_facts_contradict(found: dict[str, int], *, wanted: bool) -> None:
    assert clustering.contradictions(levels(**found), MODEL).tolist() == [wanted]


@pytest.mark.parametrize(
    ("other", "found", "wanted"),
    [
        ("bernd", {"given_name": 0, "surname": 4}, True),
        ("bermd", {"given_name": 0, "surname": 4}, False),
        ("bernd", {"given_name": 0, "surname": 4, "birth_date": 4}, False),
        ("bernd", {"given_name": 1, "surname": 4}, False),
    ],
)
def test_another_known_name_is_rather_a_relative(other: str, found: dict[str, int], *, wanted: bool) -> None:
    left, right = pa.table({"given_name": ["anna"]}), pa.table({"given_name": [other]})
    assert clustering.relatives(left, right, levels(**found), MODEL).tolist() == [wanted]


def test_records_of_a_source_with_its_own_key_are_distinct() -> None:
    left, right = pa.table({"source": ["crm", "crm", "shop"]}), pa.table({"source": ["crm", "shop", "shop"]})
    assert clustering.same_source(left, right, {"crm"}).tolist() == [True, False, False]
    assert clustering.same_source(left, right, set()).tolist() == [False] * 3
