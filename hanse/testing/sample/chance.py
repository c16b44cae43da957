"""Chance of the sample shop: always the same for the same seed, on every machine and with every hash seed.

Python's own generator is used rather than NumPy's: draws come one at a time, and its stream is the same in all versions.
"""

from __future__ import annotations

import math
from bisect import bisect
from collections.abc import Sequence
from datetime import datetime
from hashlib import blake2b
from itertools import accumulate
from random import Random
from typing import Generic, TypeVar
from uuid import UUID

ItemT = TypeVar("ItemT")


def seeded(*parts: object) -> Random:
    """Return a generator of its own for a purpose, such as `seeded(7, "party", 12)`."""
    return Random(":".join(str(part) for part in parts))


def digest(*parts: object) -> str:
    """Return sixteen hexadecimal digits that stand for the parts."""
    return blake2b(":".join(str(part) for part in parts).encode(), digest_size=8).hexdigest()


def uuid4(rng: Random) -> UUID:
    """Return a random UUID."""
    return UUID(int=_marked(rng.getrandbits(128), 4))


def uuid7(rng: Random, at: datetime) -> UUID:
    """Return a UUIDv7 of a moment."""
    return UUID(int=_marked(round(at.timestamp() * 1000) << 80 | rng.getrandbits(80), 7))


def _marked(bits: int, version: int) -> int:
    bits = bits & ~(0xF << 76) | version << 76
    return bits & ~(0x3 << 62) | 0x2 << 62


def poisson(rng: Random, mean: float) -> int:
    """Draw a count; above a mean of 30 by the normal approximation."""
    if mean > 30:
        return max(0, round(rng.gauss(mean, math.sqrt(mean))))
    limit, product, count = math.exp(-mean), rng.random(), 0
    while product > limit:
        product *= rng.random()
        count += 1
    return count


def around(rng: Random, mean: float, *, spread: float = 0.5) -> float:
    """Draw a positive number about a mean, lognormal, `spread` being the standard deviation of its logarithm."""
    return mean * math.exp(rng.gauss(-spread * spread / 2, spread))


def within(value: float, low: float = 0.0, high: float = 1.0) -> float:
    """Return the value, or the border it lies beyond."""
    return min(max(value, low), high)


def shares(rng: Random, weights: dict[str, float], concentration: float) -> dict[str, float]:
    """Draw shares that sum to 1 about the given weights (Dirichlet)."""
    total = sum(weights.values())
    drawn = {key: rng.gammavariate(concentration * weight / total, 1.0) for key, weight in weights.items()}
    size = sum(drawn.values()) or 1.0
    return {key: value / size for key, value in drawn.items()}


class Urn(Generic[ItemT]):
    """Things to draw by weight, many times."""

    def __init__(self, things: Sequence[ItemT], weights: Sequence[float]) -> None:
        """Keep the things and the running sums of their weights."""
        self.things = list(things)
        self._sums = list(accumulate(weights))
        self._last = len(self.things) - 1

    def draw(self, rng: Random) -> ItemT:
        """Return one of the things."""
        sums = self._sums
        return self.things[min(bisect(sums, rng.random() * sums[-1]), self._last)]
