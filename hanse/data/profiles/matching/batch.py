"""A whole file of person records at once: read, find candidates, train, weigh, cluster; every step is a function of its own elsewhere."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from hanse.data.profiles.matching import blocking, cleaning, clustering, scoring, training
from hanse.data.profiles.matching.blocking import Candidates, Finding, Pairs
from hanse.data.profiles.matching.cleaning import Reading
from hanse.data.profiles.matching.clustering import Links, Rules, Thresholds
from hanse.data.profiles.matching.fields import RECORD_ID
from hanse.data.profiles.matching.model import Model
from hanse.data.profiles.matching.scoring import Evidence, Levels, Scores

Step = Callable[[float, str], None]
"""Is told how far the work is, and on what."""


@dataclass(frozen=True)
class Trained:
    """All that later records need: how they are read, what makes candidates, what weighs how much, where the lines are."""

    reading: Reading
    model: Model
    limits: dict[str, int]
    """Blocking rule to the most records that may share a key."""
    rules: Rules
    thresholds: Thresholds


@dataclass(frozen=True)
class Proposal:
    """A pair for somebody to decide."""

    left_id: str
    right_id: str
    probability: float
    reason: str
    evidence: list[Evidence]


@dataclass(frozen=True)
class Matching:
    """What came out for a file."""

    records: pa.Table
    """Cleaned."""
    trained: Trained
    candidates: Candidates
    scores: Scores
    links: Links
    labels: npt.NDArray[np.int64]
    """The cluster of each record: the row of its first record."""
    findings: list[Finding] = field(default_factory=list)
    train_seconds: float = 0.0

    @property
    def cluster_ids(self) -> list[str]:
        """Return the cluster of each record, called by the id of its first record."""
        names = self.records[RECORD_ID].to_pylist()
        return [names[label] for label in self.labels]

    @property
    def review(self) -> npt.NDArray[np.int64]:
        """Return the numbers of the pairs that are worth a look and not joined, likeliest first."""
        apart = self.labels[self.links.pairs[:, 0]] != self.labels[self.links.pairs[:, 1]]
        shown = np.flatnonzero(apart & (self.links.probability >= self.trained.thresholds.review) & ~self.links.contradicts)
        return shown[np.lexsort((shown, -np.round(self.links.total[shown], 6)))]

    def proposals(self) -> Iterator[Proposal]:
        """Yield the pairs to be reviewed, with why."""
        for at in self.review:
            yield self.proposal(int(at))

    def bonds(self) -> Iterator[Proposal]:
        """Yield the pairs that hold each cluster together, strongest first: one less than it has records, and why."""
        inside = np.flatnonzero(self.labels[self.links.pairs[:, 0]] == self.labels[self.links.pairs[:, 1]])
        of: dict[int, int] = {}
        for at in inside[np.lexsort((inside, -np.round(self.links.total[inside], 6)))]:
            one, other = (clustering.root(of, int(row)) for row in self.links.pairs[at])
            if one != other:
                of[max(one, other)] = min(one, other)
                yield self.proposal(int(at))

    def proposal(self, at: int) -> Proposal:
        """Return one candidate pair as somebody reads it."""
        left, right = (self.records[RECORD_ID][int(row)].as_py() for row in self.links.pairs[at])
        why = scoring.evidence(self.scores, at, self.trained.model)
        return Proposal(left, right, float(self.links.probability[at]), reason(self.links, at, self.trained.thresholds), why)


def _silent(score: float, note: str) -> None:
    del score, note


def match(
    table: pa.Table,
    *,
    today: date,
    seed: int,
    record_id: str | None = None,
    ignore: Collection[str] = (),
    region: str = "DE",
    rules: Rules | None = None,
    threads: int = 2,
    step: Step = _silent,
) -> Matching:
    """Return the clusters of a file, and a model for the records to come. Whether there are families is found out where the rules do not say it.

    `step` is told how far it is, 0 to 1, and may raise to stop.
    """
    with duckdb.connect(config={"threads": threads}) as connection:
        step(0.0, "cleaning the records")
        reading = cleaning.read(table, today=today, connection=connection, record_id=record_id, ignore=tuple(ignore), region=region)
        records = cleaning.clean(table, reading, connection=connection)
        findings = blocking.kiosks(records, connection=connection)
        struck = {name: frozenset(each.value for each in findings if each.field == name) for name in {each.field for each in findings}}
        records = scoring.strike(records, struck)
        step(0.1, "looking for candidates")
        candidates = blocking.pairs(records, blocking.rules(reading.columns), connection=connection)
        step(0.3, "comparing the candidates")
        begin = time.perf_counter()
        model, levels = training.train(records, candidates.pairs, seed=seed, connection=connection)
        seconds = time.perf_counter() - begin
        step(0.8, "finding who belongs together")
        made = _clustered(records, reading, replace(model, struck=struck), candidates, levels=levels, rules=rules or Rules(), connection=connection)
        return replace(made, findings=findings, train_seconds=seconds)


def _clustered(
    records: pa.Table,
    reading: Reading,
    model: Model,
    candidates: Candidates,
    *,
    levels: Levels,
    rules: Rules,
    connection: duckdb.DuckDBPyConnection,
) -> Matching:
    rarity = scoring.rarities(records, model)
    scores = scoring.weigh(levels, rarity[candidates.pairs[:, 0]], model)
    if rules.has_households is None:
        left, right = (records.take(candidates.pairs[:, side]) for side in (0, 1))
        family = clustering.relatives(left, right, scores.levels, model)
        rules = replace(rules, has_households=clustering.has_households(family, scores.levels, scores.probability, model))
    links = _link(records, candidates.pairs, scores, model, rules)
    limits = clustering.thresholds(links.probability[~links.contradicts & ~links.doubtful])
    compare = partial(_compare, records, model=model, rules=rules, rarity=rarity, connection=connection)
    labels = clustering.cluster(records.num_rows, links, limits, compare)
    trained = Trained(reading, model, candidates.limits, rules, limits)
    return Matching(records, trained, candidates, scores, links, labels)


def _link(records: pa.Table, pairs: Pairs, scores: Scores, model: Model, rules: Rules) -> Links:
    return linked(records.take(pairs[:, 0]), records.take(pairs[:, 1]), pairs, scores, model=model, rules=rules)


def linked(left: pa.Table, right: pa.Table, pairs: Pairs, scores: Scores, *, model: Model, rules: Rules) -> Links:
    """Return scored pairs with what forbids to join them; the tables stand row against row."""
    contradicts = clustering.contradictions(scores.levels, model) | clustering.same_source(left, right, rules.distinct_sources)
    nothing = np.zeros(len(pairs), bool)
    doubtful = clustering.relatives(left, right, scores.levels, model) if rules.has_households else nothing
    if rules.needs_name:
        contradicts = contradicts | clustering.strangers(scores.levels, model)
        doubtful = doubtful | clustering.unnamed(scores.levels, model)
    return Links(pairs, scores.total, contradicts, doubtful)


def _compare(
    records: pa.Table, pairs: Pairs, *, model: Model, rules: Rules, rarity: npt.NDArray[np.float64], connection: duckdb.DuckDBPyConnection
) -> Links:
    return _link(records, pairs, scoring.score(records, pairs, model, rarity=rarity, connection=connection), model, rules)


def reason(links: Links, at: int, limits: Thresholds) -> str:
    """Return in words why a pair is not joined by rule."""
    if links.contradicts[at]:
        return "two facts contradict"
    if links.doubtful[at]:
        return "another given name: perhaps a relative"
    if links.probability[at] >= limits.certain:
        return "other records of the group speak against it"
    return "not certain enough"
