"""What each outcome of a comparison weighs, found without labels.

How often two persons agree (u) is counted by Splink on random pairs and on the values themselves. How often one person's records agree (m) is
found by expectation maximisation over the candidate pairs, with experience as a prior: on a thousand rows there are too few pairs to find
everything anew, and on many the prior no longer matters. The share of true pairs among the random ones is taken out of u, or a file full of
duplicates would make its own numbers look common.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa
from splink import DuckDBAPI, Linker

from hanse.data.profiles.matching import model as models
from hanse.data.profiles.matching import scoring
from hanse.data.profiles.matching.blocking import Pairs
from hanse.data.profiles.matching.fields import RECORD_ID, SOURCE
from hanse.data.profiles.matching.model import Comparison, Model, Weights
from hanse.data.profiles.matching.scoring import Levels

MOST_RANDOM_PAIRS = 300_000
PRIOR_MATCHES = 30.0
"""Pairs that experience counts for, in every field, against what the file says."""
MOST_ROUNDS = 50
CONVERGED = 1e-5
LEAST_U = 1 / MOST_RANDOM_PAIRS
"""What the sample shows never is taken to happen once in it."""
LEAST_EXACT_U = 1e-9
LEAST_M = 1e-4
RARE = 6
"""Up to so many records a value may have because they are one person's: then the average of the field says how rare it is."""
FEWEST_MATCHES = 0.5
ESTABLISHED = 3
ESTABLISHED_SHARE = 1e-4
"""Records, and share of all, that have a given name that is no slip of the hand."""
DIGITS = 5
"""Parameters are kept to so many digits: sums in another order, on other cores, then give the same model."""


@dataclass(frozen=True)
class _Field:
    """How rare the values of a field are."""

    values: list[str]
    sizes: Weights
    rows: npt.NDArray[np.int64]
    """Of each record the number of its value; one beyond the last where it has none."""

    @property
    def count(self) -> float:
        return float(self.sizes.sum())

    @property
    def same(self) -> float:
        """Return how likely two records that have the field have the same value."""
        return float((self.sizes * (self.sizes - 1)).sum()) / max(self.count * (self.count - 1), 1.0)

    def rarity(self, average: float) -> Weights:
        """Return the share of each value where it says more than the average, else nan: of a few records it may be one person's."""
        shares = self.sizes / max(self.count, 1.0)
        return np.where((shares < average) | (self.sizes > RARE), shares, np.nan)


def train(records: pa.Table, pairs: Pairs, *, seed: int, connection: duckdb.DuckDBPyConnection) -> tuple[Model, Levels]:
    """Return a model for the cleaned records, from the pairs that may be the same person, and how those compare."""
    filled = [name for name in records.column_names if name not in {RECORD_ID, SOURCE} and records[name].null_count < records.num_rows]
    compared = models.comparisons(filled)
    chance = min(0.5, 1 / max(records.num_rows, 2))
    model = Model(compared, chance, tuple(each.m_prior / each.m_prior.sum() for each in compared), tuple(map(_guess, compared)))
    levels = scoring.compare_pairs(records, pairs, compared, connection=connection)
    if not len(pairs) or not compared:
        return model, levels
    counted = [_count(records[each.field]) for each in compared]
    raw = _random(records, model, counted, seed=seed)
    trained = _maximise(replace(model, u=raw), levels, pairs[:, 0], counted, records.num_rows)
    frequencies, unseen = _frequencies(trained, counted)
    return replace(trained, frequencies=frequencies, unseen=unseen, established=_established(records)), levels


def _maximise(model: Model, levels: Levels, left: npt.NDArray[np.int64], counted: list[_Field], count: int) -> Model:
    """Take steps of expectation maximisation until nothing moves any more; `left` is the first record of each pair."""
    everyone, raw = count * (count - 1) / 2, model.u
    for _ in range(MOST_ROUNDS):
        probability = scoring.weigh(levels, _rarity(model, counted)[left], model).probability
        following = _step(model, levels, probability, raw, everyone)
        moved = max(float(np.abs(new - old).max()) for new, old in zip(following.m, model.m, strict=True))
        model = following
        if moved < CONVERGED:
            break
    return replace(
        model, m=tuple(map(_rounded, model.m)), u=tuple(map(_rounded, model.u)), match_probability=_rounded_number(model.match_probability)
    )


def settings(model: Model) -> dict[str, Any]:
    """Return the model as Splink's settings."""
    return {
        "link_type": "dedupe_only",
        "unique_id_column_name": "row",
        "probability_two_random_records_match": model.match_probability,
        "blocking_rules_to_generate_predictions": [],
        "retain_intermediate_calculation_columns": True,
        "comparisons": [_settings(each, m, u, model) for each, m, u in zip(model.comparisons, model.m, model.u, strict=True)],
    }


def _settings(comparison: Comparison, m: Weights, u: Weights, model: Model) -> dict[str, Any]:
    levels: list[dict[str, Any]] = []
    number = len(comparison.valued)
    for level in comparison.levels:
        made: dict[str, Any] = {"sql_condition": level.condition, "label_for_charts": level.words}
        if level.is_null:
            made["is_null_level"] = True
        else:
            number -= 1
            made |= {"m_probability": float(m[number]), "u_probability": float(u[number])}
        if level.is_exact and comparison.field in model.frequencies:
            made["tf_adjustment_column"] = comparison.field
        levels.append(made)
    return {"output_column_name": comparison.field, "comparison_levels": levels}


