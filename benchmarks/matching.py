"""Person records without a common key: pairs and clusters against the truth, whole files and one by one, beside plain Splink.

`python -m benchmarks matching FILE [FILE2] --truth COLUMN [--truth-pattern REGEX] [--without COLUMN,...]` or `--labels PAIRS.csv`.
The truth is looked at for the report only.
"""

from __future__ import annotations

import argparse
import re
import resource
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.csv as pc
import pyarrow.parquet as pq

from benchmarks import splink_peer
from benchmarks.report import Row, spread
from hanse.data.profiles.matching import batch, fields, incremental
from hanse.data.profiles.matching.clustering import Rules

TODAY = date(2026, 1, 1)
OURS, PEER, ONE_BY_ONE = (
    "hanse, whole file",
    f"Splink defaults, connected components at {splink_peer.CERTAIN}",
    f"hanse, second half in batches of {incremental.BATCH}",
)
LEAST_F1 = 0.99
LEAST_RATE = 500
MOST_BEHIND = 0.005
Codes = npt.NDArray[np.int64]
Measures = dict[str, float]


@dataclass(frozen=True)
class Task:
    """One file, or two put together, and what the truth is."""

    table: pa.Table
    data: str
    record_id: str | None
    ignore: tuple[str, ...]
    true_pairs: Codes
    judged: Codes | None
    """Pairs whose truth is known, where not all are."""
    distinct: frozenset[str]


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add what only this benchmark takes."""
    parser.add_argument("--truth", metavar="COLUMN", help="column that says which records are one person")
    parser.add_argument("--truth-pattern", metavar="REGEX", help="what of it counts: the first group; rec-(\\d+)- for Febrl")
    parser.add_argument("--labels", type=Path, metavar="PAIRS", help="CSV with unique_id_l, unique_id_r, clerical_match_score")
    parser.add_argument("--without", default="", metavar="COLUMN,...", help="columns to do without")
    parser.add_argument("--id", metavar="COLUMN", help="column with the id of a record; found by its name otherwise")
    parser.add_argument("--distinct", action="store_true", help="each file has a person once: two records of one are never joined")
    parser.add_argument("--seeds", type=int, default=3, metavar="NUMBER", help="runs, each with another seed (default 3)")


def measure(paths: list[Path], options: argparse.Namespace) -> list[Row]:
    """Run each way with several seeds, each run in a process of its own so that its memory can be told."""
    if not paths or not (options.truth or options.labels):
        raise SystemExit("This benchmark needs a PATH, a file of person records, and the truth: --truth COLUMN or --labels PAIRS.csv.")
    task = _task(paths, options)
    rows = []
    for method, function in ((PEER, _peer), (OURS, _whole), (ONE_BY_ONE, _one_by_one)):
        runs = [_apart(function, task, seed) for seed in range(1, options.seeds + 1)]
        limits = {} if method == PEER else _LIMITS[method]
        rows += [
            spread(task.data, method, name, _unit(name), [run[name] for run in runs], peer=method == PEER, limit=limits.get(name, ""))
            for name in runs[0]
        ]
    return rows


_LIMITS = {
    OURS: {"cluster F1": f"≥ {LEAST_F1:g}"},
    ONE_BY_ONE: {"records per second": f"≥ {LEAST_RATE}", "cluster F1 behind whole file": f"≤ {MOST_BEHIND:g}"},
}


def _unit(name: str) -> str:
    units = {"seconds": "s", "MB": "MB", "pairs": "pairs", "second": "records/s", "certain": "probability"}
    return units.get(name.rsplit(maxsplit=1)[-1], "")


def _apart(function: Callable[[Task, int], Measures], task: Task, seed: int) -> Measures:
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(_with_memory, function, task, seed).result()


def _with_memory(function: Callable[[Task, int], Measures], task: Task, seed: int) -> Measures:
    made = {name: float(value) for name, value in function(task, seed).items()}
    return made | {"peak memory, MB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


def _peer(task: Task, seed: int) -> Measures:
    peer = splink_peer.run(task.table, ignore=task.ignore, record_id=task.record_id, seed=seed)
    count = task.table.num_rows
    certain = peer.probability >= splink_peer.CERTAIN
    seconds = peer.train_seconds + peer.predict_seconds
    return {
        **_blocking(task, peer.pairs),
        **_quality(task, "pair", _codes(peer.pairs[certain], count)),
        **_quality(task, "cluster", _within(peer.labels)),
        "training seconds": peer.train_seconds,
        "prediction and clustering seconds": peer.predict_seconds,
        "records per second": count / seconds,
    }


def _whole(task: Task, seed: int) -> Measures:
    begin = time.perf_counter()
    matching = _match(task, task.table, seed)
    seconds = time.perf_counter() - begin
    links, count = matching.links, task.table.num_rows
    certain = (links.probability >= matching.trained.thresholds.certain) & ~links.contradicts & ~links.doubtful
    review = matching.review
    right = np.isin(_codes(links.pairs[review], count), task.true_pairs)
    return {
        **_blocking(task, links.pairs),
        **_quality(task, "pair", _codes(links.pairs[certain], count)),
        **_quality(task, "cluster", _within(matching.labels)),
        "from which probability on certain": matching.trained.thresholds.certain,
        "expected share of wrong joins": matching.trained.thresholds.expected_false_score,
        "families suspected": float(bool(matching.trained.rules.has_households)),
        "review pairs": len(review),
        "right among review pairs": int(right.sum()),
        "training seconds": matching.train_seconds,
        "prediction and clustering seconds": seconds - matching.train_seconds,
        "records per second": count / seconds,
    }


def _one_by_one(task: Task, seed: int) -> Measures:
    """Half of the records, taken at random, are there; the others come afterwards."""
    count = task.table.num_rows
    order = np.random.default_rng(seed).permutation(count)
    whole = _quality(task, "cluster", _within(_match(task, task.table, seed).labels))
    first = _match(task, task.table.take(order[: count // 2]), seed)
    with incremental.Resolver.of(first) as resolver:
        begin = time.perf_counter()
        resolver.add(task.table.take(order[count // 2 :]))
        seconds = time.perf_counter() - begin
        labels = np.empty(count, np.int64)
        labels[order] = resolver.labels
        single = _single_seconds(resolver, task.table.take(order[-min(50, count) :]))
    quality = _quality(task, "cluster", _within(labels))
    return {
        **quality,
        "cluster F1 behind whole file": whole["cluster F1"] - quality["cluster F1"],
        "records per second": (count - count // 2) / seconds,
        "a call for one record, seconds": single,
    }


def _single_seconds(resolver: incremental.Resolver, table: pa.Table) -> float:
    begin = time.perf_counter()
    for row in range(table.num_rows):
        resolver.add(table.slice(row, 1))
    return (time.perf_counter() - begin) / max(len(table), 1)


def _match(task: Task, table: pa.Table, seed: int) -> batch.Matching:
    rules = Rules(distinct_sources=task.distinct)
    return batch.match(table, today=TODAY, seed=seed, record_id=task.record_id, ignore=task.ignore, rules=rules)


def _blocking(task: Task, pairs: npt.NDArray[np.int64]) -> Measures:
    found = np.isin(task.true_pairs, _codes(pairs, task.table.num_rows)).sum()
    return {"blocking recall": found / max(len(task.true_pairs), 1), "candidate pairs": len(pairs)}


def _quality(task: Task, kind: str, found: Codes) -> Measures:
    """Return precision, recall and F1 over pairs of records; where only some pairs are judged, over those."""
    found = found if task.judged is None else np.intersect1d(found, task.judged)
    right = len(np.intersect1d(found, task.true_pairs))
    precision, recall = right / max(len(found), 1), right / max(len(task.true_pairs), 1)
    return {f"{kind} precision": precision, f"{kind} recall": recall, f"{kind} F1": 2 * right / max(len(found) + len(task.true_pairs), 1)}


def _codes(pairs: npt.NDArray[np.int64], count: int) -> Codes:
    ordered = np.sort(pairs, axis=1)
    return np.asarray(ordered[:, 0] * count + ordered[:, 1], np.int64)


def _within(labels: npt.NDArray[np.int64]) -> Codes:
    """Return all pairs of records that have the same label."""
    count, order = len(labels), np.argsort(labels, kind="stable")
    groups = np.split(order, np.flatnonzero(np.diff(labels[order])) + 1)
    pairs = [np.stack(np.triu_indices(len(group), 1)) for group in groups if len(group) > 1]
    members = [group for group in groups if len(group) > 1]
    made = [_codes(np.column_stack([group[left], group[right]]), count) for group, (left, right) in zip(members, pairs, strict=True)]
    return np.concatenate(made) if made else np.empty(0, np.int64)


def _task(paths: list[Path], options: argparse.Namespace) -> Task:
    tables = [_read(path) for path in paths]
    if len(tables) > 1:
        tables = [table.append_column("source", pa.array([path.stem] * table.num_rows)) for path, table in zip(paths, tables, strict=True)]
    table = pa.concat_tables(tables, promote_options="default")
    record_id = options.id or fields.map_columns(table).record_id
    without = tuple(filter(None, options.without.split(",")))
    ignore = tuple(name for name in (*without, options.truth) if name and name != record_id)
    truth, judged = _labels(table, record_id, options.labels) if options.labels else (_truth(table, options), None)
    data = " + ".join(path.name for path in paths) + (f" without {', '.join(without)}" if without else "")
    distinct = frozenset(path.stem for path in paths) if options.distinct else frozenset()
    return Task(table, data, record_id, ignore, truth, judged, distinct)


def _truth(table: pa.Table, options: argparse.Namespace) -> Codes:
    values = [str(value) for value in table[options.truth].to_pylist()]
    if options.truth_pattern:
        values = [_entity(options.truth_pattern, value) for value in values]
    return _within(np.unique(np.array(values), return_inverse=True)[1].astype(np.int64))


def _entity(pattern: str, value: str) -> str:
    found = re.search(pattern, value)
    if found is None:
        raise SystemExit(f"The truth {value!r} does not match {pattern!r}.")
    return found.group(1) if found.groups() else found.group()


def _labels(table: pa.Table, record_id: str | None, file: Path) -> tuple[Codes, Codes]:
    ids: Iterable[object] = table[record_id].to_pylist() if record_id else range(table.num_rows)
    rows = {str(name): row for row, name in enumerate(ids)}
    labels = _read(file)
    sides = [[rows[str(name)] for name in labels[f"unique_id_{side}"].to_pylist()] for side in "lr"]
    codes = _codes(np.array(sides, np.int64).T, table.num_rows)
    is_same = np.array([float(score) >= 0.5 for score in labels["clerical_match_score"].to_pylist()])
    return np.unique(codes[is_same]), np.unique(codes)


def _read(path: Path) -> pa.Table:
    """Read every column as text, with blanks around names and values taken off."""
    if path.suffix == ".parquet":
        return pq.read_table(path)
    with pc.open_csv(path) as reader:
        names = reader.schema.names
    table = pc.read_csv(path, convert_options=pc.ConvertOptions(column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=True))
    columns = [pa.compute.utf8_trim_whitespace(column) for column in table.columns]
    empty = [pa.compute.if_else(pa.compute.equal(column, ""), None, column) for column in columns]
    return pa.table(dict(zip((name.strip() for name in names), empty, strict=True)))
