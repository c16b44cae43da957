from __future__ import annotations

import pytest

from benchmarks.search import corrections, ours, relevance
from benchmarks.search.baselines import Words
from benchmarks.search.judging import Judge
from benchmarks.search.queries import Part, Query, assortment

QUERIES = [
    Query("eins", "de", "title", "1", {"a": 3}),
    Query("zwei", "de", "title", "2", {"b": 3}),
    Query("three", "de", "other language", "3", {"c": 3}),
]
FOUND = {Words.ALL_ELSE_ANY.value: [["a"], [], []], ours.FIRST: [["a"], ["x"], []], ours.NAME: [["a"], ["b"], []]}


def test_measures_are_given_for_all_queries_and_by_kind() -> None:
    rows = {(row.data, row.method, row.measure): row.value for row in relevance.rows(Part.TEST, QUERIES, FOUND)}
    assert rows["sample shop, test: all 3", ours.NAME, "NDCG@10"] == pytest.approx(2 / 3)
    assert rows["sample shop, test: title (2)", ours.NAME, "MRR"] == 1
    assert rows["sample shop, test: other language (1)", ours.NAME, "nothing found"] == 1
    assert rows["sample shop, test: title (2)", ours.FIRST, "nothing found"] == 0


def test_what_it_is_ahead_by_is_held_to_the_limit() -> None:
    rows = {row.data: row for row in relevance.rows(Part.TEST, QUERIES, FOUND) if row.measure == "difference of NDCG@10"}
    assert rows["sample shop, test: all 3"].value == pytest.approx(1 / 3)
    assert rows["sample shop, test: all but other language"].value == pytest.approx(1 / 2)
    assert {row.limit for row in rows.values()} == {"≥ 0.15"}


def test_without_the_search_there_is_no_difference() -> None:
    found = {name: each for name, each in FOUND.items() if name == Words.ALL_ELSE_ANY}
    assert not [row for row in relevance.rows(Part.TEST, QUERIES, found) if row.measure.startswith("difference")]


def test_what_the_cases_mean_is_sold() -> None:
    judge = Judge(assortment())
    meant = [case.meant for case in corrections.CASES if case.meant != corrections.STAYS]
    assert all(judge.of(each) for each in meant)
    assert len(meant) < len(corrections.CASES)
