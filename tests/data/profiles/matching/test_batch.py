"""A whole file is matched, however little it holds, and every time alike."""

from __future__ import annotations

import pytest

from hanse.data.profiles.matching import batch
from hanse.data.profiles.matching.batch import Matching
from hanse.data.profiles.matching.clustering import Rules
from tests.data.profiles.matching.people import TODAY, People, f1, pairs, people, table

ANNA: dict[str, str | None] = {"Vorname": "Anna", "Nachname": "Schmitz", "Geburtsdatum": "01.02.1980", "PLZ": "50667", "Ort": "Köln"}


def test_persons_are_found(made: People, matched: Matching) -> None:
    assert f1(pairs(matched.labels.tolist()), pairs(made.owners)) > 0.97


def test_cluster_is_called_by_its_first_record(matched: Matching) -> None:
    names = matched.records["record_id"].to_pylist()
    assert all(label <= row and matched.labels[label] == label for row, label in enumerate(matched.labels))
    assert matched.cluster_ids == [names[label] for label in matched.labels]


def test_same_seed_gives_the_same_everything(made: People, matched: Matching) -> None:
    again = batch.match(made.table, today=TODAY, seed=1)
    assert again.labels.tolist() == matched.labels.tolist()
    assert again.scores.total.tolist() == matched.scores.total.tolist()
    assert again.trained.thresholds == matched.trained.thresholds


def test_another_seed_finds_the_same_persons(made: People, matched: Matching) -> None:
    other = batch.match(made.table, today=TODAY, seed=2)
    assert f1(pairs(other.labels.tolist()), pairs(matched.labels.tolist())) > 0.995


def test_half_of_the_columns_suffice(made: People) -> None:
    half = batch.match(made.table, today=TODAY, seed=1, ignore=["E-Mail", "Telefon", "Geburtsdatum", "Ort"])
    assert f1(pairs(half.labels.tolist()), pairs(made.owners)) > 0.9


def test_pairs_to_review_are_not_joined_and_say_why(matched: Matching) -> None:
    for proposal in matched.proposals():
        assert proposal.probability >= matched.trained.thresholds.review
        assert proposal.reason
        assert proposal.evidence
    assert pairs(matched.labels.tolist()).isdisjoint({(int(left), int(right)) for left, right in matched.links.pairs[matched.review]})


def test_mailbox_of_a_company_joins_nobody() -> None:
    crowd = people(250, seed=4, copies=0)
    shared = crowd.table.set_column(3, "E-Mail", [["info@firma.de"] * crowd.table.num_rows])
    matching = batch.match(shared, today=TODAY, seed=1)
    assert [(each.field, each.value, each.records) for each in matching.findings] == [("email", "info@firma.de", crowd.table.num_rows)]
    assert len(set(matching.labels.tolist())) == crowd.table.num_rows


def test_till_number_and_stopgap_date_join_nobody() -> None:
    crowd = people(250, seed=5, copies=0).table
    rows = [dict(row) for row in crowd.to_pylist()]
    for row in rows[:200]:
        row |= {"Telefon": "030 1234999", "Geburtsdatum": "01.01.1970"}
    matching = batch.match(table(rows), today=TODAY, seed=1)
    assert {each.field for each in matching.findings} == {"phone", "birth_date"}
    assert len(set(matching.labels.tolist())) == crowd.num_rows


def test_family_at_one_address_stays_a_family(made: People) -> None:
    """Well-known given names at one address, and nothing personal in the file: they go to somebody to decide."""
    rows = [dict(row) for row in people(150, seed=6, copies=0).table.to_pylist()]
    families = [row | {"Vorname": "Petra" if row["Vorname"] != "Petra" else "Otto", "E-Mail": None} for row in rows[:60]]
    matching = batch.match(table([*rows, *families]), today=TODAY, seed=1, ignore=["Geburtsdatum", "E-Mail"])
    assert matching.trained.rules.has_households
    assert len(set(matching.labels.tolist())) > 200
    assert any(proposal.reason.startswith("another given name") for proposal in matching.proposals())


@pytest.mark.parametrize("rows", [[], [ANNA]])
def test_nothing_or_one_record(rows: list[dict[str, str | None]]) -> None:
    matching = batch.match(table(rows), today=TODAY, seed=1)
    assert matching.labels.tolist() == list(range(len(rows)))
    assert list(matching.proposals()) == []


def test_two_alike_are_joined_without_anything_to_learn_from() -> None:
    matching = batch.match(table([ANNA, ANNA, ANNA | {"Vorname": "Bernd", "Geburtsdatum": "03.04.1955", "PLZ": "10115"}]), today=TODAY, seed=1)
    assert matching.labels.tolist() == [0, 0, 2]


def test_records_without_values_are_nobody() -> None:
    assert batch.match(table([{}, {}, {}]), today=TODAY, seed=1).labels.tolist() == [0, 1, 2]


def test_source_with_its_own_key_is_never_joined_with_itself() -> None:
    rows = table([ANNA, ANNA]).append_column("source", [["crm", "crm"]])
    assert batch.match(rows, today=TODAY, seed=1, rules=Rules(distinct_sources=frozenset({"crm"}))).labels.tolist() == [0, 1]
