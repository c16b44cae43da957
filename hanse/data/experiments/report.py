"""What the variants of an experiment brought: each against the first, and a winner only when it is sure.

All pairs of variants are compared with the error shared out among them (Bonferroni), so whatever is said of an experiment is wrong in at
most 5 % of experiments, however often somebody looks.
"""

from __future__ import annotations

from datetime import datetime
from itertools import combinations

from hanse.base.database import Connection
from hanse.data.decisions import effect, revenue, sequential
from hanse.data.decisions.effect import Difference, Side
from hanse.data.decisions.interval import Proportion
from hanse.data.decisions.revenue import MoneyDifference, Sums
from hanse.data.experiments.schemas import Experiment, ExperimentReport, Measure, SampleRatio, VariantOf, VariantReport

MISMATCH = 0.001
"""Below this probability the sizes of the groups are no chance."""


async def make(connection: Connection, experiment: Experiment, *, now: datetime, currency: str) -> ExperimentReport:
    """Return what an experiment has brought up to now, or up to its end."""
    since, until = experiment.started_at or now, experiment.stopped_at or now
    capability = experiment.operation.partition(".")[0]
    found = await effect.sides(connection, since, until, capability=capability, experiment_id=experiment.experiment_id, currency=currency)
    return Reckoning(experiment, found, until, currency).report()


class Reckoning:
    """The comparison of the variants of one experiment."""

    def __init__(self, experiment: Experiment, sides: list[Side], until: datetime, currency: str) -> None:
        """Take what each variant did; one that nobody got has done nothing."""
        first_decided_at = min((each.first_decided_at for each in sides), default=until)
        by_name = {each.arm: each for each in sides}
        self._experiment, self._until = experiment, until
        self._observed = until - first_decided_at
        self._sides = [by_name.get(each.name) or _nobody(each, first_decided_at) for each in experiment.variants]
        self._currency = next(iter(revenue.currencies(*(each.spent for each in self._sides))), currency)
        self._pairs = len(self._sides) * (len(self._sides) - 1) // 2
        self._alpha = sequential.ALPHA / self._pairs

    def report(self) -> ExperimentReport:
        """Return the report."""
        return ExperimentReport(
            experiment=self._experiment,
            until=self._until,
            order_window_days=effect.ORDER_WINDOW_DAYS,
            currency=self._currency,
            variants=tuple(self._variant(each, side) for each, side in zip(self._experiment.variants, self._sides, strict=True)),
            compared=self._pairs,
            sample_ratio=sample_ratio([each.profiles for each in self._sides], [each.weight for each in self._experiment.variants]),
            winner=self._winner(),
        )

    def _variant(self, variant: VariantOf, side: Side) -> VariantReport:
        first = self._sides[0]
        others = side is not first
        return VariantReport(
            name=variant.name,
            probability=self._experiment.probability(variant),
            parameters=variant.parameters,
            answers=side.answers,
            profiles=side.profiles,
            clickers=side.clickers,
            buyers=side.buyers,
            revenue=revenue.group(side.spent.get(self._currency), side.profiles, self._currency),
            clicks_difference=self._clicks(side, first) if others else None,
            orders_difference=self._orders(side, first) if others else None,
            revenue_difference=self._money(side, first) if others else None,
        )

    def _clicks(self, one: Side, other: Side) -> Difference | None:
        shares = Proportion(one.clickers, one.profiles), Proportion(other.clickers, other.profiles)
        return effect.difference(*shares, observed=self._observed, alpha=self._alpha)

    def _orders(self, one: Side, other: Side) -> Difference | None:
        shares = Proportion(one.buyers, one.profiles), Proportion(other.buyers, other.profiles)
        return effect.difference(*shares, observed=self._observed, alpha=self._alpha)

    def _money(self, one: Side, other: Side) -> MoneyDifference | None:
        spent: list[Sums | None] = [each.spent.get(self._currency) for each in (one, other)]
        return revenue.difference(self._currency, spent[0], spent[1], (one.profiles, other.profiles), self._observed, alpha=self._alpha)

    def _winner(self) -> str | None:
        """Return the variant that is surely better than every other one."""
        beaten: dict[str, int] = {}
        for one, other in combinations(self._sides, 2):
            gap = self._gap(one, other)
            if gap:
                better = one if gap > 0 else other
                beaten[better.arm] = beaten.get(better.arm, 0) + 1
        return next((name for name, count in beaten.items() if count == len(self._sides) - 1), None)

    def _gap(self, one: Side, other: Side) -> float:
        """Return the difference by the measure of the experiment; 0 while it is not sure."""
        if self._experiment.measure is Measure.REVENUE:
            money = self._money(one, other)
            return money.per_profile_minor if money and money.significant else 0.0
        shares = self._orders(one, other) if self._experiment.measure is Measure.BUYERS else self._clicks(one, other)
        return shares.points if shares and shares.significant else 0.0


def sample_ratio(profiles: list[int], weights: list[float]) -> SampleRatio | None:
    """Return whether groups are as large as their weights say (Pearson's chi-square); null where nobody is in them.

    >>> sample_ratio([5_000, 5_000], [1, 1]).mismatched, sample_ratio([5_200, 4_800], [1, 1]).mismatched
    (False, True)
    """
    from scipy.special import chdtrc  # slow to import, and only reports need it

    total = sum(profiles)
    if not total:
        return None
    expected = [total * weight / sum(weights) for weight in weights]
    statistic = sum((seen - wanted) ** 2 / wanted for seen, wanted in zip(profiles, expected, strict=True))
    p_value = float(chdtrc(len(profiles) - 1, statistic))
    return SampleRatio(p_value=p_value, mismatched=p_value < MISMATCH)


def _nobody(variant: VariantOf, moment: datetime) -> Side:
    return Side(arm=variant.name, capability="", first_decided_at=moment, spent={})
