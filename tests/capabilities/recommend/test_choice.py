"""What is chosen for a log is what answers its questions; the same log has the same chosen."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from hanse.capabilities.recommend import choice, questions
from hanse.capabilities.recommend.choice import Choice
from hanse.capabilities.recommend.histories import Histories
from hanse.capabilities.recommend.questions import Kind

ITEMS = 24
every_kind = pytest.mark.parametrize("kind", list(Kind))


def chains(number: int = 240, seed: int = 1) -> Histories:
    """Walks along a ring, one item further each step, from anywhere: what comes next follows from the last item alone."""
    rng = np.random.default_rng(seed)
    starts, lengths = rng.integers(0, ITEMS, number), rng.integers(3, 6, number)
    return Histories.from_rows([[(start + step) % ITEMS for step in range(length)] for start, length in zip(starts, lengths, strict=True)], ITEMS)


def habits(number: int = 120, seed: int = 1) -> Histories:
    """Everybody has baskets with the same two items of their own, with one more drawn by chance."""
    rng = np.random.default_rng(seed)
    own = rng.integers(0, ITEMS, (number, 2))
    made = Histories.from_rows([[item for _ in range(5) for item in (*mine, rng.integers(0, ITEMS))] for mine in own.tolist()], ITEMS)
    return Histories(made.start, made.item, made.group // 3, made.at // 3, ITEMS)


def fashion(number: int = 200, seed: int = 1) -> Histories:
    """Items drawn by chance alone, some of which are popular with everybody."""
    rng = np.random.default_rng(seed)
    share = 1.0 / np.arange(1, ITEMS + 1) ** 1.5
    return Histories.from_rows([rng.choice(ITEMS, 4, replace=False, p=share / share.sum()).tolist() for _ in range(number)], ITEMS)


def circles(number: int = 200, seed: int = 1) -> Histories:
    """Each set has items of one of four circles of six."""
    rng = np.random.default_rng(seed)
    return Histories.from_rows([(rng.permutation(6)[:4] + 6 * rng.integers(0, 4)).tolist() for _ in range(number)], ITEMS, ordered=False)


LOGS = {Kind.SESSION: chains, Kind.TOPN: circles, Kind.SEQUENCE: chains, Kind.BASKET: habits}


def recall(kind: Kind, chosen: Choice, log: Histories, fresh: Histories, width: int) -> float:
    """Learn from a log and answer what is hidden of another of the same making."""
    asked = questions.split(kind, fresh, seed=3, most=500).questions
    return float(questions.grade(asked, chosen.fit(log).rank_many(asked.histories, width), width).recall.mean())


def test_where_the_next_item_follows_from_the_last_a_method_of_sequences_leads() -> None:
    chosen = choice.choose(Kind.SESSION, chains())
    assert chosen.methods[int(np.argmax(chosen.weights))].name in {"transitions", "vmis-knn"}
    assert recall(Kind.SESSION, chosen, chains(), chains(seed=2), 1) > 0.95


def test_where_everybody_has_habits_the_personal_method_leads() -> None:
    chosen = choice.choose(Kind.BASKET, habits())
    assert chosen.methods[int(np.argmax(chosen.weights))].name == "personal"
    assert recall(Kind.BASKET, chosen, habits(), habits(seed=2), 2) > 0.55  # two of three, but for what came twice by chance


def test_where_only_fashion_counts_popular_items_come_first() -> None:
    log = fashion()
    ranked = choice.choose(Kind.SESSION, log).fit(log).rank_many(fashion(seed=2).cut(np.ones(200, np.int64)), 5)
    assert np.bincount(ranked[:, 0], minlength=ITEMS)[:3].sum() > 100


def test_where_sets_are_of_one_circle_the_rest_of_it_is_recommended() -> None:
    chosen = choice.choose(Kind.TOPN, circles())
    asked = questions.split(Kind.TOPN, circles(seed=2), seed=3, most=500).questions
    ranked = chosen.fit(circles()).rank_many(asked.histories, 3)
    first = asked.histories.item[asked.histories.start[:-1]]
    assert (ranked // 6 == first[:, None] // 6).mean() > 0.99


@every_kind
def test_the_same_log_has_the_same_chosen(kind: Kind) -> None:
    one, other = (choice.choose(kind, LOGS[kind]()) for _ in range(2))
    assert (one.methods, one.weights, one.ndcg) == (other.methods, other.weights, other.ndcg)
    assert [(each.method, each.ndcg) for each in one.tried] == [(each.method, each.ndcg) for each in other.tried]
    assert (one.forest is None) == (other.forest is None)
    if one.forest and other.forest:
        for name, array in one.forest.arrays.items():
            np.testing.assert_array_equal(array, other.forest.arrays[name])
    asked = LOGS[kind](seed=9)
    np.testing.assert_array_equal(one.fit(LOGS[kind]()).rank_many(asked, 5), other.fit(LOGS[kind]()).rank_many(asked, 5))


@every_kind
def test_what_was_chosen_counts_and_was_tried(kind: Kind) -> None:
    chosen = choice.choose(kind, LOGS[kind]())
    assert len(chosen.methods) == len(chosen.weights) > 0
    assert all(0 < weight <= 1 for weight in chosen.weights)
    assert max(chosen.weights) == 1.0
    assert set(chosen.methods) <= {each.method for each in chosen.tried}
    assert all(0 <= each.ndcg <= 1 for each in chosen.tried)
    assert all(0 <= value <= 1 for value in chosen.ndcg.values())


@every_kind
def test_of_each_method_the_settings_are_taken_that_did_best(kind: Kind) -> None:
    chosen = choice.choose(kind, LOGS[kind]())
    for method in chosen.methods:
        of_this = {each.method: each.ndcg for each in chosen.tried if type(each.method) is type(method)}
        assert of_this[method] >= max(of_this.values()) - choice.LEAST_GAIN * len(of_this)


@every_kind
@pytest.mark.parametrize("rows", [[], [[]], [[3]], [[3, 4, 5, 6]], [[1], [2], [1]]], ids=["none", "empty", "an item", "one", "single items"])
def test_almost_nothing_is_enough_to_choose_from(kind: Kind, rows: list[list[int]]) -> None:
    log = Histories.from_rows(rows, ITEMS, ordered=kind is not Kind.TOPN)
    made = choice.choose(kind, log, seconds=20).fit(log)
    known = set(log.item.tolist())
    assert set(made.rank(Histories.from_rows([[3]], ITEMS)[0], 5).item.tolist()) <= known | {3}


@every_kind
def test_without_time_each_method_has_its_usual_settings(kind: Kind) -> None:
    chosen = choice.choose(kind, LOGS[kind](), seconds=0.0)
    assert [type(each.method) for each in chosen.tried] == list(choice.PLANS[kind].methods)
    assert all(each.method == type(each.method)() for each in chosen.tried)


def test_progress_is_told_and_goes_forward() -> None:
    told: list[tuple[float, str]] = []
    chosen = choice.choose(Kind.SESSION, chains(), tell=lambda score, note: told.append((score, note)))
    chosen.fit(chains(), lambda score, note: told.append((1 + score, note)))
    assert [score for score, _ in told] == sorted(score for score, _ in told)
    assert all(note for _, note in told)


def test_trees_are_used_only_where_they_order_better() -> None:
    """Whether an answer is right hangs on how often it was there before, which no weight can say."""
    chosen = choice.choose(Kind.SESSION, turning())
    assert chosen.forest is not None
    assert chosen.ndcg["forest"] > chosen.ndcg["weighted sum"] + choice.LEAST_GAIN
    plain, log, fresh = replace(chosen, forest=None), turning(), turning(seed=2)
    assert recall(Kind.SESSION, chosen, log, fresh, 1) > recall(Kind.SESSION, plain, log, fresh, 1)


def turning(number: int = 6_000, seed: int = 1) -> Histories:
    """Sessions of one item seen once or twice: after once it comes again, after twice the next item of the ring does."""
    rng = np.random.default_rng(seed)
    rows = [[start, start, (start + 1) % ITEMS, (start + 1) % ITEMS, (start + 2) % ITEMS] for start in rng.integers(0, ITEMS, number).tolist()]
    return Histories.from_rows(rows, ITEMS)


def test_an_unused_method_has_no_weight_and_is_not_learned_again() -> None:
    chosen = choice.choose(Kind.SESSION, chains())
    assert len(chosen.fit(chains()).methods) == len(chosen.methods) < len(choice.PLANS[Kind.SESSION].methods)
