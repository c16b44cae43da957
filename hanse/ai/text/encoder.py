"""What every encoder is: texts in, vectors of length one out, so that the dot product of two is their cosine.

Chosen by `of_catalog` and `of_people`; both give the encoder of this house unless the settings name one outside, which gets public texts only.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Protocol, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from hanse.base.config import Settings

Vectors: TypeAlias = NDArray[np.float32]
MOST_CHARACTERS = 8_000
"""How much of a text is read, about four windows of the model. Longer texts are to be cut into passages by whoever has them."""

ItemT = TypeVar("ItemT")
_UNREADABLE = re.compile("[\x00\ud800-\udfff]")
_LOADING = threading.Lock()


class Public(str):
    """A text without personal data, such as a catalog's: only such may go to an encoder outside, or be kept with its vector."""

    __slots__ = ()


class Encoder(Protocol):
    """Turns texts into vectors. Calls take milliseconds to seconds: async code calls it by `asyncio.to_thread`."""

    @property
    def model(self) -> str:
        """Return the model's name, which goes with every vector that is kept."""
        ...

    @property
    def dimensions(self) -> int:
        """Return how many numbers a vector has."""
        ...

    @property
    def is_outside(self) -> bool:
        """Return whether texts leave the house, so that it takes `Public` ones only."""
        ...

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Return the vectors of what somebody looks for, one row a text; also for texts that are compared with each other."""
        ...

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        """Return the vectors of what is to be found, one row a text."""
        ...


def of_catalog(settings: Settings) -> Encoder:
    """Return the encoder for catalog texts: the one the settings name, else that of this house."""
    if not settings.embeddings_url:
        return of_people()
    from hanse.ai.text import endpoint

    return endpoint.of(settings)


def of_people() -> Encoder:
    """Return the encoder for any text, loaded once a process, which sends nothing anywhere."""
    with _LOADING:
        return _ours()


@lru_cache(maxsize=1)
def _ours() -> Encoder:
    from hanse.ai.text.e5.model import E5

    return E5()


def readable(text: str) -> str:
    """Return the part of a text that is read, without what no encoder takes: NUL and halves of characters."""
    return _UNREADABLE.sub("\ufffd", text[:MOST_CHARACTERS])


def unit(vectors: NDArray[np.floating]) -> Vectors:
    """Return rows of length one; a row of zeros stays."""
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.where(length > 0, length, 1), np.float32)


def batches(items: Sequence[ItemT], size: int) -> Iterator[Sequence[ItemT]]:
    """Go through items in batches."""
    for begin in range(0, len(items), size):
        yield items[begin : begin + size]
