"""Texts by their meaning: the vectors of an encoder, so that what is said in other words, or in another language, is known too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hanse.ai.text.classifying import linear
from hanse.ai.text.classifying.linear import Linear
from hanse.ai.text.classifying.method import Codes, Rows, Scores
from hanse.ai.text.encoder import Encoder

STRICTNESS = 1.0


@dataclass(frozen=True)
class FittedMeaning:
    """Where the vectors lie, how far they spread, and what that says of the labels."""

    center: NDArray[np.float32]
    scale: NDArray[np.float32]
    linear: Linear

    def scores(self, rows: Rows) -> Scores:
        """Return the score of each label."""
        return self.linear.scores((rows - self.center) / self.scale)

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return all of it."""
        return {"center": self.center, "scale": self.scale, "weights": self.linear.weights, "intercepts": self.linear.intercepts}

    def texts(self) -> dict[str, list[str]]:
        """Return nothing: it knows no words."""
        return {}


@dataclass(frozen=True)
class Meaning:
    """Reads texts by an encoder, as queries: texts that are compared with each other."""

    encoder: Encoder
    strictness: float = STRICTNESS
    name: str = "meaning"
    source: str = "vectors"

    def read(self, texts: Sequence[str]) -> Rows:
        """Return the vectors of the texts; raises as the encoder does."""
        return self.encoder.encode_queries(texts)

    def fit(self, rows: Rows, codes: Codes, seed: int) -> FittedMeaning:
        """Learn from vectors, which lie in a narrow cone and are spread out for that."""
        center, scale = rows.mean(axis=0), np.maximum(rows.std(axis=0), 1e-4) * np.sqrt(rows.shape[1])
        return FittedMeaning(center, scale, linear.learn((rows - center) / scale, codes, self.strictness, seed))

    def restore(self, arrays: dict[str, NDArray[Any]], texts: dict[str, list[str]]) -> FittedMeaning:
        """Return it as it was kept."""
        of = {name: np.asarray(array) for name, array in arrays.items()}
        return FittedMeaning(of["center"], of["scale"], Linear(of["weights"], of["intercepts"]))
