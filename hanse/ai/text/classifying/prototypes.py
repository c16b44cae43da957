"""Texts by those they are most like: each label has several typical vectors, and texts near one of them have that label.

Between a text's nearest neighbours (Cover and Hart 1967) and one mean a label (Snell et al. 2017, Prototypical Networks): spherical
k-means within each label, one centre for three texts. It helps where a label covers several things that people say.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hanse.ai.text.classifying.method import Codes, Rows, Scores
from hanse.ai.text.encoder import Encoder, Vectors, unit

TEXTS_EACH = 3
ROUNDS = 8
SHARPNESS = 20.0
"""How much nearer one centre has to be to outweigh another; scores are of the size of the other parts' for it."""
SCALE = 5.0


@dataclass(frozen=True)
class FittedPrototypes:
    """The centres of all labels, in the order of their codes."""

    center: Vectors
    scale: Vectors
    centres: Vectors
    begins: NDArray[np.int64]
    """Where the centres of each label begin."""

    def scores(self, rows: Rows) -> Scores:
        """Return how near the centres of each label are, all of them together and the nearest ones most."""
        near = np.exp(SHARPNESS * (_spread(rows, self.center, self.scale) @ self.centres.T - 1))
        return np.asarray(np.log(np.add.reduceat(near, self.begins, axis=1) + 1e-12) / SCALE, np.float64)

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return all of it."""
        return {"center": self.center, "scale": self.scale, "centres": self.centres, "begins": self.begins}

    def texts(self) -> dict[str, list[str]]:
        """Return nothing: it knows no words."""
        return {}


@dataclass(frozen=True)
class Prototypes:
    """Reads texts by an encoder, as queries."""

    encoder: Encoder
    name: str = "prototypes"
    source: str = "vectors"

    def read(self, texts: Sequence[str]) -> Rows:
        """Return the vectors of the texts; raises as the encoder does."""
        return self.encoder.encode_queries(texts)

    def fit(self, rows: Rows, codes: Codes, seed: int) -> FittedPrototypes:
        """Find the centres of each label."""
        rng, center, scale = np.random.default_rng(seed), rows.mean(axis=0), np.maximum(rows.std(axis=0), 1e-4)
        spread = _spread(rows, center, scale)
        found = [_centres(spread[codes == code], rng) for code in range(int(codes.max()) + 1)]
        begins = np.cumsum([0, *(len(each) for each in found[:-1])])
        return FittedPrototypes(center, scale, np.concatenate(found), begins.astype(np.int64))

    def restore(self, arrays: dict[str, NDArray[Any]], texts: dict[str, list[str]]) -> FittedPrototypes:
        """Return it as it was kept."""
        return FittedPrototypes(*(np.asarray(arrays[name]) for name in ("center", "scale", "centres", "begins")))


def _spread(rows: Rows, center: Vectors, scale: Vectors) -> Vectors:
    return unit((rows - center) / scale)


def _centres(rows: Vectors, rng: np.random.Generator) -> Vectors:
    centres = rows[rng.permutation(len(rows))[: max(1, len(rows) // TEXTS_EACH)]]
    for _ in range(ROUNDS):
        nearest = (rows @ centres.T).argmax(axis=1)
        sums = (nearest == np.arange(len(centres))[:, None]).astype(np.float32) @ rows
        centres = unit(np.where(sums.any(axis=1, keepdims=True), sums, centres))
    return centres
