"""How good a classifier is on texts it has not seen, with the spread between folds, and when it says none of the labels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np

from hanse.ai.models.schemas import Card
from hanse.ai.text.classifying.method import Codes, Scores

LEAST_RIGHT = 0.9
"""How many of the answers are to be right where there are too few labels to leave some out."""
BINS = 10


@dataclass(frozen=True)
class Findings:
    """Measures on held-out texts; the interval is from the worst fold to the best."""

    measures: dict[str, float] = field(default_factory=dict)
    intervals: dict[str, tuple[float, float]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    sizes: dict[str, int] = field(default_factory=dict)

    def card(self, name: str, method: str, trained_at: datetime, *, seed: int, seconds: float = 0.0, code_version: str = "") -> Card:
        """Return the card of a model that was trained like this."""
        return Card(
            name=name,
            method=method,
            trained_at=trained_at,
            sizes=self.sizes,
            measures=self.measures,
            intervals=self.intervals,
            notes=self.notes,
            seed=seed,
            seconds=seconds,
            code_version=code_version,
        )


def least_probability(known: Scores, codes: Codes, outside: Scores) -> float:
    """Return from which probability on a label is answered.

    With texts out of scope, whose label was not learned: where the share of known texts answered rightly and the share of those others
    not answered are highest together. Without: the lowest from which on nine of ten answers are right.
    """
    top, right = known.max(axis=1), known.argmax(axis=1) == codes
    if len(outside) == 0:
        return _by_precision(top, right)
    steps = np.unique(np.concatenate([[0.0], top, outside]))
    answered = 1 - np.searchsorted(np.sort(top[right]), steps) / max(len(top), 1) - (len(top) - right.sum()) / max(len(top), 1)
    refused = np.searchsorted(np.sort(outside), steps) / len(outside)
    return float(steps[np.argmax(answered + refused)])


def _by_precision(top: Scores, right: Codes) -> float:
    order = np.argsort(-top, kind="stable")
    share = np.cumsum(right[order]) / np.arange(1, len(order) + 1)
    enough = np.flatnonzero(share >= LEAST_RIGHT)
    return float(top[order][enough[-1]]) if len(enough) else 1.0


def findings(known: Scores, codes: Codes, folds: Codes, outside: Scores, *, least: float, labels: Sequence[str]) -> Findings:
    """Return the measures of held-out texts, fold by fold and all together."""
    tried = folds >= 0
    each = [measures(known[folds == fold], codes[folds == fold], least) for fold in range(int(folds.max()) + 1) if (folds == fold).any()]
    whole = measures(known[tried], codes[tried], least)
    intervals = {name: (min(one[name] for one in each), max(one[name] for one in each)) for name in whole}
    if len(outside):
        whole["out-of-scope recall"] = float((outside < least).mean())
    sizes = {"texts": len(codes), "labels": len(labels), "labels of a single text": int((np.bincount(codes) == 1).sum())}
    return Findings(whole, intervals, _notes(known[tried], codes[tried], least, labels), sizes)


def measures(probabilities: Scores, codes: Codes, least: float) -> dict[str, float]:
    """Return the measures of texts whose labels are known."""
    chosen, top = probabilities.argmax(axis=1), probabilities.max(axis=1)
    right, answered = chosen == codes, top >= least
    own = np.maximum(probabilities[np.arange(len(codes)), codes], 1e-12)
    return {
        "accuracy": float(right.mean()),
        "macro F1": macro_f1(chosen, codes),
        "log loss": float(-np.log(own).mean()),
        "calibration error": calibration_error(top, right),
        "answered": float(answered.mean()),
        "accuracy of answers": float(right[answered].mean()) if answered.any() else 0.0,
    }


def macro_f1(chosen: Codes, codes: Codes) -> float:
    """Return the mean over the labels that occur of the harmonic mean of precision and recall."""
    size = int(max(chosen.max(), codes.max())) + 1
    both = np.bincount(codes[chosen == codes], minlength=size)
    total = np.bincount(codes, minlength=size) + np.bincount(chosen, minlength=size)
    present = np.bincount(codes, minlength=size) > 0
    return float((2 * both[present] / total[present]).mean())


def calibration_error(top: Scores, right: Codes) -> float:
    """Return how far probabilities are from how often they are right, on average over tenths of the texts (Naeini et al. 2015)."""
    parts = np.array_split(np.argsort(top, kind="stable"), min(BINS, len(top)))
    return float(sum(len(part) * abs(top[part].mean() - right[part].mean()) for part in parts) / len(top))


def _notes(probabilities: Scores, codes: Codes, least: float, labels: Sequence[str]) -> tuple[str, ...]:
    """Say when none of the labels is answered, and which two are taken for each other most often."""
    chosen, silent = probabilities.argmax(axis=1), probabilities.max(axis=1) < least
    notes = [f"A label is answered from a probability of {least:.2f} on."]
    if silent.any():
        share = np.bincount(codes, silent, len(labels)) / np.maximum(np.bincount(codes, minlength=len(labels)), 1)
        often = [f"{labels[code]} ({share[code]:.0%})" for code in np.argsort(-share, kind="stable")[:3] if share[code] > 0]
        notes.append(f"Most often not answered: {', '.join(often)}.")
    if (wrong := chosen != codes).any():
        pairs, counts = np.unique(np.column_stack([codes[wrong], chosen[wrong]]), axis=0, return_counts=True)
        true, taken = pairs[np.argmax(counts)]
        notes.append(f"Most often mistaken: {labels[true]} for {labels[taken]} ({counts.max()} times).")
    return tuple(notes)
