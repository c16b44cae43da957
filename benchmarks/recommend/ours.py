"""Hanse's blend, each of its methods alone, and plain baselines; each runs in a process of its own so that its memory can be told."""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, fields
from multiprocessing import get_context
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from benchmarks.recommend import measures
from benchmarks.recommend.result import Result
from benchmarks.recommend.task import Task
from hanse.capabilities.recommend import choice, questions
from hanse.capabilities.recommend.blend import Blend, item_facts
from hanse.capabilities.recommend.choice import Choice
from hanse.capabilities.recommend.histories import Histories
from hanse.capabilities.recommend.methods.item_knn import ItemKNN
from hanse.capabilities.recommend.methods.method import Method
from hanse.capabilities.recommend.methods.personal import Personal
from hanse.capabilities.recommend.methods.popular import Popular
from hanse.capabilities.recommend.questions import Kind

TIMED = 1_000
"""Answers that are timed one by one, on one thread."""
WARMING = 20
WITHOUT = "hanse blend, learned without validation items"
FoundT = TypeVar("FoundT")


@dataclass(frozen=True)
class Baseline:
    """Methods put together by hand, to be compared with."""

    name: str
    methods: tuple[Method, ...]
    weights: tuple[float, ...] = (1.0,)


def baselines(kind: Kind) -> list[Baseline]:
    """Return what everybody compares with; in baskets what is bought often by the person, ties by what is bought often by all."""
    plain = [Baseline("baseline: popularity", (Popular(share=1.0),)), Baseline("baseline: item-kNN, cosine", (ItemKNN(shrinkage=0.0),))]
    if kind is not Kind.BASKET:
        return plain
    own = [
        Baseline(f"baseline: {name}", (Personal(decay=decay), Popular(share=1.0)), (1.0, 1e-6))
        for name, decay in (("P-TopFreq", 1.0), ("P-TopFreq, decay 0.95 a basket", 0.95))
    ]
    return plain + own


def apart(function: Callable[..., FoundT], *arguments: Any) -> FoundT:
    """Run a function in a fresh process."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(function, *arguments).result()


def run_blend(folder: Path, seconds: float) -> tuple[Choice, list[Result]]:
    """Choose, learn and answer; sequences also without the items that settings were chosen by."""
    task = Task.load(folder)
    begin = time.perf_counter()
    chosen = choice.choose(task.kind, task.log, seconds=seconds, tell=_tell)
    chose = time.perf_counter() - begin
    print(file=sys.stderr)
    results = [_learned(task, chosen, task.log, "hanse blend", {"choose": chose})]
    if task.kind is Kind.SEQUENCE:
        shorter = questions.split(task.kind, task.log, seed=0, most=1).log
        results = [
            _renamed(results[0], "hanse blend, learned with validation items"),
            _learned(task, chosen, shorter, WITHOUT, {}),
        ]
    return chosen, results


def run_alone(folder: Path, baseline: Baseline) -> Result:
    """Learn and answer with methods as they are told."""
    task = Task.load(folder)
    for each in baseline.methods:
        each.fit(Histories.from_rows([[0, 1], [1, 0]]))  # what is compiled is loaded before the clock runs
    begin = time.perf_counter()
    fitted = [(one, weight) for one, weight in ((each.fit(task.log), weight) for each, weight in _pairs(baseline)) if one is not None]
    if not fitted:
        return Result(baseline.name, note="the log is nothing for it")
    made = Blend(tuple(one for one, _ in fitted), np.array([weight for _, weight in fitted]), item_facts(task.log), task.kind.repeats, measures.WIDTH)
    return _answered(task, made, baseline.name, {"train": time.perf_counter() - begin}, ", ".join(settings(each) for each in baseline.methods))


def settings(method: Method) -> str:
    """Return a method with its settings, in words."""
    told = [f"{each.name} {getattr(method, each.name):g}" for each in fields(method) if each.init]  # type: ignore[arg-type]  # methods are dataclasses
    return f"{method.name} ({', '.join(told)})" if told else method.name


def told(chosen: Choice) -> str:
    """Return what was chosen, in words."""
    parts = [f"{weight:.2f} {settings(method)}" for method, weight in zip(chosen.methods, chosen.weights, strict=True)]
    checked = ", ".join(f"{name} {value:.4f}" for name, value in chosen.ndcg.items())
    trees = f"{len(chosen.forest.root)} trees order the candidates" if chosen.forest else "no trees"
    return f"{'; '.join(parts)}; {trees}; validation NDCG: {checked}"


def _pairs(baseline: Baseline) -> Sequence[tuple[Method, float]]:
    return list(zip(baseline.methods, baseline.weights, strict=True))


def _learned(task: Task, chosen: Choice, log: Histories, name: str, facts: dict[str, float]) -> Result:
    begin = time.perf_counter()
    made = chosen.fit(log)
    return _answered(task, made, name, {**facts, "train": time.perf_counter() - begin}, "")


def _renamed(result: Result, name: str) -> Result:
    return Result(name, result.values, result.facts, result.peer, result.published, result.note)


def _answered(task: Task, made: Blend, name: str, facts: dict[str, float], note: str) -> Result:
    microseconds = _microseconds(task, made)
    values = measures.of(task, made.rank_many(task.test.histories, measures.WIDTH))
    return Result(name, values, {**facts, "answer": microseconds, "memory": memory()}, note=note)


def _microseconds(task: Task, made: Blend) -> float:
    """Return the mean time of an answer, one after another."""
    chosen = np.unique(np.linspace(0, max(len(task.test) - 1, 0), TIMED).astype(np.int64))[: len(task.test)]
    histories = [task.test.histories[int(place)] for place in chosen]
    for history in histories[:WARMING]:
        made.rank(history, measures.WIDTH)
    begin = time.perf_counter()
    for history in histories:
        made.rank(history, measures.WIDTH)
    return (time.perf_counter() - begin) / max(len(histories), 1) * 1e6


def memory() -> float:
    """Return the most memory that this process had so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _tell(score: float, note: str) -> None:
    print(f"\r   {score:4.0%} {note:40}", end="", file=sys.stderr, flush=True)
