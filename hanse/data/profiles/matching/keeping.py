"""What was trained as plain JSON and back, so that records that come later are weighed by it in any process.

How rare a value is stands under the hash of the value, and only of those that several records have: nobody can be read out of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from hashlib import blake2b
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa

from hanse.data.profiles.matching import model as models
from hanse.data.profiles.matching.batch import Matching, Trained
from hanse.data.profiles.matching.cleaning import Reading
from hanse.data.profiles.matching.clustering import Rules, Thresholds
from hanse.data.profiles.matching.fields import Mapping as Columns
from hanse.data.profiles.matching.model import Model

SEVERAL = 3
"""Records that have a value, from which on it is kept how rare it is; of others the model knows that they are rare."""


class Shares(Mapping[str, float]):
    """The share of records that have a value, found by the hash of the value."""

    def __init__(self, shares: Mapping[str, float]) -> None:
        """Know the shares by hash."""
        self._shares = shares

    def __getitem__(self, value: str) -> float:
        """Return the share of a value; nan where the average of the field says more."""
        found = self._shares[digest(value)]
        return np.nan if found is None else found

    def __iter__(self) -> Iterator[str]:
        """Go through the hashes; the values are not known."""
        return iter(self._shares)

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._shares)


def digest(value: str) -> str:
    """Return the short hash of a value."""
    return blake2b(value.encode(), digest_size=8).hexdigest()


def kept(matching: Matching) -> dict[str, Any]:
    """Return what was trained as plain data, without the values that were struck: those are findings."""
    trained = matching.trained
    model = trained.model
    return {
        "fields": model.columns,
        "match_probability": model.match_probability,
        "m": [each.tolist() for each in model.m],
        "u": [each.tolist() for each in model.u],
        "shares": {name: _shares(matching.records[name], shares) for name, shares in model.frequencies.items()},
        "unseen": {name: _plain(share) for name, share in model.unseen.items()},
        "established": sorted(model.established),
        "reading": msgspec.to_builtins(trained.reading),
        "limits": trained.limits,
        "rules": msgspec.to_builtins(trained.rules),
        "thresholds": msgspec.to_builtins(trained.thresholds),
    }


def trained(said: Mapping[str, Any], struck: Mapping[str, frozenset[str]]) -> Trained:
    """Return what was trained from plain data, and from the values that stand for nobody."""
    model = Model(
        models.comparisons(said["fields"]),
        said["match_probability"],
        tuple(np.array(each, float) for each in said["m"]),
        tuple(np.array(each, float) for each in said["u"]),
        {name: Shares(shares) for name, shares in said["shares"].items()},
        {name: np.nan if share is None else share for name, share in said["unseen"].items()},
        frozenset(said["established"]),
        struck,
    )
    reading = said["reading"]
    columns = Columns(**{**reading["mapping"], "ignored": tuple(reading["mapping"]["ignored"])})
    return Trained(
        Reading(columns, date.fromisoformat(reading["today"]), reading["region"], reading["earliest_birth_year"]),
        model,
        said["limits"],
        Rules(**{**said["rules"], "distinct_sources": frozenset(said["rules"]["distinct_sources"])}),
        Thresholds(**said["thresholds"]),
    )


def _shares(values: pa.ChunkedArray, shares: Mapping[str, float]) -> dict[str, float | None]:
    least = (SEVERAL - 0.5) / max(len(values) - values.null_count, 1)
    return {digest(value): _plain(share) for value, share in shares.items() if np.isnan(share) or share >= least}


def _plain(share: float) -> float | None:
    return None if np.isnan(share) else float(share)
