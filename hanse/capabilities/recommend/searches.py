"""What people looked at and ordered after they searched for something: learned for whole queries, and for their words."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hanse.capabilities.recommend.learning import interval
from hanse.capabilities.recommend.method import Ranked, Rankings
from hanse.data.lake.searched import LEAST_PEOPLE, Searches, normalised

KEPT = 100
SHRINKAGE = (2.0, 10.0, 50.0)
"""How many searches without an outcome are added to each query, so that one click does not outweigh twenty; by validation."""
WIDTH = 10
TEST_SHARE = 0.2
WORD_MARK = "~"
"""Stands before a single word, which is a key of its own."""
Answer = Callable[[str], Sequence[str]]
"""From a query to the ids of the best products."""


@dataclass(frozen=True)
class Learned:
    """Rankings for queries and words, and how good such rankings were on the newest searches, which they had not seen."""

    rankings: Rankings
    shrinkage: float
    tried: Mapping[float, float]
    """NDCG@10 on validation searches by shrinkage."""
    measures: Mapping[str, float]
    intervals: Mapping[str, tuple[float, float]]
    baseline: Mapping[str, float]
    asked: int


def learn(log: Searches) -> Learned | None:
    """Choose how much to shrink, measure on the newest searches, learn from all; null where nothing was searched by several people."""

    def answering(rankings: Rankings) -> Answer:
        return lambda query: [each.product_id for each in found(rankings, query, WIDTH)]

    edge = [int(len(log) * share) for share in (1 - 2 * TEST_SHARE, 1 - TEST_SHARE)]
    place = np.arange(len(log))
    tried = {each: _mean(_graded(answering(fit(log.part(place < edge[0]), each)), log, (place >= edge[0]) & (place < edge[1]))) for each in SHRINKAGE}
    best = max(SHRINKAGE, key=lambda each: tried[each])
    rankings = fit(log, best)
    if not len(rankings.keys):
        return None
    rest, test = log.part(place < edge[1]), place >= edge[1]
    grades = _graded(answering(fit(rest, best)), log, test)
    common = [log.product_ids[each] for each in np.argsort(-np.bincount(rest.item, minlength=len(log.product_ids)), kind="stable")[:WIDTH]]
    plain = _graded(lambda _: common, log, test)
    names = (f"hit rate@{WIDTH}", f"NDCG@{WIDTH}")
    return Learned(
        rankings,
        best,
        tried,
        {name: float(grades[:, column].mean()) if len(grades) else 0.0 for column, name in enumerate(names)},
        {name: interval(grades[:, column]) for column, name in enumerate(names) if len(grades)},
        {name: float(plain[:, column].mean()) if len(plain) else 0.0 for column, name in enumerate(names)},
        len(grades),
    )


def fit(log: Searches, shrinkage: float) -> Rankings:
    """Rank for each query, and each word, that several people searched for, what the largest share of the searches came to.

    With n searches, of which c led to a product, its score is c / (n + shrinkage): the estimate of a probability that begins
    at nothing (additive smoothing; Manning, Raghavan & Schütze 2008, Introduction to Information Retrieval, section 11.3).
    """
    keys = _Keys.of(log.queries)
    key, which = keys.each(log.query)
    total = np.bincount(key, minlength=len(keys.names))
    people = np.bincount(_pairs(key, log.person[which]).key, minlength=len(keys.names))
    key, which = keys.each(log.query[log.outcome])
    counted = _pairs(key, log.item[which].astype(np.int64))
    return _ranked(keys.names, log.product_ids, counted.pick(np.flatnonzero(people[counted.key] >= LEAST_PEOPLE)), total, shrinkage)


@dataclass(frozen=True)
class _Keys:
    """The keys of rankings: the queries, then the words of all of them; and for each query which are its own."""

    names: tuple[str, ...]
    start: NDArray[np.int64]
    key: NDArray[np.int64]

    @classmethod
    def of(cls, queries: Sequence[str]) -> _Keys:
        words = sorted({word for query in queries for word in query.split()})
        number = {word: len(queries) + place for place, word in enumerate(words)}
        own = [[place, *sorted({number[word] for word in query.split()})] for place, query in enumerate(queries)]
        start = np.concatenate(([0], np.cumsum([len(each) for each in own]))).astype(np.int64)
        return cls((*queries, *(WORD_MARK + word for word in words)), start, np.array([key for each in own for key in each], np.int64))

    def each(self, query: NDArray[np.int32]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return all keys of some queries, and of which of these each is."""
        lengths = np.diff(self.start)[query]
        which = np.repeat(np.arange(len(query)), lengths)
        within = np.arange(len(which)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
        return self.key[np.repeat(self.start[:-1][query], lengths) + within], which


class _Counted(NamedTuple):
    """How often each key and item stand together."""

    key: NDArray[np.int64]
    item: NDArray[np.int64]
    times: NDArray[np.int64]

    def pick(self, chosen: NDArray[np.int64]) -> _Counted:
        return _Counted(self.key[chosen], self.item[chosen], self.times[chosen])


def _pairs(key: NDArray[np.int64], item: NDArray[np.int64]) -> _Counted:
    width = np.int64(item.max(initial=0) + 1)
    pair, count = np.unique(key * width + item, return_counts=True)
    return _Counted(pair // width, pair % width, count)


def _ranked(keys: Sequence[str], product_ids: tuple[str, ...], counted: _Counted, total: NDArray[np.int64], shrinkage: float) -> Rankings:
    best = counted.pick(np.lexsort((counted.item, -counted.times, counted.key)))
    best = best.pick(np.flatnonzero(np.arange(len(best.key)) - np.searchsorted(best.key, best.key) < KEPT))
    used = np.unique(best.key)
    return Rankings(
        keys=tuple(keys[each] for each in used.tolist()),
        items=product_ids,
        start=np.searchsorted(best.key, np.append(used, len(keys))).astype(np.int64),
        item=best.item.astype(np.int32),
        score=(best.times / (total[best.key] + shrinkage)).astype(np.float32),
        orders=best.times.astype(np.int32),
        total=total[used].astype(np.int32),
    )


def found(rankings: Rankings, query: str, limit: int) -> list[Ranked]:
    """Return what came of a query, and then, for what is left, of its words: products that several words speak for come first."""
    wanted = normalised(query)
    exact = rankings.rank(wanted, limit)
    if len(exact) >= limit:
        return exact
    known = {each.product_id for each in exact}
    best: dict[str, Ranked] = {}
    score: dict[str, float] = {}
    for word in dict.fromkeys(wanted.split()):
        for each in rankings.rank(WORD_MARK + word, KEPT):
            score[each.product_id] = score.get(each.product_id, 0.0) + each.score
            best[each.product_id] = max(best.get(each.product_id, each), each, key=lambda one: one.score)
    rest = sorted((each for each in score if each not in known), key=lambda each: (-score[each], each))
    below = exact[-1].score if exact else 1.0
    return [*exact, *(best[each]._replace(score=min(below, score[each])) for each in rest[: limit - len(exact)])]


def _graded(answer: Answer, log: Searches, chosen: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return the hit rate and NDCG (Järvelin & Kekäläinen 2002) of each of some searches that came to something."""
    asked = log.part(chosen)
    wanted: dict[int, set[str]] = {}
    for search, item in zip(asked.outcome.tolist(), asked.item.tolist(), strict=True):
        wanted.setdefault(search, set()).add(log.product_ids[item])
    memory: dict[int, Sequence[str]] = {}
    rows = []
    gain = 1.0 / np.log2(np.arange(WIDTH) + 2.0)
    for search, right in wanted.items():
        query = int(asked.query[search])
        if query not in memory:
            memory[query] = answer(log.queries[query])
        hits = np.array([each in right for each in memory[query][:WIDTH]], bool)
        ideal = gain[: min(len(right), WIDTH)].sum()
        rows.append((float(hits.any()), float((hits * gain[: len(hits)]).sum() / ideal)))
    return np.array(rows, np.float64).reshape(-1, 2)


def _mean(grades: NDArray[np.float64]) -> float:
    return float(grades[:, 1].mean()) if len(grades) else 0.0
