"""Intervals that stay right however often somebody looks: asymptotic confidence sequences for the difference of two groups.

Waudby-Smith, Arbour, Sinha, Kennedy & Ramdas 2024, "Time-uniform central limit theory and asymptotic confidence sequences", Annals of
Statistics 52(6): the normal mixture of Robbins 1970, with the variance estimated. From the same beginning on, the chance that such an
interval ever leaves out the truth is `alpha`, over all looks together; an interval for one look is 1.96 standard errors wide, this one
about 3. It is exact for large groups only, so money is not judged before `LEAST_BUYERS` have bought on each side: until then the
variance of so skewed a quantity is not known well enough.

How far an experiment has come is measured by its information, `1 / (1/n + 1/m)` for groups of n and m, because the difference of two
means moves like Brownian motion in it, whatever the shares of the groups are.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from hanse.data.decisions import interval
from hanse.data.decisions.interval import Proportion

ALPHA = 0.05
TUNED_FOR = 250.0
"""The information at which the interval is narrowest: 1,000 people in equal groups, or 5,263 with 5 % held out. Fixed beforehand, for all."""
LEAST_BUYERS = 25
LONGEST = 1e6
"""How many times as much as there is may be needed before it counts as never."""
_REACHED = interval.NORMAL.inv_cdf(interval.POWER)


@dataclass(frozen=True)
class Mean:
    """What a number of people come to on average, and how much that varies; whoever comes to nothing counts as 0."""

    of: int
    total: float
    squares: float
    """Sum of the squares."""

    @property
    def mean(self) -> float:
        """Return the average."""
        return self.total / self.of

    @property
    def variance(self) -> float:
        """Return the variance, estimated without bias."""
        return max(0.0, self.squares - self.of * self.mean**2) / max(1, self.of - 1)


def information(first: int, second: int) -> float:
    """Return how far an experiment has come with groups of two sizes.

    >>> information(500, 500), round(information(950, 50), 1)
    (250.0, 47.5)
    """
    return 1 / (1 / first + 1 / second)


def boundary(reached: float, alpha: float = ALPHA) -> float:
    """Return how many standard errors an interval reaches to each side, after a certain information (Theorem 2.2, equation 9).

    >>> round(boundary(250.0), 4), round(boundary(25.0), 4), round(boundary(25_000.0), 4)
    (3.0352, 3.8551, 3.5616)
    """
    scaled = reached * _rho_squared(alpha)
    return math.sqrt(2 * (scaled + 1) / scaled * math.log(math.sqrt(scaled + 1) / alpha))


def proportions(first: Proportion, second: Proportion, alpha: float = ALPHA) -> tuple[float, float]:
    """Return the interval of `first - second`: the hybrid score interval with the boundary in the place of 1.96.

    >>> low, high = proportions(Proportion(300, 500), Proportion(200, 500))
    >>> round(low, 4), round(high, 4)
    (0.1042, 0.2907)
    """
    return interval.newcombe(first, second, boundary(information(first.of, second.of), alpha))


def means(first: Mean, second: Mean, alpha: float = ALPHA) -> tuple[float, float]:
    """Return the interval of `first - second` for averages, such as money per profile."""
    half = boundary(information(first.of, second.of), alpha) * error(first, second)
    difference = first.mean - second.mean
    return difference - half, difference + half


def error(first: Mean, second: Mean) -> float:
    """Return the standard error of the difference of two averages.

    A small group that by chance holds none of the few large orders seems to vary little, and to be sure of its low average. So no group
    counts as varying less than both together.
    """
    pooled = Mean(first.of + second.of, first.total + second.total, first.squares + second.squares).variance
    return math.sqrt(max(pooled, first.variance) / first.of + max(pooled, second.variance) / second.of)


def times_needed(difference: float, standard_error: float, reached: float, alpha: float = ALPHA) -> float | None:
    """Return how many times as many people it takes in all to be sure of a difference in 80 % of cases; null where that is out of reach.

    It supposes that the difference and the spread stay what they look like now.
    """
    if not difference or not standard_error:
        return None
    seen = abs(difference) / standard_error

    def sure(times: float) -> bool:
        return seen * math.sqrt(times) >= boundary(reached * times, alpha) + _REACHED

    low, high = 0.0, 1.0
    while not sure(high):
        low, high = high, 2 * high
        if high > LONGEST:
            return None
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (low, middle) if sure(middle) else (middle, high)
    return high


def _rho_squared(alpha: float) -> float:
    """Return the width of the mixture that makes the interval narrowest at `TUNED_FOR` (appendix B.2)."""
    return (-2 * math.log(alpha) + math.log(-2 * math.log(alpha) + 1)) / TUNED_FOR
