"""Questions keep their answers out of the log, and rankings are graded as the literature does."""

from __future__ import annotations

import math
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hanse.capabilities.recommend import questions
from hanse.capabilities.recommend.histories import Histories
from hanse.capabilities.recommend.questions import Kind, Questions, Split

Rows = list[list[int]]
ITEMS = 30
every_kind = pytest.mark.parametrize("kind", list(Kind))


def log_of(kind: Kind, rows: Rows) -> Histories:
    """Return rows as a log of a kind; baskets have two items each."""
    made = Histories.from_rows(rows, ITEMS, ordered=kind is not Kind.TOPN)
    return Histories(made.start, made.item, made.group // 2, made.at, ITEMS) if kind is Kind.BASKET else made


def listed(histories: Histories) -> Rows:
    return [histories[place].item.tolist() for place in range(len(histories))]


def answers(asked: Questions) -> Rows:
    return [asked.answer[asked.start[place] : asked.start[place + 1]].tolist() for place in range(len(asked))]


def split(kind: Kind, rows: Rows, *, seed: int = 5, most: int = 10_000) -> Split:
    return questions.split(kind, log_of(kind, rows), seed=seed, most=most)


def distinct(number: int, seed: int = 2) -> Rows:
    """Histories of 2 to 9 items, none of which comes twice."""
    rng = np.random.default_rng(seed)
    return [rng.permutation(ITEMS)[: rng.integers(2, 10)].tolist() for _ in range(number)]


rows = st.lists(st.lists(st.integers(0, ITEMS - 1), max_size=7), min_size=1, max_size=30)


@every_kind
@given(rows=rows)
def test_nothing_is_lost_and_no_answer_stays_in_the_log(kind: Kind, rows: Rows) -> None:
    found = split(kind, rows)
    everything = Counter(item for row in rows for item in row)
    kept = Counter(found.log.item.tolist())
    if kind is Kind.SESSION:
        held_back = max(1, int(len(rows) * questions.VALIDATION_SHARE))
        assert listed(found.log) == rows[: len(rows) - held_back]
        assert Counter(found.questions.answer.tolist()) == Counter(item for row in rows[len(rows) - held_back :] for item in row[1:])
    else:
        assert kept + Counter(found.questions.answer.tolist()) == everything


@every_kind
@given(rows=rows)
def test_each_question_has_an_answer_and_the_types_of_the_methods(kind: Kind, rows: Rows) -> None:
    asked = split(kind, rows).questions
    assert len(asked.start) == len(asked) + 1
    assert all(answers(asked))
    assert (asked.answer.dtype.name, asked.histories.item.dtype.name, asked.histories.items) == ("int32", "int32", ITEMS)


def test_every_step_of_the_newest_sessions_is_asked_for() -> None:
    rows = [[0, 1]] * 28 + [[3, 4, 3], [5, 6]]
    found = split(Kind.SESSION, rows)
    assert listed(found.log) == rows[:28]
    assert list(zip(listed(found.questions.histories), answers(found.questions), strict=True)) == [([3], [4]), ([3, 4], [3]), ([5], [6])]


def test_the_last_item_of_a_sequence_is_asked_for_and_short_ones_are_let_be() -> None:
    found = split(Kind.SEQUENCE, [[1, 2, 3, 4], [5, 6], [], [7, 8, 9]])
    assert listed(found.log) == [[1, 2, 3], [5, 6], [], [7, 8]]
    assert list(zip(listed(found.questions.histories), answers(found.questions), strict=True)) == [([1, 2, 3], [4]), ([7, 8], [9])]


def test_the_last_basket_is_asked_for_and_single_ones_are_let_be() -> None:
    found = split(Kind.BASKET, [[1, 2, 3, 4, 5], [6, 7], [], [8, 9, 10, 11]])
    assert listed(found.log) == [[1, 2, 3, 4], [6, 7], [], [8, 9]]
    assert list(zip(listed(found.questions.histories), answers(found.questions), strict=True)) == [([1, 2, 3, 4], [5]), ([8, 9], [10, 11])]


def test_a_share_of_each_set_is_asked_for_at_least_one_and_never_all() -> None:
    rows = [*distinct(50), [1], [], list(range(20))]
    found = split(Kind.TOPN, rows)
    assert [len(row) for row in answers(found.questions)] == [max(1, round(len(row) * questions.HIDDEN_SHARE)) for row in rows if len(row) > 1]
    assert all(listed(found.questions.histories))


def test_what_is_hidden_of_a_set_is_drawn_by_the_seed() -> None:
    rows = distinct(40)
    one, same, other = (split(Kind.TOPN, rows, seed=seed).questions.answer.tolist() for seed in (1, 1, 2))
    assert one == same != other


@every_kind
def test_the_answer_comes_from_the_history_that_is_asked_about(kind: Kind) -> None:
    rows = distinct(60)
    asked = split(kind, rows).questions
    for history, wanted in zip(listed(asked.histories), answers(asked), strict=True):
        owner = [row for row in rows if set(history) | set(wanted) <= set(row)]
        assert owner
        assert not set(history) & set(wanted)


@every_kind
def test_no_more_are_asked_than_wanted_and_they_are_some_of_all(kind: Kind) -> None:
    rows = distinct(200)
    everything, some = split(kind, rows).questions, split(kind, rows, most=7).questions
    known = {(tuple(one), tuple(other)) for one, other in zip(listed(everything.histories), answers(everything), strict=True)}
    assert len(some) == 7 < len(everything)
    assert {(tuple(one), tuple(other)) for one, other in zip(listed(some.histories), answers(some), strict=True)} <= known


def test_questions_are_picked_with_all_their_answers() -> None:
    asked = Questions(Histories.from_rows([[1], [2, 3], []], 9), np.array([0, 2, 3, 5]), np.array([4, 5, 6, 7, 8], np.int32))
    picked = asked.pick(np.array([2, 0]))
    assert (listed(picked.histories), answers(picked)) == ([[], [1]], [[7, 8], [4, 5]])


@every_kind
def test_an_empty_log_asks_nothing(kind: Kind) -> None:
    for made in (Histories.from_rows([], ITEMS), Histories.from_rows([[]], ITEMS)):
        assert len(questions.split(kind, made, seed=1, most=10).questions) == 0


def asking(*wanted: list[int]) -> Questions:
    start = np.cumsum([0, *(len(row) for row in wanted)])
    return Questions(Histories.from_rows([[0]] * len(wanted), ITEMS), start, np.array([item for row in wanted for item in row], np.int32))


def test_one_right_answer_at_the_third_place() -> None:
    graded = questions.grade(asking([7]), np.array([[1, 2, 7, 3]], np.int32), 4)
    assert graded.recall.tolist() == [1.0]
    assert graded.ndcg.tolist() == [pytest.approx(0.5)]  # 1 / log2(3 + 1)
    assert graded.reciprocal_rank.tolist() == [pytest.approx(1 / 3)]


def test_a_right_answer_behind_the_cut_does_not_count() -> None:
    graded = questions.grade(asking([7]), np.array([[1, 2, 7, 3]], np.int32), 2)
    assert (graded.recall.tolist(), graded.ndcg.tolist(), graded.reciprocal_rank.tolist()) == ([0.0], [0.0], [0.0])


def test_several_right_answers_are_held_against_the_best_there_could_be() -> None:
    graded = questions.grade(asking([7, 8, 9]), np.array([[7, 1, 9, 2]], np.int32), 4)
    assert graded.recall.tolist() == [pytest.approx(2 / 3)]
    assert graded.ndcg.tolist() == [pytest.approx((1 + 1 / 2) / (1 + 1 / math.log2(3) + 1 / 2))]


def test_more_answers_than_places_can_still_be_answered_perfectly_by_ndcg() -> None:
    graded = questions.grade(asking([7, 8, 9]), np.array([[9, 7]], np.int32), 2)
    assert (graded.recall.tolist(), graded.ndcg.tolist()) == ([pytest.approx(2 / 3)], [pytest.approx(1.0)])


def test_an_answer_named_twice_counts_once() -> None:
    graded = questions.grade(asking([7, 7]), np.array([[7, 1]], np.int32), 2)
    assert (graded.recall.tolist(), graded.ndcg.tolist()) == ([1.0], [pytest.approx(1.0)])


def test_what_is_filled_up_is_never_right() -> None:
    graded = questions.grade(asking([0], [ITEMS - 1]), np.array([[-1, -1], [-1, ITEMS - 1]], np.int32), 2)
    assert graded.recall.tolist() == [0.0, 1.0]


wanted_and_ranked = st.lists(
    st.tuples(st.lists(st.integers(0, ITEMS - 1), min_size=1, max_size=6, unique=True), st.lists(st.integers(0, ITEMS - 1), max_size=8, unique=True)),
    min_size=1,
    max_size=6,
)


@given(pairs=wanted_and_ranked, width=st.integers(1, 9))
def test_grades_are_those_of_the_definitions(pairs: list[tuple[list[int], list[int]]], width: int) -> None:
    filled = np.array([row + [-1] * (9 - len(row)) for _, row in pairs], np.int32)
    graded = questions.grade(asking(*(wanted for wanted, _ in pairs)), filled, width)
    for place, (wanted, row) in enumerate(pairs):
        right = [item in wanted for item in row[:width]]
        gained = sum(1 / math.log2(at + 2) for at, hit in enumerate(right) if hit)
        ideal = sum(1 / math.log2(at + 2) for at in range(min(len(wanted), width)))
        assert graded.recall[place] == pytest.approx(sum(right) / len(wanted))
        assert graded.ndcg[place] == pytest.approx(gained / ideal)
        assert graded.reciprocal_rank[place] == pytest.approx(1 / (right.index(True) + 1) if any(right) else 0.0)
