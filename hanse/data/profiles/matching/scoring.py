"""How much speaks for a pair of records being the same person, field by field, and why.

The levels are found by the conditions that Splink is given, in DuckDB; the weights are looked up in NumPy. The same code weighs a whole file
and one new record, so that both come to the same answer; Splink's own prediction gives the same weights.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from hanse.data.profiles.matching import fields, projection
from hanse.data.profiles.matching import model as models
from hanse.data.profiles.matching.blocking import Pairs
from hanse.data.profiles.matching.model import Model

CHUNK = 200_000
_CALL = re.compile(r'(?:jaro_winkler_similarity|damerau_levenshtein)\("\w+", "\w+"\)')
"""Likenesses of two values: several levels ask for the same one, and each is worked out once."""
Levels = npt.NDArray[np.int8]
"""One row for each pair, one column for each comparison."""
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Evidence:
    """What one field says about a pair."""

    field: str
    level: str
    """In words."""
    weight: float
    """In bits: above zero speaks for the same person."""


@dataclass(frozen=True)
class Scores:
    """The levels and weights of pairs."""

    levels: Levels
    weights: npt.NDArray[np.float64]
    """Bits, one column for each comparison."""
    total: npt.NDArray[np.float64]
    """Bits for each pair, with what it weighs before anything is compared."""

    @property
    def probability(self) -> npt.NDArray[np.float64]:
        """Return the probability of each pair to be the same person."""
        return 1 / (1 + np.exp2(-np.clip(self.total, -500, 500)))


def compare(left: pa.Table, right: pa.Table, comparisons: tuple[models.Comparison, ...], *, connection: duckdb.DuckDBPyConnection) -> Levels:
    """Return the level of each comparison for two tables that stand row against row."""
    if not left.num_rows or not comparisons:
        return np.empty((left.num_rows, len(comparisons)), np.int8)
    sides = {f"{name}_{side}": table[name] for side, table in (("l", left), ("r", right)) for name in (each.field for each in comparisons)}
    cases = [f"CAST({each.case} AS TINYINT)" for each in comparisons]
    calls = {call: f"f{number}" for number, call in enumerate(dict.fromkeys(_CALL.findall(" ".join(cases))))}
    once = {name: f'"{name}"' for name in sides} | {name: call for call, name in calls.items()}
    expressions = {f"g{number}": _CALL.sub(lambda found: calls[found.group()], case) for number, case in enumerate(cases)}
    made = projection.project(connection, pa.table(sides), once, expressions)
    return np.column_stack([column.to_numpy() for column in made.columns])


def compare_pairs(records: pa.Table, pairs: Pairs, comparisons: tuple[models.Comparison, ...], *, connection: duckdb.DuckDBPyConnection) -> Levels:
    """Return the level of each comparison for pairs of rows of one table."""
    chunks = [pairs[at : at + CHUNK] for at in range(0, len(pairs), CHUNK)] or [pairs]
    return np.concatenate([compare(records.take(chunk[:, 0]), records.take(chunk[:, 1]), comparisons, connection=connection) for chunk in chunks])


def weigh(levels: Levels, rarity: npt.NDArray[np.float64], model: Model) -> Scores:
    """Return the weights of levels; `rarity` is the share of records with the left record's value, or nan, for each pair and comparison."""
    weights = np.zeros(levels.shape)
    for at, comparison in enumerate(model.comparisons):
        by_level = np.append(np.log2(model.m[at] / model.u[at]), 0.0)
        weights[:, at] = by_level[levels[:, at]]
        if comparison.exact is not None:
            is_rare = (levels[:, at] == comparison.exact) & ~np.isnan(rarity[:, at])
            weights[is_rare, at] += np.log2(model.u[at][comparison.exact] / rarity[is_rare, at])
    return Scores(levels, weights, weights.sum(axis=1) + model.prior_weight)


def rarities(records: pa.Table, model: Model) -> npt.NDArray[np.float64]:
    """Return the share of records that have each record's values; nan where the average of the field is taken."""
    made = np.full((records.num_rows, len(model.comparisons)), np.nan)
    for at, comparison in enumerate(model.comparisons):
        shares = model.frequencies.get(comparison.field)
        if shares:
            unseen = model.unseen.get(comparison.field, np.nan)
            made[:, at] = [np.nan if value is None else shares.get(value, unseen) for value in records[comparison.field].to_pylist()]
    return made


def score(
    records: pa.Table, pairs: Pairs, model: Model, *, connection: duckdb.DuckDBPyConnection, rarity: npt.NDArray[np.float64] | None = None
) -> Scores:
    """Return what speaks for each of the pairs of rows."""
    shares = rarities(records, model) if rarity is None else rarity
    levels = compare_pairs(records, pairs, model.comparisons, connection=connection)
    return weigh(levels, shares[pairs[:, 0]], model)


def evidence(scores: Scores, at: int, model: Model) -> list[Evidence]:
    """Return why a pair weighs what it weighs, the heaviest field first."""
    made = [
        Evidence(fields.words(comparison.field), comparison.words(int(scores.levels[at, number])), round(float(scores.weights[at, number]), 2))
        for number, comparison in enumerate(model.comparisons)
    ]
    return sorted(made, key=lambda each: -abs(each.weight))


def strike(records: pa.Table, struck: Mapping[str, Collection[str]]) -> pa.Table:
    """Return the records without values that stand for nobody."""
    for name, values in struck.items():
        cleaned = [None if value in values else value for value in records[name].to_pylist()]
        records = records.set_column(records.column_names.index(name), name, pa.array(cleaned, pa.string()))
    return records.combine_chunks()
