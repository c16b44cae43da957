"""Every method that learns what to recommend keeps what the protocol promises, shown on data with one right answer."""

from __future__ import annotations

import doctest
import importlib
import inspect
import pkgutil
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields, replace
from typing import TypeGuard

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from hanse.capabilities.recommend import methods
from hanse.capabilities.recommend.histories import Histories
from hanse.capabilities.recommend.methods.method import Fitted, Method

ITEMS = 12
UNPAIRED = {"personal", "popular"}
"""Methods that go by the history itself, or by nothing: they do not learn which items go together."""
BY_CHANCE = {"ials"}
"""Methods that start from numbers drawn for each item, by its place."""
Rows = Sequence[Sequence[int]]
Scores = dict[int, float]


def is_method(found: type) -> TypeGuard[type[Method]]:
    return Method in found.__mro__[1:]


def modules() -> list[str]:
    return [f"{methods.__name__}.{each.name}" for each in pkgutil.iter_modules(methods.__path__)]


def discovered() -> list[type[Method]]:
    members = [(name, found) for name in modules() for _, found in inspect.getmembers(importlib.import_module(name), inspect.isclass)]
    found = [each for name, each in members if each.__module__ == name and is_method(each)]
    return sorted(found, key=lambda each: each.__name__)


every_method = pytest.mark.parametrize("method", discovered(), ids=lambda each: each.__name__)
every_pairing = pytest.mark.parametrize("method", [each for each in discovered() if each.name not in UNPAIRED], ids=lambda each: each.__name__)


def scores(fitted: Fitted, row: Sequence[int], items: int = ITEMS) -> Scores:
    """Score a history on clean paper and hold it to the protocol: what was written is listed once, and nothing else is."""
    value, touched = np.zeros(items, np.float32), np.full(items, -7, np.int32)
    count = fitted.score(Histories.from_rows([list(row)], items)[0], value, touched)
    listed = touched[:count].tolist()
    assert sorted(set(listed)) == sorted(listed)
    assert sorted(listed) == np.flatnonzero(value).tolist()
    assert np.isfinite(value).all()
    assert (value[touched[:count]] > 0).all()
    return {item: float(value[item]) for item in listed}


def fitted(method: type[Method], rows: Rows, items: int = ITEMS) -> Fitted:
    made = method().fit(Histories.from_rows(rows, items))
    assert made is not None
    return made


