"""The keys by which records become candidates, as numbers: to be kept and looked up outside of memory without any value of a record."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from hashlib import blake2b

import duckdb
import pyarrow as pa

from hanse.data.profiles.matching import blocking
from hanse.data.profiles.matching.batch import Trained

Hashes = list[dict[int, int]]
"""For each record its keys, each with how many records may share it."""


def hashes(records: pa.Table, trained: Trained, *, connection: duckdb.DuckDBPyConnection) -> Hashes:
    """Return the keys of cleaned records as signed numbers of 64 bits."""
    rules = blocking.rules(trained.reading.columns)
    if not rules or not records.num_rows:
        return [{} for _ in range(records.num_rows)]
    limits = [trained.limits.get(rule.name, blocking.MOST_SHARING) for rule in rules]
    names = [rule.name for rule in rules]
    every = blocking.each(blocking.keys(records, rules, connection=connection))
    return [{_hash(name, key): most for name, key, most in zip(names, keys, limits, strict=True) if key is not None} for keys in every]


def kept(found: Hashes) -> list[list[int]]:
    """Return the keys that are worth keeping of a whole file: those that no more records share than may."""
    counted = Counter(key for keys in found for key in keys)
    return [[key for key, most in keys.items() if counted[key] <= most] for keys in found]


def wanted(found: Sequence[Mapping[int, int]]) -> dict[int, int]:
    """Return all keys of some records together, each with how many records may share it."""
    return {key: most for keys in found for key, most in keys.items()}


def _hash(rule: str, key: str) -> int:
    return int.from_bytes(blake2b(f"{rule}\x1f{key}".encode(), digest_size=8).digest(), signed=True)
