"""How sure the difference of two proportions is, and how many people it takes to be sure of it.

Newcombe 1998, "Interval estimation for the difference between independent proportions: comparison of eleven methods",
Statistics in Medicine 17, 873-890; sample size after Fleiss, Levin & Paik 2003, "Statistical Methods for Rates and
Proportions", section 4.3, without continuity correction.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist

NORMAL = NormalDist()
CONFIDENCE = 0.95
POWER = 0.80


@dataclass(frozen=True)
class Proportion:
    """How many of a number of people did something."""

    hits: int
    of: int

    @property
    def share(self) -> float:
        """Return it as a number from 0 to 1."""
        return self.hits / self.of

    def wilson(self) -> tuple[float, float]:
        """Return the score interval (Wilson 1927), written out: scipy's takes seconds to import for one formula."""
        squared = NORMAL.inv_cdf((1 + CONFIDENCE) / 2) ** 2
        middle = (self.hits + squared / 2) / (self.of + squared)
        half = math.sqrt(squared * (self.hits * (1 - self.share) + squared / 4)) / (self.of + squared)
        return max(0.0, middle - half), min(1.0, middle + half)


def newcombe(first: Proportion, second: Proportion) -> tuple[float, float]:
    """Return the 95 % interval of `first - second` by the hybrid score method (Newcombe 1998, method 10).

    >>> low, high = newcombe(Proportion(56, 70), Proportion(48, 80))
    >>> round(low, 4), round(high, 4)
    (0.0524, 0.3339)
    """
    difference = first.share - second.share
    (low_1, high_1), (low_2, high_2) = first.wilson(), second.wilson()
    below = math.hypot(first.share - low_1, high_2 - second.share)
    above = math.hypot(high_1 - first.share, second.share - low_2)
    return difference - below, difference + above


def needed(first: Proportion, second: Proportion) -> float | None:
    """Return how many people the first side needs, the second in proportion, to find the observed difference in 80 % of cases.

    Null where there is no difference to find.
    """
    difference = first.share - second.share
    if difference == 0:
        return None
    ratio = second.of / first.of
    pooled = (first.hits + second.hits) / (first.of + second.of)
    under_none = NORMAL.inv_cdf((1 + CONFIDENCE) / 2) * math.sqrt(pooled * (1 - pooled) * (1 + 1 / ratio))
    under_some = NORMAL.inv_cdf(POWER) * math.sqrt(first.share * (1 - first.share) + second.share * (1 - second.share) / ratio)
    return float((under_none + under_some) ** 2 / difference**2)