def checkerboard(seed: int = 3) -> list[list[int]]:
    """Each history has all even items but one or all odd ones but one, in an order drawn by chance."""
    rng = np.random.default_rng(seed)
    return [rng.permutation([item for item in range(one % 2, ITEMS, 2) if item // 2 != one // 2 % (ITEMS // 2)]).tolist() for one in range(60)]


def test_the_family_is_found() -> None:
    assert {each.name for each in discovered()} >= {
        "backward transitions",
        "ease",
        "ials",
        "item-knn",
        "personal",
        "popular",
        "rp3beta",
        "transitions",
        "vmis-knn",
    }


def test_names_differ_and_so_do_the_forms_of_what_is_learned() -> None:
    names = [each.name for each in discovered()]
    assert len(set(names)) == len(names)
    classes = {type(fitted(each, checkerboard())) for each in discovered()}
    assert len({each.form for each in classes}) == len(classes)


@every_pairing
@pytest.mark.parametrize("asked", range(ITEMS))
def test_items_of_the_same_colour_come_before_all_others(method: type[Method], asked: int) -> None:
    found = scores(fitted(method, checkerboard()), [asked])
    same = [found.get(item, 0.0) for item in range(ITEMS) if item % 2 == asked % 2 and item != asked]
    other = [found.get(item, 0.0) for item in range(ITEMS) if item % 2 != asked % 2]
    assert min(same) > max(other)


@every_pairing
def test_the_one_companion_of_an_item_is_found(method: type[Method]) -> None:
    """Items 0 and 1 stand together both ways round, as do 2 and 3; 4 is popular and stands with all."""
    rows = [[0, 1], [1, 0], [2, 3], [3, 2]] * 10 + [[4, 5], [5, 4]] * 12
    found = scores(fitted(method, rows), [0])
    assert max((value, item) for item, value in found.items() if item != 0)[1] == 1


@every_method
def test_the_same_log_gives_the_same(method: type[Method]) -> None:
    one, other = (fitted(method, checkerboard()) for _ in range(2))
    assert one.arrays.keys() == other.arrays.keys()
    for name, array in one.arrays.items():
        np.testing.assert_array_equal(array, other.arrays[name])


@every_method
def test_what_was_learned_survives_as_arrays(method: type[Method]) -> None:
    made = fitted(method, checkerboard())
    copied = {name: np.array(array) for name, array in made.arrays.items()}
    again = type(made).from_arrays(copied)
    for asked in ([0], [3, 5], [11, 1, 11], []):
        assert scores(again, asked) == scores(made, asked)
    assert again.form == made.form


@every_method
def test_asking_again_gives_the_same(method: type[Method]) -> None:
    """What is reckoned for one history leaves nothing for the next."""
    made = fitted(method, checkerboard())
    first = scores(made, [2, 4])
    scores(made, [1, 3, 5, 7])
    scores(made, [])
    assert scores(made, [2, 4]) == first


@every_method
def test_threads_do_not_disturb_each_other(method: type[Method]) -> None:
    made = fitted(method, checkerboard())
    asked = [[place % ITEMS, (place * 5 + 1) % ITEMS] for place in range(200)]
    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(lambda row: scores(made, row), asked)) == [scores(made, row) for row in asked]


@every_method
@pytest.mark.parametrize("rows", [[], [[]], [[], [], []]], ids=["no history", "one empty history", "only empty histories"])
@pytest.mark.parametrize("items", [0, 1, 5])
def test_a_log_without_items_does_no_harm(method: type[Method], rows: Rows, items: int) -> None:
    made = method().fit(Histories.from_rows(rows, items))
    for asked in [[], *[[item] for item in range(items)]]:
        assert made is None or scores(made, asked, items).keys() <= set(asked)


@every_method
@pytest.mark.parametrize("rows", [[[0]], [[0, 0, 0]], [[0], [0]]], ids=["once", "again", "by two"])
def test_a_log_of_one_item_does_no_harm(method: type[Method], rows: Rows) -> None:
    made = fitted(method, rows, 1)
    assert scores(made, [], 1).keys() <= {0}
    assert scores(made, [0], 1).keys() <= {0}


@every_method
def test_a_log_of_one_history_does_no_harm(method: type[Method]) -> None:
    made = fitted(method, [[0, 1, 2, 1]], 4)
    assert scores(made, [1], 4).keys() <= {0, 1, 2}
    assert scores(made, [3], 4).keys() <= {0, 1, 2, 3}


@every_pairing
def test_an_item_that_no_history_has_gives_nothing_and_disturbs_nothing(method: type[Method]) -> None:
    made = fitted(method, checkerboard(), ITEMS + 1)
    assert scores(made, [ITEMS], ITEMS + 1) == {}
    assert ITEMS not in scores(made, [2], ITEMS + 1)
    assert {item % 2 for item in list(ranked(scores(made, [2, ITEMS], ITEMS + 1)))[: ITEMS // 2 - 1]} == {0}


def ranked(found: Scores) -> list[int]:
    return sorted(found, key=lambda item: (-found[item], item))


@every_method
def test_an_empty_history_may_be_asked(method: type[Method]) -> None:
    found = scores(fitted(method, checkerboard()), [])
    assert bool(found) == (method.name == "popular")


@every_method
def test_long_histories_are_learned_from_and_answered(method: type[Method]) -> None:
    rng = np.random.default_rng(1)
    rows = [rng.integers(0, ITEMS, 3_000).tolist(), *checkerboard()]
    assert scores(fitted(method, rows), rng.integers(0, ITEMS, 3_000).tolist())


@every_method
def test_histories_without_order_are_learned_from(method: type[Method]) -> None:
    made = method().fit(Histories.from_rows(checkerboard(), ITEMS, ordered=False))
    assert made is not None
    scores(made, [2, 4])


@every_method
def test_each_setting_worth_trying_names_fields_and_learns(method: type[Method]) -> None:
    names = {each.name for each in fields(method)}  # type: ignore[arg-type]  # methods are dataclasses
    for ladder in method.grid:
        assert ladder
        before = method()
        for tried in ladder:
            assert tried.keys() <= names
            changed = replace(before, **tried)  # type: ignore[type-var]  # as above
            assert changed != before
            before = changed
            made = changed.fit(Histories.from_rows(checkerboard(), ITEMS))
            assert made is not None
            assert scores(made, [4])


@every_method
def test_the_example_of_the_class_runs(method: type[Method]) -> None:
    runner, module = doctest.DocTestRunner(), importlib.import_module(method.__module__)
    results = [runner.run(each) for each in doctest.DocTestFinder().find(method, method.__name__, module=module)]
    assert (sum(each.attempted for each in results) > 0, sum(each.failed for each in results)) == (True, 0)


row = st.lists(st.integers(0, 9), max_size=8)


@every_method
@settings(max_examples=40, deadline=None)
@given(rows=st.lists(row, max_size=12), asked=st.lists(st.integers(0, ITEMS - 1), max_size=8))
def test_any_log_gives_sound_scores(method: type[Method], rows: Rows, asked: list[int]) -> None:
    """Whatever was learned, what is scored was in the log or in the history, and the arrays say the same."""
    made = method().fit(Histories.from_rows(rows, ITEMS))
    if made is not None:
        found = scores(made, asked)
        assert found.keys() <= {item for each in rows for item in each} | set(asked)
        assert scores(type(made).from_arrays(made.arrays), asked) == found


@pytest.mark.parametrize("method", [each for each in discovered() if each.name not in BY_CHANCE], ids=lambda each: each.__name__)
@settings(max_examples=25, deadline=None)
@given(rows=st.lists(row, max_size=10), names=st.permutations(range(ITEMS)), asked=st.lists(st.integers(0, 9), min_size=1, max_size=4))
def test_items_may_be_numbered_in_another_way(method: type[Method], rows: Rows, names: list[int], asked: list[int]) -> None:
    """Numbers are names: renamed items get the scores that they had."""
    found = scores(fitted(method, rows), asked)
    renamed = scores(fitted(method, [[names[item] for item in each] for each in rows]), [names[item] for item in asked])
    assert_close(found, renamed, names)


def assert_close(found: Scores, renamed: Scores, names: Sequence[int]) -> None:
    expected: NDArray[np.float64] = np.zeros(ITEMS)
    actual: NDArray[np.float64] = np.zeros(ITEMS)
    for item, value in found.items():
        expected[names[item]] = value
    for item, value in renamed.items():
        actual[item] = value
    np.testing.assert_allclose(actual, expected, rtol=1e-3, atol=1e-6)
