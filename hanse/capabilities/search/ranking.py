"""The order of what was found: what speaks for each product in numbers, and how they are weighed.

Pure arrays. Weights by hand until there are enough clicks to learn from; chosen on validation queries (`benchmarks/search`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
FEATURES = ("anywhere", "in_title", "exact", "all", "words", "near", "is_number", "has_number", "popularity", "in_stock")
"""What speaks for a product: the share of the query, by how much each word says, that it has anywhere, in its title, and as typed; whether it
has all of it; PostgreSQL's rank; the cosine of its vector; whether the query is its number, or begins one in its data; how well it sells; whether it is in stock."""
WEIGHTS = np.array([1.0, 0.4, 0.2, 0.3, 0.5, 8.0, 3.0, 0.5, 0.1, 0.2])
WHOLE = 1 - 1e-6
"""A sum of shares above it is all of them."""
LEAST_NEAR = 0.78
"""Cosines of this encoder lie above it, whatever the texts."""
LEAST_MEANT = 0.805
"""Above it lie those of texts that have something to do with each other, nearly always."""


def features(rows: Sequence[Mapping[str, Any]]) -> Floats:
    """Return what speaks for each product, a row each, from what the statement `described` says of them."""
    return np.array([_one(row) for row in rows], np.float64).reshape(-1, len(FEATURES))


def _one(row: Mapping[str, Any]) -> tuple[float, ...]:
    near = row["near_score"]
    return (
        row["anywhere"],
        row["in_title"],
        row["exact"],
        row["anywhere"] > WHOLE,
        min(row["rank_score"], 1.0),
        max(near - LEAST_NEAR, 0.0) if near is not None else 0.0,
        row["is_number"],
        row["has_number"],
        row["popularity_score"],
        row["in_stock"] is not False,
    )


def is_meant(found: Floats) -> NDArray[np.bool_]:
    """Return which products have a word of the query, or are near enough in meaning to have none."""
    return (found[:, FEATURES.index("anywhere")] > 0) | (found[:, FEATURES.index("near")] >= LEAST_MEANT - LEAST_NEAR)


def score(found: Floats) -> Floats:
    """Return how well each product fits; comparable within one query."""
    return np.asarray(found @ WEIGHTS, np.float64)
