"""New records join the clusters there are, one by one or in small batches, without going over the whole file again.

The same keys, weights and rules as for a whole file decide; candidates come from dictionaries in memory. A cluster keeps its id when records
join it; where a new record shows that two clusters are one person, they become one under the older id.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Self

import duckdb
import numpy as np
import pyarrow as pa

from hanse.data.profiles.matching import batch, blocking, cleaning, clustering, scoring
from hanse.data.profiles.matching.batch import Matching, Proposal, Trained
from hanse.data.profiles.matching.blocking import Index, Pairs
from hanse.data.profiles.matching.clustering import Links
from hanse.data.profiles.matching.fields import RECORD_ID, SOURCE
from hanse.data.profiles.matching.scoring import Scores

BATCH = 500
"""Records that are taken in together; few enough to wait for, enough to keep both cores busy."""


@dataclass(frozen=True)
class Joined:
    """What happened to a new record."""

    record_id: str
    cluster_id: str
    is_new: bool
    """Whether nobody it could belong to was known."""
    merged_ids: tuple[str, ...] = ()
    """Clusters that became part of this one because of the records it came with."""
    why: tuple[Proposal, ...] = ()
    """The pairs with earlier records of the same cluster, and their evidence."""


class Resolver:
    """The clusters as they are, and how to find the right one for a new record.

    Close it, or use it in a `with` block: it holds a database in memory.
    """

    def __init__(self, trained: Trained, records: pa.Table, labels: Iterable[int], *, threads: int = 2) -> None:
        """Take in records that are cleaned and clustered; a label is the row of a cluster's first record."""
        self.trained = trained
        self._connection = duckdb.connect(config={"threads": threads})
        self._columns: dict[str, list[str | None]] = {name: records[name].to_pylist() for name in records.column_names}
        self._rules = blocking.rules(trained.reading.columns)
        self._index = Index([trained.limits.get(rule.name, blocking.MOST_SHARING) for rule in self._rules])
        self._labels = [int(label) for label in labels]
        self._members: dict[int, set[int]] = defaultdict(set)
        for row, label in enumerate(self._labels):
            self._members[label].add(row)
        self._candidates(records, 0)

    @classmethod
    def of(cls, matching: Matching) -> Resolver:
        """Return a resolver that goes on where a whole file was left."""
        return cls(matching.trained, matching.records, matching.labels.tolist())

    @classmethod
    def empty(cls, trained: Trained) -> Resolver:
        """Return a resolver that knows nobody yet."""
        columns = (RECORD_ID, SOURCE, *trained.reading.columns)
        return cls(trained, pa.table({name: pa.array([], pa.string()) for name in columns}), ())

    def know(self, table: pa.Table) -> None:
        """Take in records as their source gives them of which each is a person of its own, as was found out before."""
        self._append(self._cleaned(table))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the memory."""
        self._connection.close()

    @property
    def labels(self) -> list[int]:
        """Return the cluster of each record in the order of arrival: the row of its first record."""
        return list(self._labels)

    @property
    def cluster_ids(self) -> list[str]:
        """Return the cluster of each record, called by the id of its first record."""
        return [self._name(label) for label in self._labels]

    def add(self, table: pa.Table) -> tuple[list[Joined], list[Proposal]]:
        """Take in new records as their source gives them; return where each belongs, and pairs for somebody to decide."""
        joined: list[Joined] = []
        proposals: list[Proposal] = []
        for at in range(0, table.num_rows, BATCH):
            some, doubts = self._add(table.slice(at, BATCH))
            joined += some
            proposals += doubts
        return joined, proposals

    def _add(self, table: pa.Table) -> tuple[list[Joined], list[Proposal]]:
        first = len(self._labels)
        pairs = self._append(self._cleaned(table))
        scores, links = self._score(pairs)
        merged = self._join(links)
        why = self._why(scores, links)
        rows = range(first, len(self._labels))
        return [self._joined(row, first, merged, why) for row in rows], list(self._proposals(scores, links))

    def _append(self, records: pa.Table) -> Pairs:
        """Take records in, each by itself; return the pairs they make with those before them."""
        first = len(self._labels)
        for name, values in self._columns.items():
            values.extend(records[name].to_pylist())
        rows = range(first, first + records.num_rows)
        self._labels.extend(rows)
        self._members.update({row: {row} for row in rows})
        return self._candidates(records, first)

    def _cleaned(self, table: pa.Table) -> pa.Table:
        missing = [each for each in self._needed() if each not in table.column_names]
        for name in missing:
            table = table.append_column(name, pa.nulls(table.num_rows, pa.string()))
        records = cleaning.clean(table, self.trained.reading, connection=self._connection)
        return scoring.strike(records, self.trained.model.struck)

    def _needed(self) -> Iterator[str]:
        mapping = self.trained.reading.mapping
        yield from mapping.columns.values()
        yield from (name for name in (mapping.record_id, mapping.source) if name)

    def _candidates(self, records: pa.Table, first: int) -> Pairs:
        """Put the records into the index; return the pairs they make with those before them."""
        if not self._rules or not records.num_rows:
            return np.empty((0, 2), np.int64)
        every = blocking.each(blocking.keys(records, self._rules, connection=self._connection))
        found = [(other, first + at) for at, keys in enumerate(every) for other in sorted(self._index.add(first + at, keys))]
        return np.array(found, np.int64).reshape(-1, 2)

    def _score(self, pairs: Pairs) -> tuple[Scores, Links]:
        model = self.trained.model
        left, right = self._rows(pairs[:, 0].tolist()), self._rows(pairs[:, 1].tolist())
        levels = scoring.compare(left, right, model.comparisons, connection=self._connection)
        scores = scoring.weigh(levels, scoring.rarities(left, model), model)
        return scores, batch.linked(left, right, pairs, scores, model=model, rules=self.trained.rules)

    def _rows(self, rows: list[int]) -> pa.Table:
        return pa.table({name: pa.array([values[row] for row in rows], pa.string()) for name, values in self._columns.items()})

    def _join(self, links: Links) -> dict[int, list[int]]:
        """Join clusters that the new pairs bring together; return what became part of which."""
        touched = self._touched(links)
        if not touched:
            return {}
        groups = {label: self._members[label] for label in set().union(*touched)}
        known = {(int(left), int(right)) for left, right in links.pairs}
        missing = np.array([pair for each in touched for pair in self._missing(each, known)], np.int64).reshape(-1, 2)
        every = clustering.joined(links, self._score(missing)[1])
        merged: dict[int, list[int]] = defaultdict(list)
        for kept, gone in clustering.merge(every, self.trained.thresholds, self._of(every, groups)):
            merged[kept] += [gone, *merged.pop(gone, [])]
            self._move(kept, gone)
        return merged

    def _of(self, links: Links, groups: dict[int, set[int]]) -> dict[int, set[int]]:
        """Return the clusters of all records that are in a pair, as far as they are not touched themselves."""
        labels = {self._labels[int(row)] for row in np.unique(links.pairs)}
        return {label: self._members[label] for label in labels} | groups

    def _touched(self, links: Links) -> list[set[int]]:
        """Return the clusters that strong pairs may bring together, each set by itself."""
        certain = (links.probability >= self.trained.thresholds.certain) & ~links.contradicts & ~links.doubtful
        sets: dict[int, set[int]] = {}
        for left, right in links.pairs[certain].tolist():
            one, other = self._labels[left], self._labels[right]
            union = sets.get(one, {one}) | sets.get(other, {other})
            sets |= dict.fromkeys(union, union)
        return list({min(each): each for each in sets.values()}.values())

    def _missing(self, labels: set[int], known: set[tuple[int, int]]) -> Iterator[tuple[int, int]]:
        """Yield the pairs between clusters that are not weighed yet."""
        rows = sorted((row, label) for label in labels for row in self._members[label])
        if len(rows) > clustering.MOST_COMPARED:
            return
        for at, (left, own) in enumerate(rows):
            yield from ((left, right) for right, other in rows[at + 1 :] if own != other and (left, right) not in known)

    def _move(self, kept: int, gone: int) -> None:
        for row in self._members[gone]:
            self._labels[row] = kept
        self._members[kept] |= self._members.pop(gone)

    def _joined(self, row: int, first: int, merged: dict[int, list[int]], why: dict[int, list[Proposal]]) -> Joined:
        label = self._labels[row]
        older = tuple(self._name(each) for each in sorted(merged.get(label, ())) if each < first)
        return Joined(self._name(row), self._name(label), label == row, older, tuple(why[row]))

    def _name(self, row: int) -> str:
        return self._columns[RECORD_ID][row] or str(row)

    def _proposals(self, scores: Scores, links: Links) -> Iterator[Proposal]:
        is_open = (links.probability >= self.trained.thresholds.review) & ~links.contradicts
        for at in np.flatnonzero(is_open):
            left, right = (int(row) for row in links.pairs[at])
            if self._labels[left] != self._labels[right]:
                yield self._proposal(scores, links, int(at))

    def _why(self, scores: Scores, links: Links) -> dict[int, list[Proposal]]:
        """Return the pairs inside of clusters, by their later record."""
        found: dict[int, list[Proposal]] = defaultdict(list)
        for at, (left, right) in enumerate(links.pairs.tolist()):
            if self._labels[left] == self._labels[right]:
                found[right].append(self._proposal(scores, links, at))
        return found

    def _proposal(self, scores: Scores, links: Links, at: int) -> Proposal:
        left, right = (self._name(int(row)) for row in links.pairs[at])
        why = scoring.evidence(scores, at, self.trained.model)
        return Proposal(left, right, float(links.probability[at]), batch.reason(links, at, self.trained.thresholds), why)
