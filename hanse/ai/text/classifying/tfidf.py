"""Texts by their words: TF-IDF of words, pairs of words, and runs of letters within words, which forgive endings and typing errors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hanse.ai.text import words
from hanse.ai.text.classifying import linear
from hanse.ai.text.classifying.linear import Linear
from hanse.ai.text.classifying.method import Codes, Rows, Scores

STRICTNESS = 1.0
MOST_CHARACTERS = 4_000
MANY = 200
"""From so many texts on a term has to be in two of them: names and numbers of one person are not learned."""
TOKEN = r"(?u)\b\w+\b"  # noqa: S105  # a pattern, no secret


@dataclass(frozen=True)
class FittedTfIdf:
    """A vocabulary with its weights, and what they say of the labels."""

    vectorizers: tuple[Any, Any]
    linear: Linear

    def scores(self, rows: Rows) -> Scores:
        """Return the score of each label."""
        return self.linear.scores(_stacked([each.transform(rows) for each in self.vectorizers]))

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return the weights."""
        both = {f"idf_{place}": np.asarray(each.idf_) for place, each in enumerate(self.vectorizers)}
        return {**both, "weights": self.linear.weights, "intercepts": self.linear.intercepts}

    def texts(self) -> dict[str, list[str]]:
        """Return the vocabularies."""
        return {f"terms_{place}": [str(term) for term in each.get_feature_names_out()] for place, each in enumerate(self.vectorizers)}


@dataclass(frozen=True)
class TfIdf:
    """Reads texts by their words and letters."""

    strictness: float = STRICTNESS
    name: str = "words"
    source: str = "words"

    def read(self, texts: Sequence[str]) -> Rows:
        """Return the texts in their normal form."""
        rows = np.empty(len(texts), object)
        rows[:] = [words.normal(text[:MOST_CHARACTERS]) for text in texts]
        return rows

    def fit(self, rows: Rows, codes: Codes, seed: int) -> FittedTfIdf:
        """Learn vocabulary and weights."""
        vectorizers = _vectorizers(None, None, 2 if len(rows) >= MANY else 1)
        features = _stacked([each.fit_transform(rows) for each in vectorizers])
        return FittedTfIdf(vectorizers, linear.learn(features, codes, self.strictness, seed))

    def restore(self, arrays: dict[str, NDArray[Any]], texts: dict[str, list[str]]) -> FittedTfIdf:
        """Return it as it was kept."""
        vectorizers = _vectorizers(texts["terms_0"], texts["terms_1"])
        for place, each in enumerate(vectorizers):
            each.idf_ = np.array(arrays[f"idf_{place}"])
        return FittedTfIdf(vectorizers, Linear(np.asarray(arrays["weights"]), np.asarray(arrays["intercepts"])))


def _vectorizers(of_words: list[str] | None, of_letters: list[str] | None, least: int = 1) -> tuple[Any, Any]:
    from sklearn.feature_extraction.text import TfidfVectorizer

    common: dict[str, Any] = {"sublinear_tf": True, "min_df": least, "lowercase": False, "dtype": np.float32}
    return (
        TfidfVectorizer(ngram_range=(1, 2), token_pattern=TOKEN, vocabulary=of_words, **common),
        TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), vocabulary=of_letters, **common),
    )


def _stacked(features: list[Any]) -> Any:
    from scipy import sparse

    return sparse.hstack(features, format="csr")
