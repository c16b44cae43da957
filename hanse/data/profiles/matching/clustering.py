"""Pairs become persons: clusters of records that hold together, and pairs that somebody should look at.

Where to draw the line comes from the model's own probabilities, not from labels. Strong pairs are joined strongest first; two groups join
only if no record of one contradicts a record of the other, and if all their records taken together speak for it. So a chain of likenesses
cannot pull two persons into one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from hanse.data.profiles.matching.blocking import Pairs
from hanse.data.profiles.matching.fields import SOURCE
from hanse.data.profiles.matching.model import CROSSED, DIFFERENT, Model
from hanse.data.profiles.matching.scoring import Flags, Levels

MOST_FALSE_SCORE = 0.005
"""Expected share of wrong pairs among those that are joined by rule."""
LEAST_CERTAIN = 0.5
WORTH_A_LOOK = 0.1
STRONGEST = 30.0
"""Bits that one pair can say for or against joining two groups."""
MOST_COMPARED = 80
"""Records of a group up to which each is compared with each; a larger one has said enough by the pairs that are known."""
HOUSEHOLD_SHARE = 2.0
"""How many times as often as surnames given names may differ in pairs that look the same: beyond it, more of them are relatives than slips."""

Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Thresholds:
    """Probabilities from which pairs are joined by rule, and from which they are shown to somebody."""

    certain: float
    review: float
    expected_false_score: float = 0.0
    """Share of wrong pairs that the model expects among the joined ones."""


@dataclass(frozen=True)
class Rules:
    """What forbids a join, whatever the model says."""

    distinct_sources: frozenset[str] = frozenset()
    """Sources with a key of their own: two records of one are two persons."""
    has_households: bool | None = None
    """Whether a different given name at the same address is rather a relative than a slip; null to let the file decide."""
    needs_name: bool = False
    """Whether nobody is joined by rule whose name does not say so: addresses, telephones and mailboxes are shared by colleagues and families."""


@dataclass(frozen=True)
class Links:
    """Scored pairs with what forbids to join them."""

    pairs: Pairs
    total: Numbers
    """Bits."""
    contradicts: Flags
    """The two are different persons: no cluster may hold both."""
    doubtful: Flags
    """Not to be joined by rule on its own."""

    @property
    def probability(self) -> Numbers:
        """Return the probability of each pair to be the same person."""
        return 1 / (1 + np.exp2(-np.clip(self.total, -500, 500)))


Compare = Callable[[Pairs], Links]
"""Scores further pairs."""


def thresholds(probability: Numbers) -> Thresholds:
    """Return the lowest certain probability that keeps the expected share of wrong joins small."""
    falling = np.sort(probability[probability >= LEAST_CERTAIN])[::-1]
    if not len(falling):
        return Thresholds(LEAST_CERTAIN, WORTH_A_LOOK)
    expected = np.cumsum(1 - falling) / np.arange(1, len(falling) + 1)
    is_end = np.append(np.diff(falling) < 0, True)  # equal pairs are joined together or not at all
    allowed = np.flatnonzero((expected <= MOST_FALSE_SCORE) & is_end)
    if not len(allowed):
        return Thresholds(1 - MOST_FALSE_SCORE, WORTH_A_LOOK)
    last = int(allowed[-1])
    return Thresholds(LEAST_CERTAIN if last == len(falling) - 1 else float(falling[last]), WORTH_A_LOOK, float(expected[last]))


def contradictions(levels: Levels, model: Model) -> Flags:
    """Return which pairs differ in two things that one person has once: number and date of birth, or given name and date of birth."""
    at = {comparison.field: number for number, comparison in enumerate(model.comparisons)}
    differ = {name: levels[:, column] == DIFFERENT for name, column in at.items()}
    agree = _agree(levels, at, ("national_id", "customer_number"))
    nothing = np.zeros(len(levels), bool)
    born = differ.get("birth_date", nothing)
    return np.asarray((differ.get("national_id", nothing) & born) | (differ.get("given_name", nothing) & born & ~agree), bool)


def relatives(left: pa.Table, right: pa.Table, levels: Levels, model: Model) -> Flags:
    """Return which pairs may be two of a family: two well-known given names, and nothing personal that agrees."""
    at = {comparison.field: number for number, comparison in enumerate(model.comparisons)}
    if "given_name" not in at:
        return np.zeros(len(levels), bool)
    found = (levels[:, at["given_name"]] == DIFFERENT) & ~_agree(levels, at, ("national_id", "birth_date", "customer_number"))
    rows = np.flatnonzero(found)
    names = zip(left["given_name"].take(rows).to_pylist(), right["given_name"].take(rows).to_pylist(), strict=True)
    found[rows] = [one in model.established and other in model.established for one, other in names]
    return np.asarray(found, bool)


def unnamed(levels: Levels, model: Model) -> Flags:
    """Return which pairs have no name in common that says that it is one person: both names, or one of them and a number or date of birth."""
    at = {comparison.field: number for number, comparison in enumerate(model.comparisons)}
    given, surname = (_agree(levels, at, (name,)) for name in ("given_name", "surname"))
    firm = _agree(levels, at, ("national_id", "customer_number", "birth_date"))
    crossed = np.zeros(len(levels), bool)
    for number, name in enumerate(model.comparisons[at["surname"]].valued[::-1] if "surname" in at else ()):
        if name.words in CROSSED:
            crossed |= levels[:, at["surname"]] == number
    return np.asarray(~((firm & (given | surname)) | (surname & (given | crossed))), bool)


def strangers(levels: Levels, model: Model) -> Flags:
    """Return which pairs differ in both names and have no number or date of birth in common: two colleagues, or two of a household."""
    at = {comparison.field: number for number, comparison in enumerate(model.comparisons)}
    if not {"given_name", "surname"} <= at.keys():
        return np.zeros(len(levels), bool)
    differ = (levels[:, at["given_name"]] == DIFFERENT) & (levels[:, at["surname"]] == DIFFERENT)
    return np.asarray(differ & ~_agree(levels, at, ("national_id", "customer_number", "birth_date")), bool)


def has_households(family: Flags, levels: Levels, probability: Numbers, model: Model) -> bool:
    """Return whether given names differ so much oftener than surnames, in pairs that look the same, that families must be the cause."""
    same = probability >= LEAST_CERTAIN
    surname = [number for number, comparison in enumerate(model.comparisons) if comparison.field == "surname"]
    if not same.any() or not surname:
        return True
    return float(family[same].mean()) > HOUSEHOLD_SHARE * float((levels[same, surname[0]] == DIFFERENT).mean())


def same_source(left: pa.Table, right: pa.Table, distinct: Collection[str]) -> Flags:
    """Return which pairs are of one source whose records are known to be different persons."""
    if not distinct:
        return np.zeros(left.num_rows, bool)
    sides = zip(left[SOURCE].to_pylist(), right[SOURCE].to_pylist(), strict=True)
    return np.array([one == other and one in distinct for one, other in sides], bool)


def cluster(count: int, links: Links, limits: Thresholds, compare: Compare) -> npt.NDArray[np.int64]:
    """Return the cluster of each record, named by its first record; `compare` scores the pairs of a group that are not known yet."""
    labels = np.arange(count)
    is_strong = (links.probability >= limits.certain) & ~links.contradicts & ~links.doubtful
    strong = links.pairs[is_strong]
    if not len(strong):
        return labels
    graph = coo_array((np.ones(len(strong)), (strong[:, 0], strong[:, 1])), shape=(count, count))
    component = connected_components(graph, directed=False)[1]
    sizes = np.bincount(component)
    inside = component[links.pairs[:, 0]] == component[links.pairs[:, 1]]
    inside &= sizes[component[links.pairs[:, 0]]] > 1
    known = joined(_taken(links, inside), _missing(component, sizes, links.pairs[inside], compare))
    for first, second in merge(known, limits):
        labels[labels == second] = first
    return labels


def merge(links: Links, limits: Thresholds, groups: dict[int, set[int]] | None = None) -> list[tuple[int, int]]:
    """Return which clusters to join, strongest pair first: the first of each two keeps its name. Groups are those there are already."""
    of: dict[int, int] = {row: name for name, rows in (groups or {}).items() for row in rows}
    between = _between(links, of)
    strong = (links.probability >= limits.certain) & ~links.contradicts & ~links.doubtful
    order = np.lexsort((links.pairs[:, 1], links.pairs[:, 0], -np.round(links.total, 6)))
    made: list[tuple[int, int]] = []
    name: dict[int, int] = {}
    for at in order[strong[order]]:
        one, other = (root(name, of.get(int(row), int(row))) for row in links.pairs[at])
        if one == other or not between[one][other].holds:
            continue
        kept, gone = min(one, other), max(one, other)
        name[gone] = kept
        made.append((kept, gone))
        _absorb(between, kept, gone)
    return made


@dataclass
class _Tie:
    """What all pairs between two groups say together."""

    bits: float = 0.0
    is_forbidden: bool = False

    @property
    def holds(self) -> bool:
        return self.bits > 0 and not self.is_forbidden


def _between(links: Links, of: dict[int, int]) -> dict[int, dict[int, _Tie]]:
    made: dict[int, dict[int, _Tie]] = defaultdict(lambda: defaultdict(_Tie))
    bits = np.clip(links.total, -STRONGEST, STRONGEST)
    rows = zip(links.pairs.tolist(), bits.tolist(), links.contradicts.tolist(), strict=True)
    for (left, right), weight, forbidden in rows:
        one, other = of.get(left, left), of.get(right, right)
        if one == other:
            continue
        tie = made[one][other]
        tie.bits += weight
        tie.is_forbidden |= forbidden
        made[other][one] = tie
    return made


def _absorb(between: dict[int, dict[int, _Tie]], kept: int, gone: int) -> None:
    for other, tie in between.pop(gone).items():
        del between[other][gone]
        if other == kept:
            continue
        joined = between[kept][other]
        joined.bits += tie.bits
        joined.is_forbidden |= tie.is_forbidden
        between[other][kept] = joined


def root(name: dict[int, int], row: int) -> int:
    """Return what a row is called in the end, by what each was renamed to."""
    while row in name:
        row = name[row]
    return row


def _missing(component: npt.NDArray[np.int32], sizes: npt.NDArray[np.int64], known: Pairs, compare: Compare) -> Links:
    """Score the pairs inside groups that were no candidates."""
    count = len(component)
    rows = np.flatnonzero((sizes[component] > 2) & (sizes[component] <= MOST_COMPARED))
    members: dict[int, list[int]] = defaultdict(list)
    for row in rows:
        members[int(component[row])].append(int(row))
    codes = [codes_of_pairs(each, count) for each in members.values()]
    every = np.concatenate(codes) if codes else np.empty(0, np.int64)
    missing = np.setdiff1d(every, known[:, 0] * count + known[:, 1])
    return compare(np.stack([missing // count, missing % count], axis=1))


def codes_of_pairs(rows: Iterable[int], count: int) -> npt.NDArray[np.int64]:
    """Return every pair of rows, each as one number."""
    sorted_rows = np.array(sorted(rows), np.int64)
    left, right = np.triu_indices(len(sorted_rows), 1)
    return np.asarray(sorted_rows[left] * count + sorted_rows[right], np.int64)


def _taken(links: Links, which: Flags) -> Links:
    return Links(links.pairs[which], links.total[which], links.contradicts[which], links.doubtful[which])


def joined(one: Links, other: Links) -> Links:
    """Return both sets of pairs."""
    return Links(
        np.concatenate([one.pairs, other.pairs]),
        np.concatenate([one.total, other.total]),
        np.concatenate([one.contradicts, other.contradicts]),
        np.concatenate([one.doubtful, other.doubtful]),
    )


def _agree(levels: Levels, at: dict[str, int], names: Collection[str]) -> Flags:
    made = np.zeros(len(levels), bool)
    for name in names:
        if name in at:
            made |= levels[:, at[name]] > DIFFERENT
    return made
