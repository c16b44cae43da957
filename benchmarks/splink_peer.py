"""Plain Splink as its documentation shows it: its own comparisons, blocking on single columns, connected components at 0.95."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import splink.comparison_library as cl
from splink import DuckDBAPI, Linker, SettingsCreator, block_on
from splink.internals.comparison_creator import ComparisonCreator
from splink.internals.exceptions import SplinkException

from hanse.data.profiles.matching import fields

CERTAIN = 0.95
RECALL = 0.8
"""Of the deterministic rules; the value that the documentation takes."""
BLOCKED = ("national_id", "customer_number", "email", "phone", "birth_date", "given_name", "surname", "postcode")
TRAINED = ("birth_date", "postcode", "surname", "given_name", "email", "city")
MOST_RANDOM_PAIRS = 1e6


@dataclass(frozen=True)
class Peer:
    """What plain Splink answers."""

    pairs: npt.NDArray[np.int64]
    """Candidates, by row."""
    probability: npt.NDArray[np.float64]
    labels: npt.NDArray[np.int64]
    train_seconds: float
    predict_seconds: float


def run(table: pa.Table, *, ignore: tuple[str, ...], record_id: str | None, seed: int) -> Peer:
    """Train, predict and cluster."""
    logging.getLogger("splink").setLevel(logging.ERROR)
    columns = fields.map_columns(table, record_id=record_id, ignore=ignore).columns
    named = {field: table[column] for field, column in columns.items()}
    records = pa.table({"unique_id": pa.array(np.arange(table.num_rows)), **named})
    begin = time.perf_counter()
    with duckdb.connect(config={"threads": 2}) as connection:
        api = DuckDBAPI(connection)
        linker = Linker(api.register(records, dataset_display_name="records"), _settings(list(columns)), log_level=None)
        _train(linker, list(columns), seed)
        trained = time.perf_counter()
        scored = linker.inference.predict()
        joined = linker.clustering.cluster_pairwise_predictions_at_threshold(scored, threshold_match_probability=CERTAIN)
        found = connection.table(scored.physical_name).project("unique_id_l, unique_id_r, match_probability").fetchnumpy()
        clusters = connection.table(joined.physical_name).project("unique_id, cluster_id").order("unique_id").fetchnumpy()
    pairs = np.sort(np.column_stack([found["unique_id_l"], found["unique_id_r"]]).astype(np.int64), axis=1)
    labels = np.unique(np.asarray(clusters["cluster_id"]), return_inverse=True)[1].astype(np.int64)
    return Peer(pairs, np.asarray(found["match_probability"], float), labels, trained - begin, time.perf_counter() - trained)


def _settings(columns: list[str]) -> SettingsCreator:
    blocked = [name for name in BLOCKED if name in columns] or columns
    return SettingsCreator(
        link_type="dedupe_only",
        comparisons=[_comparison(name) for name in columns],
        blocking_rules_to_generate_predictions=[block_on(name) for name in blocked],
    )


def _comparison(name: str) -> ComparisonCreator:
    match name:
        case "given_name" | "surname" | "full_name":
            return cl.NameComparison(name).configure(term_frequency_adjustments=True)
        case "birth_date":
            return cl.DamerauLevenshteinAtThresholds(name, [1, 2])
        case "email":
            return cl.EmailComparison(name)
        case "postcode" | "phone" | "national_id" | "customer_number":
            return cl.DamerauLevenshteinAtThresholds(name, [1, 2])
        case "street" | "address_extra" | "company":
            return cl.JaroWinklerAtThresholds(name, [0.9, 0.7]).configure(term_frequency_adjustments=True)
        case _:
            return cl.ExactMatch(name).configure(term_frequency_adjustments=True)


def _train(linker: Linker, columns: list[str], seed: int) -> None:
    names = [name for name in ("given_name", "surname", "full_name") if name in columns]
    others = [name for name in ("birth_date", "postcode", "city") if name in columns][:1]
    certain = [block_on(name) for name in ("national_id", "email") if name in columns]
    linker.training.estimate_probability_two_random_records_match([block_on(*names, *others), *certain], recall=RECALL)
    linker.training.estimate_u_using_random_sampling(max_pairs=MOST_RANDOM_PAIRS + 1, seed=seed)
    for name in [name for name in TRAINED if name in columns][:3]:
        try:
            linker.training.estimate_parameters_using_expectation_maximisation(block_on(name))
        except SplinkException:
            # Too few pairs share the value; the other sessions have to do.
            continue
