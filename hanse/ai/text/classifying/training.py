"""Learning a classifier: parts are blended and calibrated on texts they have not seen, and so is from where on none of the labels is answered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hanse.ai.text.classifying import calibration, measuring
from hanse.ai.text.classifying.calibration import Calibration
from hanse.ai.text.classifying.meaning import Meaning
from hanse.ai.text.classifying.measuring import Findings
from hanse.ai.text.classifying.method import Codes, Fitted, Part, Rows, Scores
from hanse.ai.text.classifying.prototypes import Prototypes
from hanse.ai.text.classifying.tfidf import TfIdf
from hanse.ai.text.encoder import Encoder
from hanse.ai.text.errors import UntrainableTexts

FOLDS = 3
LEAST_LABELS = 4
"""From so many labels on, some are left out in turn to see how texts of none of the labels look."""


@dataclass(frozen=True)
class Blended:
    """A trained classifier."""

    labels: tuple[str, ...]
    parts: tuple[Part, ...]
    fitted: tuple[Fitted, ...]
    calibration: Calibration
    findings: Findings
    """How good it was on texts it had not seen."""

    def probabilities(self, texts: Sequence[str]) -> Scores:
        """Return how probable each label is, one row a text."""
        if not texts:
            return np.empty((0, len(self.labels)))
        scores = [fitted.scores(rows) for rows, fitted in zip(_read(self.parts, texts), self.fitted, strict=True)]
        return self.calibration.probabilities(scores)

    def answers(self, texts: Sequence[str]) -> list[str | None]:
        """Return the label of each text, or null where even the likeliest is not likely enough."""
        found = self.probabilities(texts)
        chosen = found.argmax(axis=1) if len(found) else []
        return [self.labels[code] if row[code] >= self.calibration.least_probability else None for row, code in zip(found, chosen, strict=True)]

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return all arrays, to be kept by `models.save`."""
        made = {f"{part.name}_{name}": array for part, fitted in self._both() for name, array in fitted.arrays().items()}
        return {**made, "calibration": self.calibration.array()}

    def texts(self) -> dict[str, list[str]]:
        """Return all texts, to be kept with the arrays."""
        made = {f"{part.name}_{name}": texts for part, fitted in self._both() for name, texts in fitted.texts().items()}
        return {**made, "labels": list(self.labels)}

    def _both(self) -> zip[tuple[Part, Fitted]]:
        return zip(self.parts, self.fitted, strict=True)


@dataclass(frozen=True)
class Blend:
    """Several ways to read a text, weighed by how much each helps on texts that were not learned from."""

    parts: tuple[Part, ...]

    def fit(self, texts: Sequence[str], labels: Sequence[str], seed: int) -> Blended:
        """Learn from labelled texts; labels of a single text are learned but never tried.

        Raises `UntrainableTexts`.
        """
        names = _names(texts, labels)
        codes = np.searchsorted(names, np.array(labels, object)).astype(np.int64)
        rows = _read(self.parts, texts)
        folds = _folds(codes, seed)
        tried = folds >= 0
        held_out = [self._held_out(part, each, codes, folds, seed) for part, each in zip(self.parts, rows, strict=True)]
        weights = calibration.fit([scores[tried] for scores in held_out], codes[tried])
        known = weights.probabilities(held_out)
        outside = self._out_of_scope(rows, codes, weights, seed)
        made = weights.from_probability(measuring.least_probability(known[tried], codes[tried], outside))
        fitted = tuple(part.fit(each, codes, seed) for part, each in zip(self.parts, rows, strict=True))
        findings = measuring.findings(known, codes, folds, outside, least=made.least_probability, labels=names)
        return Blended(names, self.parts, fitted, made, findings)

    def restore(self, arrays: Mapping[str, NDArray[Any]], texts: Mapping[str, Sequence[str]], findings: Findings | None = None) -> Blended:
        """Return a classifier as it was kept."""
        fitted = tuple(part.restore(_of(part.name, arrays), _of(part.name, texts)) for part in self.parts)
        made = Calibration.of(np.asarray(arrays["calibration"]))
        return Blended(tuple(texts["labels"]), self.parts, fitted, made, findings or Findings())

    def _held_out(self, part: Part, rows: Rows, codes: Codes, folds: Codes, seed: int) -> Scores:
        """Return scores of each text by what was learned without its fold."""
        scores = np.zeros((len(codes), int(codes.max()) + 1))
        for fold in range(FOLDS):
            away = folds == fold
            scores[away] = part.fit(rows[~away], codes[~away], seed).scores(rows[away])
        return scores

    def _out_of_scope(self, rows: Sequence[Rows], codes: Codes, weights: Calibration, seed: int) -> Scores:
        """Return the highest probability of each text by what was learned without its label; empty where there are few labels."""
        count = int(codes.max()) + 1
        if count < LEAST_LABELS:
            return np.empty(0)
        group = np.random.default_rng(seed).permutation(count) % FOLDS
        found = []
        for fold in range(FOLDS):
            away = group[codes] == fold
            inner = np.unique(codes[~away], return_inverse=True)[1].astype(np.int64)
            scores = [part.fit(each[~away], inner, seed).scores(each[away]) for part, each in zip(self.parts, rows, strict=True)]
            found.append(weights.probabilities(scores).max(axis=1))
        return np.concatenate(found)


def by_words() -> Blend:
    """Return a method that reads texts by their words alone: nothing to load, a millisecond a text."""
    return Blend((TfIdf(),))


def by_meaning(encoder: Encoder) -> Blend:
    """Return a method that reads texts by an encoder alone: for few examples, or texts in several languages."""
    return Blend((Meaning(encoder), Prototypes(encoder)))


def by_words_and_meaning(encoder: Encoder) -> Blend:
    """Return the usual method: both."""
    return Blend((TfIdf(), Meaning(encoder), Prototypes(encoder)))


def _read(parts: Sequence[Part], texts: Sequence[str]) -> list[Rows]:
    """Return what each part reads; each source is read once."""
    found: dict[str, Rows] = {}
    for part in parts:
        if part.source not in found:
            found[part.source] = part.read(texts)
    return [found[part.source] for part in parts]


def _names(texts: Sequence[str], labels: Sequence[str]) -> tuple[str, ...]:
    if len(texts) != len(labels):
        raise UntrainableTexts(reason=f"there are {len(texts)} texts and {len(labels)} labels")
    counts = Counter(labels)
    if sum(count > 1 for count in counts.values()) < 2:
        raise UntrainableTexts(reason=f"only {sum(count > 1 for count in counts.values())} labels have two texts or more")
    if not any(each.isalnum() for text in texts for each in text):
        raise UntrainableTexts(reason="there is not a single word in them")
    return tuple(sorted(counts))


def _folds(codes: Codes, seed: int) -> Codes:
    """Return the fold of each text, each label's texts spread evenly; -1, which is in every training, for the only text of a label."""
    rng = np.random.default_rng(seed)
    folds = np.full(len(codes), -1, np.int64)
    for code in np.unique(codes):
        of_label = rng.permutation(np.flatnonzero(codes == code))
        if len(of_label) > 1:
            folds[of_label] = (np.arange(len(of_label)) + rng.integers(FOLDS)) % FOLDS
    return folds


def _of(name: str, all_parts: Mapping[str, Any]) -> dict[str, Any]:
    return {key.removeprefix(f"{name}_"): value for key, value in all_parts.items() if key.startswith(f"{name}_")}
