"""A report says what each variant brought against the first, and names a winner only when it is sure."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import numpy as np
import pytest

from hanse.base import ids
from hanse.base.database import Connection
from hanse.base.decision import Arm, Basis
from hanse.data import decisions
from hanse.data.decisions.effect import Side
from hanse.data.decisions.revenue import Sums
from hanse.data.experiments import report as reporting
from hanse.data.experiments.report import Reckoning
from hanse.data.experiments.schemas import Experiment, ExperimentReport, Measure, VariantOf
from tests.conftest import NOW
from tests.data.decisions.records import record
from tests.data.decisions.test_effect import DAY, happen
from tests.data.experiments.test_running import experiment

STARTED = NOW - 10 * DAY
RUNS = 200


def side(name: str, profiles: int, *, buyers: int = 0, clickers: int = 0, amount: float = 50.0) -> Side:
    sums = Sums(currency="EUR", buyers=buyers, orders=buyers, total=buyers * amount, squares=buyers * amount**2)
    return Side(
        arm=name,
        capability="recommend",
        profiles=profiles,
        buyers=buyers,
        clickers=clickers,
        first_decided_at=STARTED,
        spent={"EUR": sums} if buyers else {},
    )


def reckon(measure: Measure, *sides: Side) -> ExperimentReport:
    variants = tuple(VariantOf(name=each.arm) for each in sides)
    return Reckoning(experiment(measure=measure, variants=variants), list(sides), NOW, "EUR").report()


@pytest.mark.parametrize("measure", list(Measure))
def test_the_better_one_wins_once_it_is_sure(measure: Measure) -> None:
    few = reckon(measure, side("a", 100, buyers=10, clickers=10), side("b", 100, buyers=15, clickers=15))
    many = reckon(measure, side("a", 4000, buyers=400, clickers=400), side("b", 4000, buyers=600, clickers=600))
    worse = reckon(measure, side("a", 4000, buyers=600, clickers=600), side("b", 4000, buyers=400, clickers=400))
    assert (few.winner, many.winner, worse.winner) == (None, "b", "a")
    assert many.variants[0].orders_difference is None
    assert many.variants[1].orders_difference is not None
    assert many.variants[1].orders_difference.points == pytest.approx(5)


def test_two_that_are_better_than_the_first_and_alike_have_no_winner() -> None:
    found = reckon(Measure.BUYERS, side("a", 4000, buyers=400), side("b", 4000, buyers=600), side("c", 4000, buyers=610))
    assert found.winner is None
    assert [each.orders_difference.significant for each in found.variants[1:] if each.orders_difference] == [True, True]


def test_more_variants_make_the_intervals_wider() -> None:
    sides = [side(name, 1000, buyers=100) for name in "abcd"]
    two, four = reckon(Measure.BUYERS, *sides[:2]).variants[1].orders_difference, reckon(Measure.BUYERS, *sides).variants[1].orders_difference
    assert two is not None
    assert four is not None
    assert four.upper_points > two.upper_points
    assert (reckon(Measure.BUYERS, *sides[:2]).compared, reckon(Measure.BUYERS, *sides).compared) == (1, 6)


def test_variants_that_are_alike_have_a_winner_at_most_one_time_in_twenty_however_often_somebody_looks() -> None:
    rng = np.random.default_rng(3)
    named = 0
    for _ in range(RUNS):
        buyers = np.cumsum(rng.binomial(50, 0.1, (60, 3)), axis=0)
        reports = (
            reckon(Measure.BUYERS, *(side(name, 50 * (day + 1), buyers=int(count)) for name, count in zip("abc", buyers[day], strict=True)))
            for day in range(0, 60, 3)
        )
        named += any(any(each.orders_difference and each.orders_difference.significant for each in found.variants) for found in reports)
    assert named / RUNS <= 0.05


def test_groups_that_are_not_as_large_as_they_should_be_are_told() -> None:
    """Pearson's statistic of 5,200 and 4,800 is 16, so p = 0.0000633; of 5,100 and 4,900 it is 4, so p = 0.0455."""
    uneven, usual = reporting.sample_ratio([5200, 4800], [1, 1]), reporting.sample_ratio([5100, 4900], [1, 1])
    assert uneven is not None
    assert usual is not None
    assert (uneven.mismatched, usual.mismatched) == (True, False)
    assert uneven.p_value == pytest.approx(6.334e-5, rel=1e-3)
    assert usual.p_value == pytest.approx(0.0455, rel=1e-3)
    assert reporting.sample_ratio([0, 0], [1, 1]) is None
    weighed = reporting.sample_ratio([3000, 1000], [3, 1])
    assert weighed is not None
    assert weighed.p_value == pytest.approx(1)


async def answered(connection: Connection, made: Experiment, variant: str | None, **facts: Any) -> tuple[UUID, UUID]:
    profile, moment = uuid4(), NOW - 5 * DAY
    logged = record(
        decision_id=ids.new(moment),
        profile_id=profile,
        basis=Basis.CONSENT,
        decided_at=moment,
        experiment_id=made.experiment_id if variant else None,
        variant=variant,
        variant_probability=0.5 if variant else None,
        **facts,
    )
    await decisions.put(connection, [logged])
    return profile, logged.decision_id


async def test_a_report_counts_the_decisions_of_its_variants(connection: Connection) -> None:
    made = experiment(started_at=STARTED)
    first, clicked = await answered(connection, made, "six")
    second, _ = await answered(connection, made, "three")
    await answered(connection, made, "three")
    other, _ = await answered(connection, made, None, arm=Arm.HELD_OUT)
    await happen(connection, "Product Clicked", decision=clicked)
    for profile, amount in ((first, 10), (second, 30), (other, 500)):
        await happen(connection, "Order Completed", profile=profile, order_id=str(profile), revenue=amount, currency="EUR")
    found = await reporting.make(connection, made, now=NOW + timedelta(days=1), currency="CHF")
    six, three = found.variants
    assert (six.profiles, six.clickers, six.buyers, six.revenue.amount_minor) == (1, 1, 1, 1000)
    assert (three.profiles, three.clickers, three.buyers, three.revenue.per_profile_minor) == (2, 0, 1, 1500.0)
    assert (found.currency, found.winner, found.until) == ("EUR", None, NOW + timedelta(days=1))
    assert three.revenue_difference is not None
    assert three.revenue_difference.per_profile_minor == pytest.approx(500)


async def test_an_experiment_that_nobody_has_seen_is_reported_too(connection: Connection) -> None:
    found = await reporting.make(connection, experiment(started_at=STARTED, stopped_at=NOW - DAY), now=NOW, currency="CHF")
    assert ([each.profiles for each in found.variants], found.sample_ratio, found.winner) == ([0, 0], None, None)
    assert (found.currency, found.until) == ("CHF", NOW - DAY)
