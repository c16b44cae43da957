"""Everybody gets the same variant at every visit, as often as the weights say, and whoever is held out gets none."""

from __future__ import annotations

import math
from collections import Counter
from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
import pytest
from structlog.testing import capture_logs

from hanse.base.context import Assignment, Context, Resources, Subject
from hanse.base.decision import Arm, Basis, Personal
from hanse.data.decisions import experiment as holdout
from hanse.data.experiments import running
from hanse.data.experiments.running import Running
from hanse.data.experiments.schemas import Experiment, Measure, State, VariantOf

MANY = [UUID(int=number * 0x9E3779B97F4A7C15F39CC0605CEDC834 % 2**128) for number in range(1, 40_001)]
ANNA = Subject(MANY[0], Basis.CONSENT)


def experiment(number: int = 1, **facts: Any) -> Experiment:
    usual: dict[str, Any] = {
        "experiment_id": UUID(int=number),
        "name": f"experiment {number}",
        "operation": "recommend.popular",
        "placement": None,
        "hypothesis": "Fewer are more.",
        "measure": Measure.REVENUE,
        "variants": (VariantOf(name="six", weight=3), VariantOf(name="three", parameters={"limit": 3})),
        "state": State.RUNNING,
        "created_by": "anna",
        "created_at": datetime(2026, 6, 1, tzinfo=UTC),
        "started_at": datetime(2026, 6, 1, tzinfo=UTC),
        "stopped_at": None,
    }
    return Experiment(**{**usual, **facts})


def asked(resources: Resources, subject: Subject = ANNA, arm: Arm = Arm.TREATED) -> Context:
    return Context(resources, subject=subject, assignment=Assignment(arm, 0.5))


def test_variants_are_drawn_as_often_as_their_weights_say() -> None:
    """Five standard deviations of the binomial distribution."""
    counts = Counter(running.assign(experiment(), each).name for each in MANY)
    assert abs(counts["six"] - 0.75 * len(MANY)) < 5 * math.sqrt(len(MANY) * 0.75 * 0.25)
    assert {running.assign(experiment(), each).probability for each in MANY[:100]} == {0.75, 0.25}


def test_everybody_stays_with_their_variant() -> None:
    first = [running.assign(experiment(), each).name for each in MANY[:1000]]
    assert first == [running.assign(experiment(), each).name for each in MANY[:1000]]
    assert running.assign(experiment(), UUID(int=2)).name == "three", "the same in every process and version"


def test_experiments_and_the_holdout_draw_independently() -> None:
    three = {each for each in MANY if running.assign(experiment(), each).name == "three"}
    other = {each for each in MANY if running.assign(experiment(2), each).name == "three"}
    held_out = {each for each in MANY if holdout.assign("recommend", each, 0.25).arm is Arm.HELD_OUT}
    expected = len(MANY) / 16
    for both in (three & other, three & held_out):
        assert abs(len(both) - expected) < 5 * math.sqrt(expected)


async def test_the_variant_comes_with_its_parameters_and_is_kept_for_the_log(resources: Resources) -> None:
    resources.hold(
        Running, Running(experiments=[experiment(variants=(VariantOf(name="a", weight=1e-9), VariantOf(name="b", parameters={"limit": 3})))])
    )
    context = asked(resources)
    found = running.variant(context, "recommend.popular", "home")
    assert found is not None
    assert (found.name, found.parameters, found.experiment_id) == ("b", {"limit": 3}, UUID(int=1))
    assert found.probability == pytest.approx(1)
    assert context.variant is found


class Question(Personal, kw_only=True, forbid_unknown_fields=True):
    """A request as a capability takes it."""

    placement: str = "home"
    limit: Annotated[int, msgspec.Meta(ge=1)] = 10


def only(parameters: dict[str, Any]) -> Experiment:
    return experiment(variants=(VariantOf(name="a", weight=1e-9), VariantOf(name="b", parameters=parameters)), placement="home")


async def test_a_variant_sets_fields_of_the_request(resources: Resources) -> None:
    resources.hold(Running, Running(experiments=[only({"limit": 3})]))
    context = asked(resources)
    assert running.varied(context, "recommend.popular", Question(limit=7)) == Question(limit=3)
    assert context.variant is not None
    elsewhere = asked(resources)
    assert running.varied(elsewhere, "recommend.popular", Question(placement="cart", limit=7)).limit == 7
    assert elsewhere.variant is None


@pytest.mark.parametrize("parameters", [{"limit": 0}, {"limit": "three"}, {"colour": "red"}, {"user_id": "u1"}])
async def test_a_variant_that_does_not_fit_leaves_the_usual_answer_outside_the_experiment(resources: Resources, parameters: dict[str, Any]) -> None:
    resources.hold(Running, Running(experiments=[only(parameters)]))
    context = asked(resources)
    with capture_logs() as logs:
        assert running.varied(context, "recommend.popular", Question(limit=7)) == Question(limit=7)
    assert context.variant is None
    assert [each["variant"] for each in logs] == ["b"]


@pytest.mark.parametrize(
    ("subject", "arm", "operation", "placement"),
    [
        (ANNA, Arm.HELD_OUT, "recommend.popular", "home"),
        (Subject(), Arm.TREATED, "recommend.popular", "home"),
        (ANNA, Arm.TREATED, "recommend.also_bought", "home"),
        (ANNA, Arm.TREATED, "recommend.popular", "cart"),
        (ANNA, Arm.TREATED, "recommend.popular", None),
    ],
    ids=["held out", "nobody known", "another operation", "another place", "nowhere in particular"],
)
async def test_whoever_takes_no_part_gets_the_usual_answer(
    resources: Resources, subject: Subject, arm: Arm, operation: str, placement: str | None
) -> None:
    resources.hold(Running, Running(experiments=[experiment(placement="home")]))
    context = asked(resources, subject, arm)
    assert running.variant(context, operation, placement) is None
    assert context.variant is None


async def test_an_experiment_without_a_place_is_everywhere(resources: Resources) -> None:
    resources.hold(Running, Running(experiments=[experiment()]))
    assert running.variant(asked(resources), "recommend.popular", "cart") is not None
    assert running.variant(asked(resources), "recommend.popular") is not None


async def test_a_process_that_holds_no_experiments_answers_as_usual(resources: Resources) -> None:
    assert running.variant(asked(resources), "recommend.popular") is None
