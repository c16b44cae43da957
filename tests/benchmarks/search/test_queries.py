from __future__ import annotations

from collections import Counter

import pytest

from benchmarks.search import phrases
from benchmarks.search.judging import EXACT, NEAR, RELATED, Judge, stem
from benchmarks.search.queries import LANGUAGES, Part, Query, assortment, names, queries

KINDS = {
    "title",
    "typing error, one",
    "typing error, two",
    "umlaut",
    "compound",
    "unit",
    "number",
    "inflection",
    "other word",
    "need",
    "symptom",
    "brand",
    "other language",
}


@pytest.fixture(scope="module")
def judge() -> Judge:
    return Judge(assortment())


@pytest.fixture(scope="module")
def made() -> list[Query]:
    return queries()


def query(made: list[Query], text: str) -> Query:
    return next(each for each in made if each.text == text)


def test_there_are_enough_queries_of_every_kind_in_both_parts(made: list[Query]) -> None:
    assert len(made) >= 300
    for part in Part:
        counts = Counter(each.kind for each in made if each.part is part)
        assert set(counts) == KINDS
        assert min(counts.values()) >= 5
        assert counts.total() >= 0.4 * len(made)


def test_queries_are_the_same_every_time(made: list[Query]) -> None:
    assert queries() == made
    assert queries(8) != made


def test_no_query_stands_there_twice(made: list[Query]) -> None:
    assert len({(each.text.lower(), each.language) for each in made}) == len(made)


def test_every_query_has_something_to_find_that_is_sold(made: list[Query], judge: Judge) -> None:
    for each in made:
        assert EXACT in each.grades.values(), each.text
        assert set(each.grades) <= set(judge.products)


def test_what_is_about_the_same_thing_is_in_one_part(made: list[Query]) -> None:
    for topic in {each.topic for each in made}:
        assert len({each.part for each in made if each.topic == topic}) == 1


def test_a_machine_comes_before_its_set_and_what_belongs_to_it(made: list[Query], judge: Judge) -> None:
    grades = query(made, "akku schrauber").grades
    found = {grade: {judge.products[each].category["de"].split(" > ")[0] for each in grades if grades[each] == grade} for grade in (3, 2, 1)}
    assert found == {EXACT: {"Maschinen"}, NEAR: {"Sets"}, RELATED: {"Zubehör", "Verbrauchsmaterial", "Ersatzteile"}}


def test_another_size_is_nearly_what_was_meant(made: list[Query], judge: Judge) -> None:
    grades = query(made, "8mm hss bohrer").grades
    sizes = {grade: {judge.products[each].attributes["diameter"]["value"] for each in grades if grades[each] == grade} for grade in (3, 2)}
    assert sizes == {EXACT: {8}, NEAR: {4, 6, 10}}


def test_a_part_for_another_machine_is_only_related(made: list[Query], judge: Judge) -> None:
    grades = query(made, "flex sprüht funken am motor").grades
    assert {grades[each] for each in judge.of("part:carbon_brushes/angle_grinder")} == {EXACT}
    assert {grades[each] for each in judge.of("part:carbon_brushes/jigsaw")} == {RELATED}


def test_a_number_means_one_product_and_part_of_one_all_that_have_it(made: list[Query]) -> None:
    numbers = [each for each in made if each.kind == "number"]
    assert {grade for each in numbers for grade in each.grades.values()} == {EXACT}
    assert {len(each.grades) == 1 for each in numbers} == {True, False}


def test_what_is_no_longer_sold_is_not_judged(made: list[Query]) -> None:
    gone = {item.product_id for item in assortment().items if item.product.state != "active"}
    assert gone
    assert not any(gone & set(each.grades) for each in made)


def test_an_unknown_label_is_refused(judge: Judge) -> None:
    with pytest.raises(KeyError):
        judge.of("machine:teleporter")


def test_mistyped_queries_are_not_names_of_the_catalog(made: list[Query], judge: Judge) -> None:
    known = {name.text for name in names(judge)}
    assert not [each.text for each in made if each.kind.startswith("typing error") and each.text in known]


def test_queries_without_umlauts_have_none(made: list[Query]) -> None:
    assert not [each.text for each in made if each.kind == "umlaut" and not set("äöüß").isdisjoint(each.text)]


def test_a_query_in_another_language_is_not_the_name_on_its_page(made: list[Query], judge: Judge) -> None:
    known = {(name.text, name.language) for name in names(judge)}
    others = [each for each in made if each.kind == "other language"]
    assert {each.language for each in others} == set(LANGUAGES)
    assert not [each for each in others if (each.text, each.language) in known]


def test_both_languages_have_phrases_of_every_kind() -> None:
    for said in (phrases.WORDS, phrases.COMPOUNDS, phrases.INFLECTED, phrases.NEEDS, phrases.SYMPTOMS):
        assert set(said) == set(LANGUAGES)


def test_a_stem_is_what_the_thing_is_called() -> None:
    assert stem("Stichsägeblätter Holz 5 Stück, Länge 75 mm") == "Stichsägeblätter Holz"
    assert stem("Fächerscheibe Körnung 40") == "Fächerscheibe"
    assert stem("Schraubzwingen Paar") == "Schraubzwingen"
    assert stem("Screw clamps, pair") == "Screw clamps"
