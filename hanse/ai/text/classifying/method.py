"""What a classifier of short texts is, and what its parts are: each gives scores, which together become probabilities."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

Scores: TypeAlias = NDArray[np.float64]
Codes: TypeAlias = NDArray[np.int64]
"""Labels as numbers from 0."""
Rows: TypeAlias = NDArray[Any]
"""Texts as a part reads them, one row a text: the texts themselves, or their vectors."""


class Classifier(Protocol):
    """Tells which label a text has."""

    @property
    def labels(self) -> tuple[str, ...]:
        """Return the labels, in the order of the columns."""
        ...

    def probabilities(self, texts: Sequence[str]) -> Scores:
        """Return how probable each label is, one row a text; each row sums to one."""
        ...

    def answers(self, texts: Sequence[str]) -> list[str | None]:
        """Return the label of each text, or null where it is probably none of them."""
        ...


class Method(Protocol):
    """Learns a classifier."""

    def fit(self, texts: Sequence[str], labels: Sequence[str], seed: int) -> Classifier:
        """Learn from labelled texts.

        Raises `UntrainableTexts`.
        """
        ...


class Fitted(Protocol):
    """A part that has learned."""

    def scores(self, rows: Rows) -> Scores:
        """Return a score of each label, the higher the likelier, one row a text."""
        ...

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return what it has learned as arrays, to be kept with a model."""
        ...

    def texts(self) -> dict[str, list[str]]:
        """Return what it has learned as lists of texts."""
        ...


class Part(Protocol):
    """One way to read texts and to score labels by what was read."""

    @property
    def name(self) -> str:
        """Return its name, which goes before those of its arrays."""
        ...

    @property
    def source(self) -> str:
        """Return what it reads: parts of the same source share what one of them has read."""
        ...

    def read(self, texts: Sequence[str]) -> Rows:
        """Read texts once, so that several folds can learn from them."""
        ...

    def fit(self, rows: Rows, codes: Codes, seed: int) -> Fitted:
        """Learn from rows and the codes of their labels, each of which occurs."""
        ...

    def restore(self, arrays: dict[str, NDArray[Any]], texts: dict[str, list[str]]) -> Fitted:
        """Return what has learned from what was kept of it."""
        ...
