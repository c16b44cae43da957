"""What speaks for two words meaning the same, in a log of searches. Arrays in, proposals out; no database.

* Different people who typed either came to the same products, surely more often than others who searched.
* Who found nothing with the one searched again with the other, and came to something.

Each of the two was typed by at least three people. Whether it is true, somebody who knows the shop decides.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from rapidfuzz.distance import OSA
from scipy.stats import binom

from hanse.capabilities.search.search_rules import forms
from hanse.capabilities.search.synonyms.schemas import Origin
from hanse.data.lake.searched import LEAST_PEOPLE, Searches

LEAST_LIKENESS = 0.3
"""Cosine between what people came to, by how many of them came to each product."""
SURE = 1e-4
"""How improbable it must be that so many came there by chance."""
AGAIN = np.timedelta64(30, "m")
"""Within so long somebody searches again for the same."""
MOST_WORDS = 3
MOST = 500


@dataclass(frozen=True)
class Evidence:
    """Two words, or some, that may mean the same, and what speaks for it."""

    word: str
    means: str
    both_ways: bool
    origin: Origin
    word_people: int
    means_people: int
    shared_people: int
    strength: float
    model: str | None = None
    """The language model that said so, where one did."""


class _Log:
    """Searches by query: who typed each, and who came to which product after it."""

    def __init__(self, log: Searches) -> None:
        self.text = log.queries
        self.typed: dict[int, set[int]] = defaultdict(set)
        for query, person in zip(log.query.tolist(), log.person.tolist(), strict=True):
            self.typed[query].add(person)
        self.common = {query for query, people in self.typed.items() if len(people) >= LEAST_PEOPLE}
        self.came: dict[int, dict[int, set[int]]] = defaultdict(lambda: defaultdict(set))
        self.reached: dict[int, set[int]] = defaultdict(set)
        self.fruitful = set(log.outcome.tolist())
        for search, item in zip(log.outcome.tolist(), log.item.tolist(), strict=True):
            query, person = int(log.query[search]), int(log.person[search])
            self.reached[item].add(person)
            if query in self.common:
                self.came[query][item].add(person)
        self.people = len(set(log.person.tolist()))
        self.arrived = {person for people in self.reached.values() for person in people}


def find(log: Searches, nothing: Collection[str]) -> list[Evidence]:
    """Return what may mean the same, with most people first; `nothing` are normalised queries that found nothing."""
    known = _Log(log)
    best: dict[tuple[str, str], Evidence] = {}
    for each in (*_searched_again(log, known, nothing), *_same_products(known)):
        pair = (each.word, each.means) if each.word < each.means else (each.means, each.word)
        if pair not in best or each.shared_people > best[pair].shared_people:
            best[pair] = each
    return sorted(best.values(), key=lambda each: (-each.shared_people, -each.strength, each.word))[:MOST]


def _same_products(known: _Log) -> Iterator[Evidence]:
    for one, other in _neighbours(known):
        likeness = _likeness(known.came[one], known.came[other])
        pair = differing(known.text[one], known.text[other])
        if likeness < LEAST_LIKENESS or pair is None:
            continue
        shared = _shared(known, one, other)
        if shared:
            word, means = pair
            yield Evidence(word, means, True, "same_products", len(known.typed[one]), len(known.typed[other]), shared, round(likeness, 3))


def _neighbours(known: _Log) -> list[tuple[int, int]]:
    """Return pairs of queries from which people came to the same product."""
    queries_of: dict[int, list[int]] = defaultdict(list)
    for query, items in known.came.items():
        for item in items:
            queries_of[item].append(query)
    return sorted({pair for queries in queries_of.values() for pair in combinations(sorted(queries), 2)})


def _likeness(one: Mapping[int, set[int]], other: Mapping[int, set[int]]) -> float:
    dot = sum(len(one[item]) * len(other[item]) for item in one.keys() & other.keys())
    norms = [sum(len(people) ** 2 for people in each.values()) ** 0.5 for each in (one, other)]
    return float(dot / (norms[0] * norms[1])) if all(norms) else 0.0


def _shared(known: _Log, one: int, other: int) -> int:
    """Return how many different people came to the same products by either query; 0 where it may be chance, or where too few did."""
    items = known.came[one].keys() & known.came[other].keys()
    both = known.typed[one] | known.typed[other]
    others = len(set().union(*(known.reached[item] for item in items)) - both)
    chance = (others + 1) / (len(known.arrived - both) + 2)
    counts = []
    for mine, theirs in ((one, other), (other, one)):
        there = set().union(*(known.came[mine][item] for item in items)) - known.typed[theirs]
        arrived = set().union(*known.came[mine].values()) - known.typed[theirs]
        if len(there) < LEAST_PEOPLE or binom.sf(len(there) - 1, len(arrived), chance) >= SURE:
            return 0
        counts.append(len(there))
    return sum(counts)


def _searched_again(log: Searches, known: _Log, nothing: Collection[str]) -> Iterator[Evidence]:
    order = np.lexsort((log.at, log.person))
    first, then = order[:-1], order[1:]
    near = (log.person[first] == log.person[then]) & (log.at[then] - log.at[first] <= AGAIN) & (log.query[first] != log.query[then])
    people: dict[tuple[int, int], set[int]] = defaultdict(set)
    for before, after in zip(first[near].tolist(), then[near].tolist(), strict=True):
        one, other = int(log.query[before]), int(log.query[after])
        if before not in known.fruitful and after in known.fruitful and {one, other} <= known.common and known.text[one] in nothing:
            people[one, other].add(int(log.person[before]))
    for (one, other), who in people.items():
        typed, chance = len(known.typed[one]), len(known.typed[other]) / known.people
        pair = differing(known.text[one], known.text[other])
        if len(who) >= LEAST_PEOPLE and pair and binom.sf(len(who) - 1, typed, chance) < SURE:
            yield Evidence(*pair, False, "searched_again", typed, len(known.typed[other]), len(who), round(len(who) / typed, 3))


def differing(one: str, other: str) -> tuple[str, str] | None:
    """Return the words in which two queries differ; null where they are the same, one narrows the other down, or a typing error is all.

    >>> differing("flex 125", "winkelschleifer 125")
    ('flex', 'winkelschleifer')
    >>> differing("bohrer", "bohrer holz"), differing("bohrer", "bohrern"), differing("akkuschrauber", "akuschrauber")
    (None, None, None)
    """
    mine, theirs = one.split(), other.split()
    left = [each for each in mine if not any(_same(each, word) for word in theirs)]
    right = [each for each in theirs if not any(_same(each, word) for word in mine)]
    if not (0 < len(left) <= MOST_WORDS and 0 < len(right) <= MOST_WORDS) or any(character.isdigit() for character in "".join(left + right)):
        return None
    first, second = "".join(left), "".join(right)
    if first in second or second in first or OSA.distance(first, second) <= (2 if min(len(first), len(second)) >= 7 else 1):
        return None
    return " ".join(left), " ".join(right)


def _same(one: str, other: str) -> bool:
    return not set(forms.folded(one)).isdisjoint(forms.folded(other))