def _random(records: pa.Table, model: Model, counted: list[_Field], *, seed: int) -> tuple[Weights, ...]:
    """Return how often each level comes out for two records taken at random, as Splink counts it."""
    logging.getLogger("splink").setLevel(logging.ERROR)
    api = DuckDBAPI(":memory:")
    rows = pa.array(np.arange(records.num_rows))
    registered = api.register(records.select(model.columns).add_column(0, "row", rows), dataset_display_name="records")
    linker = Linker(registered, settings(model), log_level=None, validate_settings=False)
    linker.training.estimate_u_using_random_sampling(max_pairs=MOST_RANDOM_PAIRS, seed=seed, min_count_per_level=None, num_chunks=1)
    saved = linker.misc.save_model_to_json()
    api.duckdb_con.close()
    found = {each["output_column_name"]: each["comparison_levels"] for each in saved["comparisons"]}
    return tuple(_raw_u(each, found[each.field], field) for each, field in zip(model.comparisons, counted, strict=True))


def _raw_u(comparison: Comparison, levels: list[dict[str, Any]], counted: _Field) -> Weights:
    """Return how often the levels come out at random; sameness is counted on all pairs instead of a sample of them."""
    by_condition = {level["sql_condition"]: level.get("u_probability") or 0.0 for level in levels}
    made = np.array([max(by_condition.get(level.condition, 0.0), LEAST_U) for level in reversed(comparison.valued)])
    if comparison.exact is not None and not comparison.is_conditional:
        made[comparison.exact] = max(counted.same, LEAST_EXACT_U)
    return np.asarray(made / made.sum(), float)


def _step(model: Model, levels: Levels, probability: Weights, raw: tuple[Weights, ...], everyone: float) -> Model:
    """Take one step of expectation maximisation, given how likely each pair is a match."""
    share = min(max(float(probability.sum()), FEWEST_MATCHES) / everyone, 0.5)
    m, u = [], []
    for at, comparison in enumerate(model.comparisons):
        valued = levels[:, at] >= 0
        found = np.bincount(levels[valued, at], weights=probability[valued], minlength=len(comparison.valued))
        prior = comparison.m_prior / comparison.m_prior.sum()
        new = np.maximum((found + PRIOR_MATCHES * prior) / (found.sum() + PRIOR_MATCHES), LEAST_M)
        m.append(new / new.sum())
        least = np.full(len(new), LEAST_U)
        if comparison.exact is not None:
            least[comparison.exact] = max(0.5 / everyone, LEAST_EXACT_U)
        apart = np.maximum((raw[at] - share * m[-1]) / (1 - share), least)
        u.append(apart / apart.sum())
    return replace(model, m=tuple(m), u=tuple(u), match_probability=share)


def _rarity(model: Model, counted: list[_Field]) -> Weights:
    """Return what `scoring.rarities` returns, quickly: for each record and comparison the share of records with the same value."""
    made = []
    for comparison, u, field in zip(model.comparisons, model.u, counted, strict=True):
        by_value = field.rarity(float(u[comparison.exact])) if comparison.exact is not None else np.full(len(field.values), np.nan)
        made.append(np.append(by_value, np.nan)[field.rows])
    return np.column_stack(made)


def _frequencies(model: Model, counted: list[_Field]) -> tuple[dict[str, dict[str, float]], dict[str, float]]:
    """Return the share of each value, and of one that is new: as if it were the second record to have it."""
    made, unseen = {}, {}
    for comparison, u, field in zip(model.comparisons, model.u, counted, strict=True):
        if comparison.exact is None:
            continue
        average = float(u[comparison.exact])
        shares = field.rarity(average)
        pair = 2 / max(field.count, 2.0)
        unseen[comparison.field] = pair if pair < average else np.nan
        told = np.flatnonzero(~np.isnan(shares) | (pair < average))
        made[comparison.field] = {field.values[at]: float(shares[at]) for at in told}
    return made, unseen


def _established(records: pa.Table) -> frozenset[str]:
    if "given_name" not in records.column_names:
        return frozenset()
    counted = _count(records["given_name"])
    least = max(ESTABLISHED, ESTABLISHED_SHARE * counted.count)
    return frozenset(value for value, size in zip(counted.values, counted.sizes, strict=True) if size >= least)


def _count(values: pa.ChunkedArray) -> _Field:
    encoded = values.combine_chunks().dictionary_encode()
    names = encoded.dictionary.to_pylist()
    rows = encoded.indices.fill_null(len(names)).to_numpy(zero_copy_only=False).astype(np.int64)
    return _Field(names, np.bincount(rows, minlength=len(names) + 1)[: len(names)].astype(float), rows)


def _guess(comparison: Comparison) -> Weights:
    """Return u for a file from which nothing can be learnt: agreement is rare, and the rarer the closer."""
    count = len(comparison.valued)
    made = np.array([1.0, *(0.001 * 0.3**at for at in range(count - 1))])
    return np.asarray(made / made.sum(), float)


def _rounded(values: Weights) -> Weights:
    return np.array([_rounded_number(value) for value in values])


def _rounded_number(value: float) -> float:
    return float(f"{value:.{DIGITS}g}")
