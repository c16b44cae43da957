"""Sessions made up by chance, as many as one likes: what matters is how long learning takes and how much memory it needs."""

from __future__ import annotations

import time

import numpy as np
from numpy.typing import NDArray

from benchmarks.recommend.ours import memory, settings
from benchmarks.recommend.result import Result
from hanse.capabilities.recommend import choice
from hanse.capabilities.recommend.histories import Histories
from hanse.capabilities.recommend.questions import Kind

MEAN_LENGTH = 5.0
INTERACTIONS_AN_ITEM = 20
MOST_ITEMS = 500_000
SHELF = 50
"""Items that lie side by side: a session mostly stays on one shelf."""
Numbers = NDArray[np.int64]
LIMITS = {1_000_000: (60.0, 8_000.0), 20_000_000: (900.0, 8_000.0)}
"""Interactions, and within how many seconds and MB a blend is to be learned."""


def sessions(interactions: int, seed: int, items: int | None = None) -> Histories:
    """Return about so many interactions, of so many items where that is said: shelves by Zipf's law, steps to the next items of the shelf, and some steps back."""
    rng = np.random.default_rng(seed)
    lengths = np.minimum(rng.geometric(1 / (MEAN_LENGTH - 1), max(2, int(interactions / MEAN_LENGTH))) + 1, 50)
    items = items or int(np.clip(interactions // INTERACTIONS_AN_ITEM, SHELF * 4, MOST_ITEMS))
    start = np.concatenate(([0], np.cumsum(lengths))).astype(np.int64)
    item = np.empty(start[-1], np.int32)
    now = _anywhere(rng, len(lengths), items)
    item[start[:-1]] = now
    for step in range(1, int(lengths.max())):
        going = np.flatnonzero(lengths > step)
        now[going] = _next(rng, now[going], items)
        back = going[rng.random(len(going)) < 0.15]
        now[back] = item[start[back] + rng.integers(0, step, len(back))]
        item[start[going] + step] = now[going]
    place = np.arange(len(item)) - np.repeat(start[:-1], lengths)
    return Histories(start, item, place.astype(np.int32), place.astype(np.float64), items)


def _anywhere(rng: np.random.Generator, number: int, items: int) -> Numbers:
    shelves = items // SHELF
    weight = 1.0 / np.arange(1, shelves + 1) ** 0.8
    shelf = rng.choice(shelves, number, p=weight / weight.sum())
    return np.asarray(shelf * SHELF + rng.integers(0, SHELF, number), np.int64)


def _next(rng: np.random.Generator, now: Numbers, items: int) -> Numbers:
    beside = now - now % SHELF + (now % SHELF + rng.geometric(0.3, len(now))) % SHELF
    away = rng.random(len(now)) < 0.15
    return np.minimum(np.where(away, _anywhere(rng, len(now), items), beside), items - 1)


def run(interactions: int, seconds: float, seed: int) -> Result:
    """Choose and learn; return how long it took."""
    log = sessions(interactions, seed)
    begin = time.perf_counter()
    chosen = choice.choose(Kind.SESSION, log, seconds=seconds, tell=lambda score, note: print(f"   {score:4.0%} {note}", flush=True))
    chose = time.perf_counter()
    made = chosen.fit(log)
    fitted = time.perf_counter()
    histories = [log[place] for place in range(0, len(log), max(1, len(log) // 1_000))]
    asked = time.perf_counter()
    for history in histories:
        made.rank(history, 20)
    answer = (time.perf_counter() - asked) / len(histories) * 1e6
    facts = {"interactions": float(len(log.item)), "items": float(log.items), "choose": chose - begin, "train": fitted - chose}
    note = "; ".join(f"{weight:.2f} {settings(each)}" for each, weight in zip(chosen.methods, chosen.weights, strict=True))
    return Result("hanse blend", facts={**facts, "choose and train": fitted - begin, "answer": answer, "memory": memory()}, note=note)
