"""A blend adds up what its methods say, keeps its paper clean, and lets trees put the candidates in order."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from hanse.capabilities.recommend import blend
from hanse.capabilities.recommend.blend import GENERAL, Blend
from hanse.capabilities.recommend.forest import Forest
from hanse.capabilities.recommend.histories import Histories, History, Items
from hanse.capabilities.recommend.methods.ease import EASE
from hanse.capabilities.recommend.methods.item_knn import ItemKNN
from hanse.capabilities.recommend.methods.method import Fitted
from hanse.capabilities.recommend.methods.personal import Personal
from hanse.capabilities.recommend.methods.popular import Popular
from hanse.capabilities.recommend.methods.transitions import Transitions
from hanse.capabilities.recommend.methods.vmis_knn import VMISkNN

ITEMS = 10


@dataclass(frozen=True)
class Says:
    """A method that always says the same."""

    of: Mapping[int, float]
    form: ClassVar[str] = "says"

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Says:
        return cls(dict(zip(arrays["item"].tolist(), arrays["value"].tolist(), strict=True)))

    @property
    def arrays(self) -> Mapping[str, NDArray[Any]]:
        return {"item": np.array(list(self.of)), "value": np.array(list(self.of.values()))}

    def score(self, history: History, value: NDArray[np.float32], touched: Items) -> int:
        for place, (item, number) in enumerate(self.of.items()):
            value[item], touched[place] = number, item
        return len(self.of)


def log() -> Histories:
    rng = np.random.default_rng(4)
    return Histories.from_rows([rng.integers(0, ITEMS, rng.integers(1, 8)).tolist() for _ in range(80)], ITEMS)


def made(*methods: Fitted, weights: Sequence[float] | None = None, repeats: bool = True, width: int = 5, facts: Histories | None = None) -> Blend:
    return Blend(methods, np.array(weights or [1.0] * len(methods)), blend.item_facts(facts or log()), repeats, width)


def learned(*, repeats: bool = True, width: int = 5) -> Blend:
    methods = (VMISkNN(), Transitions(), ItemKNN(), EASE(regularisation=5), Personal(), Popular())
    return made(*(each.fit(log()) for each in methods), weights=[1, 0.5, 0.3, 0.2, 0.1, 0.05], repeats=repeats, width=width)


def history(*items: int) -> History:
    return Histories.from_rows([items], ITEMS)[0]


def is_clean(used: Blend) -> bool:
    sheets = used._sheets
    return bool(sheets) and not any(sheet.value.any() or sheet.rest[0].any() or sheet.rest[2].any() for sheet in sheets)


def test_each_method_counts_by_its_weight_and_relative_to_what_it_says_of_its_best() -> None:
    """Item 1 has 2/2 of the first and nothing of the second; item 2 has half of the first and all of the second, which counts three times."""
    found = made(Says({1: 2.0, 2: 1.0}), Says({2: 40.0, 3: 20.0}), weights=[1.0, 3.0]).rank(history(), 5)
    assert found.item.tolist() == [2, 3, 1]
    assert found.score.tolist() == pytest.approx([1.0, 1.5 / 3.5, 1.0 / 3.5], rel=1e-5)


def test_a_method_without_weight_only_fills_up() -> None:
    found = made(Says({1: 1.0}), Says({2: 9.0, 1: 3.0}), weights=[1.0, 0.0]).rank(history(), 5)
    assert found.item.tolist()[0] == 1
    assert found.score.tolist()[1:] == pytest.approx([0.0], abs=1e-6)


def test_ties_go_by_the_number_of_the_item() -> None:
    assert made(Says({7: 1.0, 3: 1.0, 5: 1.0})).rank(history(), 2).item.tolist() == [3, 5]


def test_items_of_the_history_are_left_out_where_they_are_no_answer() -> None:
    says = Says({1: 3.0, 2: 2.0, 3: 1.0})
    assert made(says, repeats=True).rank(history(1, 2), 5).item.tolist() == [1, 2, 3]
    assert made(says, repeats=False).rank(history(1, 2), 5).item.tolist() == [3]


def test_what_shall_not_come_is_left_out() -> None:
    used = made(Says({1: 3.0, 2: 2.0, 3: 1.0}))
    assert used.rank(history(2), 5, np.array([1, 9], np.int32)).item.tolist() == [2, 3]
    assert used.rank(history(2), 5).item.tolist() == [1, 2, 3]
    assert is_clean(used)


def test_no_method_has_anything_to_say() -> None:
    used = made(Says({}))
    found = used.rank(history(1), 5)
    assert (len(found.item), len(found.score)) == (0, 0)
    assert used.rank_many(Histories.from_rows([[1], []], ITEMS), 3).tolist() == [[-1, -1, -1]] * 2


@given(asked=st.lists(st.integers(0, ITEMS - 1), max_size=12), without=st.lists(st.integers(0, ITEMS - 1), max_size=4), repeats=st.booleans())
@settings(max_examples=60, deadline=None)
def test_paper_is_clean_again_after_each_history(asked: list[int], without: list[int], repeats: bool) -> None:  # noqa: FBT001  # drawn
    used = learned(repeats=repeats)
    first = used.candidates(history(*asked), 5, np.array(without, np.int32))
    assert is_clean(used)
    again = used.candidates(history(*asked), 5, np.array(without, np.int32))
    assert len(used._sheets) == 1
    for one, other in zip(first, again, strict=True):
        np.testing.assert_array_equal(one, other)
    assert not set(first.item.tolist()) & set(without)
    assert repeats or not set(first.item.tolist()) & set(asked)
    assert first.total.tolist() == sorted(first.total.tolist(), reverse=True)


def test_many_at_once_are_ranked_as_one_by_one() -> None:
    used, asked = learned(repeats=False), log()
    found = used.rank_many(asked, 4)
    for place, row in enumerate(found):
        alone = used.rank(asked[place], 4).item.tolist()
        assert row.tolist() == alone + [-1] * (4 - len(alone))
    assert is_clean(used)


def test_threads_have_paper_of_their_own() -> None:
    used, asked = learned(), log()
    alone = [used.rank(asked[place], 5).item.tolist() for place in range(len(asked))] * 5
    with ThreadPoolExecutor(6) as threads:
        assert list(threads.map(lambda place: used.rank(asked[place % len(asked)], 5).item.tolist(), range(5 * len(asked)))) == alone
    assert is_clean(used)


def test_more_may_be_asked_for_than_are_put_in_order() -> None:
    assert sorted(learned(width=2).rank(history(3, 4), 50).item.tolist()) == list(range(ITEMS))


def test_only_the_newest_items_of_a_long_history_are_looked_at() -> None:
    old = [1] * 50 + [2, 3] * (blend.LONGEST // 2)
    used = made(Personal().fit(log()))
    assert used.rank(history(*old), 5).item.tolist() == [3, 2]


def test_facts_tell_how_often_how_new_how_often_again_and_after_how_long() -> None:
    """Ten histories: item 0 stands in the last one alone and twice, two steps apart; item 1 in all, once."""
    facts = blend.item_facts(Histories.from_rows([[1]] * 9 + [[0, 1, 0]], 2))
    assert facts[0].tolist() == pytest.approx([math.log(3), 1.0, 0.5, 2.0])
    assert facts[1].tolist() == pytest.approx([math.log(11), 0.1, 0.0, 0.0])


def test_features_tell_how_the_history_stands_to_a_candidate() -> None:
    """Item 4 was there on days 0, 2 and 6, the last time a group ago; now is day 7."""
    asked = History(np.array([4, 4, 4, 5], np.int32), np.array([0, 1, 2, 3], np.int32), np.array([0.0, 2.0, 6.0, 7.0]))
    facts = Histories.from_rows([[4, 4, 6]] * 3, ITEMS)
    used = made(Says({4: 2.0, 6: 1.0}), Says({6: 5.0}), weights=[1.0, 0.1], facts=facts)
    item, total, features = used.candidates(asked, 5)
    assert item.tolist() == [4, 6]
    assert features.shape == (2, GENERAL + 4)
    weighted, count, groups_ago, days_ago, gaps_ago, length, groups = features[0, :7].tolist()
    assert (weighted, count, groups_ago, days_ago, length, groups) == (1.0, 3.0, 1.0, 1.0, 4.0, 4.0)
    assert gaps_ago == pytest.approx(1.0 / 3.0)  # once in three days so far
    assert features[1, 1:5].tolist() == [0.0, -1.0, -1.0, -1.0]
    assert features[:, GENERAL:].tolist() == [[1.0, 2.0, 0.0, 0.0], [0.5, 1.0, 1.0, 5.0]]
    assert features[:, 0].tolist() == total.tolist()
    known = blend.item_facts(facts)
    assert features[:, 7:10].tolist() == known[[4, 6], :3].tolist()
    assert features[:, 10].tolist() == [known[5, 0]] * 2
    lately, of_late, usual_gaps_ago, share = features[0, 11:15].tolist()
    assert (lately, of_late) == (2.0, 3.0)  # of the last three groups, and of the last ten
    assert (usual_gaps_ago, share) == (1.0, 0.75)  # others have it again after a day
    assert features[1, 11:15].tolist() == [0.0, 0.0, -1.0, 0.0]


def test_trees_put_the_candidates_in_order() -> None:
    """One tree that prefers what was not in the history."""
    tree = Forest(
        np.array([[0, 0]], np.int32),
        np.array([1], np.int32),
        np.array([0.5]),
        np.array([-1], np.int32),
        np.array([-2], np.int32),
        np.array([2.0, -2.0]),
    )
    used = made(Says({1: 3.0, 2: 2.0, 3: 1.0}), width=3)
    assert used.rank(history(1), 3).item.tolist() == [1, 2, 3]
    found = replace(used, forest=tree).rank(history(1), 3)
    assert found.item.tolist() == [2, 3, 1]
    assert found.score.tolist() == pytest.approx([1 / (1 + math.exp(-2.0))] * 2 + [1 / (1 + math.exp(2.0))])
    assert replace(used, forest=tree).rank(history(1), 1).item.tolist() == [2]


def test_candidates_of_many_stand_in_rows_with_their_features() -> None:
    used, asked = learned(), Histories.from_rows([[1, 2], [], [3]], ITEMS)
    items, features = used.candidates_many(asked)
    for place in range(3):
        alone = used.candidates(asked[place], used.width)
        number = len(alone.item)
        assert items[place].tolist() == alone.item.tolist() + [-1] * (used.width - number)
        np.testing.assert_array_equal(features[place, :number], alone.features)
        assert not features[place, number:].any()


@pytest.mark.parametrize("items", [0, 1])
def test_a_shop_without_a_past_has_nothing_to_recommend(items: int) -> None:
    empty = Histories.from_rows([], items)
    used = made(*(each.fit(empty) for each in (VMISkNN(), Transitions(), ItemKNN(), Popular())), facts=empty)
    assert len(used.rank(empty_history(), 5).item) == 0


def empty_history() -> History:
    return Histories.from_rows([[]], 1)[0]
