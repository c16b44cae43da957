"""Off-policy estimates on the Open Bandit logs: the click rate of the random policy, estimated from the log of another, beside the true one.

`python -m benchmarks offpolicy DIR`: the folder has `random` and `bts` (Bernoulli Thompson sampling), each with campaigns of one
`CAMPAIGN/CAMPAIGN.csv.gz`. Shown are estimate and interval of each estimator, the known click rate, the effective sample size, and whether
an estimate was refused. The reward model of the doubly robust estimator is the smoothed click rate of each item, learned on the other half.
"""

from __future__ import annotations

import csv
import gzip
import sys
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from benchmarks.report import SEED, Row
from hanse.data.decisions import offpolicy
from hanse.data.decisions.offpolicy import Estimate, Estimator, Log, Refused

CAMPAIGNS = ("all", "men", "women")
SMOOTHING = 100.0
"""Made-up impressions at the average rate that each item begins with."""


class Impressions(NamedTuple):
    """One log of a campaign."""

    items: NDArray[np.int64]
    clicks: NDArray[np.float64]
    propensities: NDArray[np.float64]


def measure(paths: list[Path]) -> list[Row]:
    """Estimate the random policy of each campaign from the log of Thompson sampling."""
    if not paths:
        sys.exit("Which folder holds the logs? python -m benchmarks offpolicy DIR")
    return [row for campaign in CAMPAIGNS for row in _campaign(paths[0], campaign)]


def _campaign(folder: Path, campaign: str) -> list[Row]:
    logged, truth = (_read(folder / policy / campaign / f"{campaign}.csv.gz") for policy in ("bts", "random"))
    items = int(max(logged.items.max(), truth.items.max())) + 1
    chosen, target = _predicted(logged, items)
    log = Log.of(logged.clicks, logged.propensities, 1 / items, chosen, target)
    data = f"{campaign}, {logged.clicks.size:,} impressions, {items} items"
    known = float(truth.clicks.mean())
    rows = [Row(data=data, method="random policy, its own log", measure="click rate", value=known, unit="")]
    for estimator in Estimator:
        rows += _rows(data, offpolicy.estimate(log, estimator), known)
    return rows


def _rows(data: str, found: Estimate | Refused, known: float) -> list[Row]:
    size = Row(data=data, method=found.estimator, measure="effective sample size", value=found.effective, unit="")
    if isinstance(found, Refused):
        return [Row(data=data, method=found.estimator, measure=f"refused: {found.refusal}", value=1, unit=""), size]
    inside = "truth inside" if found.low <= known <= found.high else "TRUTH OUTSIDE"
    return [
        Row(data=data, method=found.estimator, measure="click rate", value=found.value, low=found.low, high=found.high, unit="", limit=inside),
        size,
    ]


def _predicted(log: Impressions, items: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return what is expected of each impression, and of a random item: from the half of the log that it is not in."""
    half = np.random.default_rng(SEED).random(log.clicks.size) < 0.5
    chosen, target = np.empty(log.clicks.size), np.empty(log.clicks.size)
    for part in (half, ~half):
        clicks = np.bincount(log.items[~part], weights=log.clicks[~part], minlength=items)
        shown = np.bincount(log.items[~part], minlength=items)
        rates = (clicks + SMOOTHING * log.clicks[~part].mean()) / (shown + SMOOTHING)
        chosen[part], target[part] = rates[log.items[part]], rates.mean()
    return chosen, target


def _read(file: Path) -> Impressions:
    with gzip.open(file, "rt", encoding="utf-8", newline="") as stream:
        rows = [(int(row["item_id"]), float(row["click"]), float(row["propensity_score"])) for row in csv.DictReader(stream)]
    items, clicks, propensities = zip(*rows, strict=True)
    return Impressions(np.array(items), np.array(clicks), np.array(propensities))
