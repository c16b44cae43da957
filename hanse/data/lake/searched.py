"""Searches in the log and what came of them: which products people looked at and ordered after they searched for something."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from hanse.base.config import Settings
from hanse.data import lake

WORD = re.compile(r"\d+[.,]\d+(?!\w)|\b\d\b|\w{2,}")
"""Words and numbers; single letters say nothing."""
MOST_WORDS, LONGEST = 8, 100
AFTER = np.timedelta64(60, "m")
"""What happens within an hour of a search, and before the next one, counts as its outcome."""
LEAST_PEOPLE = 3
"""Fewer people than this, and a query is nobody else's business: it may name a person, and tells nothing."""


@dataclass(frozen=True)
class Searches:
    """Each search by its query and person, in the order of time, and what came of it."""

    queries: tuple[str, ...]
    """The different queries, normalised."""
    query: NDArray[np.int32]
    person: NDArray[np.int64]
    at: NDArray[np.datetime64]
    outcome: NDArray[np.int64]
    """Which search each outcome belongs to; pairs of search and product are there once."""
    item: NDArray[np.int32]
    product_ids: tuple[str, ...]

    def __len__(self) -> int:
        """Return how many searches there are."""
        return len(self.query)

    def part(self, chosen: NDArray[np.bool_]) -> Searches:
        """Return some of the searches with their outcomes."""
        number = np.cumsum(chosen) - 1
        kept = chosen[self.outcome]
        return Searches(
            self.queries, self.query[chosen], self.person[chosen], self.at[chosen], number[self.outcome[kept]], self.item[kept], self.product_ids
        )

    @property
    def since(self) -> datetime | None:
        """Return when the first one was."""
        return aware(self.at.min()) if len(self) else None

    @property
    def until(self) -> datetime | None:
        """Return when the last one was."""
        return aware(self.at.max()) if len(self) else None


def normalised(query: str) -> str:
    """Return the words of a query in small letters, parted by blanks.

    >>> normalised("  Akku-Schrauber  18V! ")
    'akku schrauber 18v'
    >>> normalised("Bohrer 8,0 mm, 5 Stück")
    'bohrer 8,0 mm 5 stück'
    """
    return " ".join(WORD.findall(query.casefold())[:MOST_WORDS])[:LONGEST]


def read(settings: Settings) -> Searches:
    """Read searches and their outcomes from the lake; not for the event loop."""
    from hanse.data.lake import expressions  # Ibis takes half a second to import

    with lake.session(settings) as session:
        events, merges = session.tables.events, session.tables.merges
        return searches(expressions.searches(events, merges).to_pyarrow(), expressions.product_views(events, merges).to_pyarrow())


def searches(asked: pa.Table, seen: pa.Table) -> Searches:
    """Build searches of what was asked (profile_id, query, occurred_at) and seen (profile_id, product_id, occurred_at)."""
    words = [normalised(each) for each in asked["query"].to_pylist()]
    asked = asked.set_column(asked.schema.get_field_index("query"), "query", pa.array(words, pa.string()))
    asked = asked.filter(pc.not_equal(asked["query"], "")).sort_by(
        [("occurred_at", "ascending"), ("profile_id", "ascending"), ("query", "ascending")]
    )
    people = pc.unique(pa.chunked_array([*asked["profile_id"].chunks, *seen["profile_id"].chunks], pa.string()))
    query, found = _encoded(asked["query"])
    item, product_ids = _encoded(seen["product_id"])
    when, then = (table["occurred_at"].to_numpy().astype("datetime64[us]") for table in (asked, seen))
    who, whose = (pc.index_in(table["profile_id"], people).to_numpy().astype(np.int64) for table in (asked, seen))
    outcome = _last_before(who, when, whose, then)
    pairs = np.unique(outcome[outcome >= 0] * np.int64(max(len(product_ids), 1)) + item[outcome >= 0])
    width = max(len(product_ids), 1)
    return Searches(found, query, who, when, pairs // width, (pairs % width).astype(np.int32), product_ids)


def _encoded(column: pa.ChunkedArray) -> tuple[NDArray[np.int32], tuple[str, ...]]:
    encoded = pc.dictionary_encode(column).combine_chunks()
    names = encoded.dictionary.to_pylist()
    order = sorted(range(len(names)), key=names.__getitem__)
    number = np.empty(len(names), np.int32)
    number[order] = np.arange(len(names))
    return number[encoded.indices.to_numpy(zero_copy_only=False)] if len(names) else np.empty(0, np.int32), tuple(names[each] for each in order)


def _last_before(who: NDArray[np.int64], when: NDArray[Any], whose: NDArray[np.int64], then: NDArray[Any]) -> NDArray[np.int64]:
    """Return for each thing seen the last search of the same person before it, within the time that counts; -1 where there is none."""
    person, at = np.concatenate((who, whose)), np.concatenate((when, then))
    search = np.concatenate((np.arange(len(who)), np.full(len(whose), -1)))
    order = np.lexsort((search < 0, at, person))
    place = np.where(search[order] >= 0, np.arange(len(order)), -1)
    last = np.maximum.accumulate(place) if len(place) else place
    found = np.full(len(order), -1, np.int64)
    before = last >= 0
    near = np.zeros(len(order), bool)
    near[before] = (person[order][before] == person[order][last[before]]) & (at[order][before] - at[order][last[before]] <= AFTER)
    found[order[near]] = search[order][last[near]]
    return found[len(who) :]


def aware(moment: np.datetime64) -> datetime:
    """Return a moment of an array as an aware one."""
    return datetime.fromtimestamp(int(moment.astype("datetime64[s]").astype(np.int64)), UTC)
