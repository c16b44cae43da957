"""Questions with known answers, cut off the end of a log: by them settings are chosen, and by others it is told how good they are."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hanse.capabilities.recommend.histories import Histories, Items, Places

VALIDATION_SHARE = 0.07
"""The share of the newest sessions that questions are made of."""
LAST_BASKETS, MANY_BASKETS = 3, 6
"""How many of the last baskets are asked for, of those who have so many."""
HIDDEN_SHARE = 0.15
"""The share of each set that is asked for."""


class Kind(StrEnum):
    """What a log is, and so what is asked."""

    SESSION = "session"
    """Visits in the order of time; the next item is asked for, which may be one of before."""
    TOPN = "topn"
    """Sets without an order; the rest of the set is asked for."""
    SEQUENCE = "sequence"
    """One long history a person; the next new item is asked for."""
    BASKET = "basket"
    """One history of baskets a person; the next basket is asked for, which may have what earlier ones had."""

    @property
    def repeats(self) -> bool:
        """Return whether an answer may be an item of the history."""
        return self in {Kind.SESSION, Kind.BASKET}


@dataclass(frozen=True)
class Questions:
    """Histories, and for each the items that came next, end to end."""

    histories: Histories
    start: Places
    answer: Items

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.histories)

    def pick(self, chosen: Places) -> Questions:
        """Return some of them, in the order given."""
        answers = Histories(self.start, self.answer, self.answer, self.answer.astype(float), self.histories.items).pick(chosen)
        return Questions(self.histories.pick(chosen), answers.start, answers.item)

    def sample(self, most: int, seed: int) -> Questions:
        """Return at most so many, drawn by chance, in their order."""
        if len(self) <= most:
            return self
        return self.pick(np.sort(np.random.default_rng(seed).choice(len(self), most, replace=False)))


class Split(NamedTuple):
    """A log without its end, and questions about the end."""

    log: Histories
    questions: Questions


def split(kind: Kind, log: Histories, *, seed: int, most: int) -> Split:
    """Hold the end of a log back and ask for it, in at most so many questions."""
    found = _SPLITS[kind](log, np.random.default_rng(seed))
    return Split(found.log, found.questions.sample(most, seed))


def _sessions(log: Histories, rng: np.random.Generator) -> Split:
    del rng
    border = max(0, len(log) - max(1, int(len(log) * VALIDATION_SHARE)))
    newest = log.pick(np.arange(border, len(log)))
    return Split(log.pick(np.arange(border)), each_step(newest))


def each_step(sessions: Histories) -> Questions:
    """Ask for every item of some sessions but the first, given those before it."""
    steps = np.maximum(sessions.lengths - 1, 0)
    owner = np.repeat(np.arange(len(sessions)), steps)
    known = np.arange(len(owner)) - np.repeat(np.cumsum(steps) - steps, steps) + 1
    answer = sessions.item[sessions.start[owner] + known]
    return Questions(sessions.pick(owner).cut(known), np.arange(len(owner) + 1), answer)


def _sequences(log: Histories, rng: np.random.Generator) -> Split:
    del rng
    asked = np.flatnonzero(log.lengths >= 3)
    shorter = log.cut(np.where(log.lengths >= 3, log.lengths - 1, log.lengths))
    return Split(shorter, Questions(shorter.pick(asked), np.arange(len(asked) + 1), log.item[log.start[asked + 1] - 1]))


def _sets(log: Histories, rng: np.random.Generator) -> Split:
    """Hide some items of each set of at least two, one at least."""
    drawn = rng.random(len(log.item))
    place = np.arange(len(log.item)) - np.repeat(log.start[:-1], log.lengths)
    order = np.lexsort((drawn, log.owner))
    rank = np.empty(len(order), np.int64)
    rank[order] = place
    number = np.maximum(1, np.rint(log.lengths * HIDDEN_SHARE)).astype(np.int64) * (log.lengths >= 2)
    hidden = rank < np.repeat(number, log.lengths)
    return Split(log.keep(~hidden), _asking(log, hidden, np.ones_like(hidden)))


def _baskets(log: Histories, rng: np.random.Generator) -> Split:
    """Ask for each of the last baskets of those who have many, and for the last one of those who have a few."""
    del rng
    last = log.group[np.maximum(log.start[1:] - 1, 0)].astype(np.int64) if len(log.item) else log.start[1:]
    back = np.repeat(last, log.lengths) - log.group
    hidden = np.repeat(np.where(last + 1 >= MANY_BASKETS, LAST_BASKETS, np.minimum(last, 1)), log.lengths)
    parts = [_asking(log.keep(back >= step), (back == step)[back >= step], hidden[back >= step] > step) for step in range(LAST_BASKETS)]
    return Split(log.keep(back >= hidden), _joined(parts))


def _joined(parts: Sequence[Questions]) -> Questions:
    histories = [each.histories for each in parts]
    offsets = np.cumsum([0, *(len(each.item) for each in histories)])
    starts = [each.start[1:] + offset for each, offset in zip(histories, offsets, strict=False)]
    counts = np.concatenate([np.diff(each.start) for each in parts])
    joined = Histories(
        np.concatenate([[0], *starts]).astype(np.int64),
        np.concatenate([each.item for each in histories]),
        np.concatenate([each.group for each in histories]),
        np.concatenate([each.at for each in histories]),
        histories[0].items,
    )
    return Questions(joined, np.concatenate(([0], np.cumsum(counts))), np.concatenate([each.answer for each in parts]))


def _asking(log: Histories, asked: NDArray[np.bool_], allowed: NDArray[np.bool_]) -> Questions:
    """Ask for some items of histories, given the others."""
    rest, answers = log.keep(~asked), log.keep(asked & allowed)
    chosen = np.flatnonzero(answers.lengths > 0)
    found = answers.pick(chosen)
    return Questions(rest.pick(chosen), found.start, found.item)


_SPLITS: Mapping[Kind, Callable[[Histories, np.random.Generator], Split]] = {
    Kind.SESSION: _sessions,
    Kind.TOPN: _sets,
    Kind.SEQUENCE: _sequences,
    Kind.BASKET: _baskets,
}


@dataclass(frozen=True)
class Grades:
    """Measures of each question, 0 to 1; one number a question."""

    recall: NDArray[np.float64]
    """The share of the answers that are among the first; the hit rate where one is right (P@k and HR@k of the literature)."""
    ndcg: NDArray[np.float64]
    """With binary gain, its ideal cut at the same length (Järvelin & Kekäläinen 2002)."""
    reciprocal_rank: NDArray[np.float64]
    """Of the first right one; 0 where none is right."""


def grade(questions: Questions, ranked: Items, width: int) -> Grades:
    """Grade rankings: one row a question, the best first, -1 where there is nothing more."""
    rows = ranked[:, :width]
    owner = np.repeat(np.arange(len(questions)), np.diff(questions.start))
    wanted = np.unique(owner * np.int64(questions.histories.items + 1) + questions.answer)
    cells = np.arange(len(rows))[:, None] * np.int64(questions.histories.items + 1) + rows
    right = np.isin(cells, wanted) & (rows >= 0)
    number = np.bincount((wanted // (questions.histories.items + 1)).astype(np.int64), minlength=len(questions))
    gain = 1.0 / np.log2(np.arange(rows.shape[1]) + 2.0)
    ideal = np.concatenate(([0.0], np.cumsum(1.0 / np.log2(np.arange(width) + 2.0))))
    first = np.where(right.any(axis=1), 1.0 / (right.argmax(axis=1) + 1.0), 0.0)
    return Grades(right.sum(axis=1) / np.maximum(number, 1), right @ gain / np.maximum(ideal[np.minimum(number, width)], 1e-9), first)
