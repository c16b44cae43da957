"""New records come to the cluster that a whole run would have put them in, and clusters keep their ids."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa
import pytest

from hanse.data.profiles.matching import batch
from hanse.data.profiles.matching.batch import Matching
from hanse.data.profiles.matching.incremental import Resolver
from tests.data.profiles.matching.people import TODAY, People, f1, pairs


@pytest.fixture(scope="session")
def half(made: People) -> Matching:
    return batch.match(made.table.slice(0, made.table.num_rows // 2), today=TODAY, seed=1)


@pytest.fixture
def resolver(half: Matching) -> Iterator[Resolver]:
    with Resolver.of(half) as opened:
        yield opened


def rest(made: People) -> pa.Table:
    return made.table.slice(made.table.num_rows // 2)


def test_second_half_comes_out_as_in_a_whole_run(made: People, matched: Matching, resolver: Resolver) -> None:
    resolver.add(rest(made))
    true = pairs(made.owners)
    assert abs(f1(pairs(resolver.labels), true) - f1(pairs(matched.labels.tolist()), true)) <= 0.01


def test_one_by_one_is_the_same_as_together(made: People, half: Matching, resolver: Resolver) -> None:
    some = rest(made).slice(0, 30)
    resolver.add(some)
    with Resolver.of(half) as other:
        for row in range(some.num_rows):
            other.add(some.slice(row, 1))
        assert f1(pairs(other.labels), pairs(resolver.labels)) > 0.99


def test_known_record_joins_its_cluster_and_a_stranger_opens_one(made: People, half: Matching, resolver: Resolver) -> None:
    known = made.table.slice(0, 1).set_column(0, "id", [["again"]])
    stranger = pa.table({name: pa.array(["new" if name == "id" else None], pa.string()) for name in made.table.column_names})
    joined, proposals = resolver.add(pa.concat_tables([known, stranger]))
    assert [(each.record_id, each.cluster_id, each.is_new) for each in joined] == [("again", half.cluster_ids[0], False), ("new", "new", True)]
    assert proposals == []


def test_clusters_keep_their_ids(made: People, half: Matching, resolver: Resolver) -> None:
    before = half.cluster_ids
    joined, _ = resolver.add(rest(made))
    gone = {merged for each in joined for merged in each.merged_ids}
    after = resolver.cluster_ids[: len(before)]
    assert all(old == new for old, new in zip(before, after, strict=True) if old not in gone)


def test_record_without_some_columns_is_taken(made: People, half: Matching, resolver: Resolver) -> None:
    known = made.table.slice(0, 1).select(["Vorname", "Nachname", "E-Mail", "Geburtsdatum"])
    joined, _ = resolver.add(known)
    assert len(joined) == 1


def test_nothing_to_add(made: People, resolver: Resolver) -> None:
    assert resolver.add(made.table.slice(0, 0)) == ([], [])


def test_resolver_starts_from_nothing(made: People) -> None:
    nothing = batch.match(made.table.slice(0, 0), today=TODAY, seed=1)
    with Resolver.of(nothing) as opened:
        opened.add(made.table.slice(0, 3))
        assert len(opened.labels) == 3
