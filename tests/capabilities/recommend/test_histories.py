"""Histories in flat arrays are what lists of lists would be."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from hanse.capabilities.recommend.histories import Histories

Rows = list[list[int]]
rows = st.lists(st.lists(st.integers(0, 9), max_size=6), max_size=8)


def listed(histories: Histories) -> Rows:
    return [histories[place].item.tolist() for place in range(len(histories))]


def groups(histories: Histories) -> Rows:
    return [histories[place].group.tolist() for place in range(len(histories))]


@given(rows=rows)
def test_rows_come_back_as_they_were(rows: Rows) -> None:
    made = Histories.from_rows(rows)
    assert listed(made) == rows
    assert made.lengths.tolist() == [len(row) for row in rows]
    assert made.owner.tolist() == [place for place, row in enumerate(rows) for _ in row]
    assert made.items == max((item for row in rows for item in row), default=-1) + 1


def test_each_item_is_a_group_of_its_own_where_rows_have_an_order() -> None:
    made = Histories.from_rows([[4, 2, 4], [], [1]])
    assert groups(made) == [[0, 1, 2], [], [0]]
    assert made[0].at.tolist() == [0.0, 1.0, 2.0]


def test_all_items_came_together_where_rows_have_no_order() -> None:
    made = Histories.from_rows([[4, 2], [1]], ordered=False)
    assert groups(made) == [[0, 0], [0]]
    assert made.at.tolist() == [0.0, 0.0, 0.0]


def test_there_may_be_more_items_than_the_rows_have() -> None:
    assert Histories.from_rows([[0], [2]], 7).items == 7
    assert Histories.from_rows([], 7).items == 7


def test_arrays_have_the_types_that_the_methods_were_compiled_for() -> None:
    for made in (Histories.from_rows([]), Histories.from_rows([[]]), Histories.from_rows([[1, 2]])):
        assert [each.dtype for each in (made.start, made.item, made.group, made.at)] == [np.int64, np.int32, np.int32, np.float64]


@given(rows=rows, data=st.data())
def test_some_are_picked_in_the_order_given(rows: Rows, data: st.DataObject) -> None:
    chosen = data.draw(st.lists(st.integers(0, len(rows) - 1), max_size=6)) if rows else []
    made = Histories.from_rows(rows, 10)
    picked = made.pick(np.array(chosen, np.int64))
    assert listed(picked) == [rows[place] for place in chosen]
    assert groups(picked) == [groups(made)[place] for place in chosen]
    assert picked.items == 10


@given(rows=rows, data=st.data())
def test_each_is_cut_to_a_length_of_its_own(rows: Rows, data: st.DataObject) -> None:
    lengths = [data.draw(st.integers(0, 8)) for _ in rows]
    cut = Histories.from_rows(rows, 10).cut(np.array(lengths, np.int64))
    assert listed(cut) == [row[:length] for row, length in zip(rows, lengths, strict=True)]


@given(rows=rows, data=st.data())
def test_items_are_left_out_one_by_one(rows: Rows, data: st.DataObject) -> None:
    kept = [[data.draw(st.booleans()) for _ in row] for row in rows]
    flat = np.array([each for row in kept for each in row], bool)
    made = Histories.from_rows(rows, 10).keep(flat)
    assert listed(made) == [[item for item, keep in zip(row, keeps, strict=True) if keep] for row, keeps in zip(rows, kept, strict=True)]
