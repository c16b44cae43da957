"""A stable share of profiles is held out, a different one for each capability."""

from __future__ import annotations

import math
from uuid import UUID

import pytest

from hanse.base.context import Assignment
from hanse.base.decision import Arm
from hanse.data.decisions import experiment

MANY = [UUID(int=number * 0x9E3779B97F4A7C15F39CC0605CEDC834 % 2**128) for number in range(1, 100_001)]


def held_out(capability: str, share: float, profile_ids: list[UUID] = MANY) -> set[UUID]:
    return {each for each in profile_ids if experiment.assign(capability, each, share).arm is Arm.HELD_OUT}


@pytest.mark.parametrize("share", [0.01, 0.05, 0.5])
def test_the_share_is_right_over_many_profiles(share: float) -> None:
    """Five standard deviations of the binomial distribution: wrong once in 1.7 million runs of other ids, and these are fixed."""
    bound = 5 * math.sqrt(len(MANY) * share * (1 - share))
    assert abs(len(held_out("recommend", share)) - len(MANY) * share) < bound


def test_consecutive_ids_are_spread_as_well() -> None:
    profile_ids = [UUID(int=number) for number in range(100_000)]
    assert abs(len(held_out("recommend", 0.05, profile_ids)) - 5000) < 5 * math.sqrt(100_000 * 0.05 * 0.95)


def test_everybody_stays_on_their_side() -> None:
    few = MANY[:1000]
    assert held_out("recommend", 0.1, few) == held_out("recommend", 0.1, few)
    assert experiment.assign("recommend", UUID(int=1), 0.6) == Assignment(Arm.HELD_OUT, 0.6), "the same in every process and version"


def test_a_larger_share_only_adds_people() -> None:
    assert held_out("recommend", 0.05) < held_out("recommend", 0.1)


def test_capabilities_hold_out_different_people() -> None:
    """By chance both hold out the product of their shares; five standard deviations again."""
    both = len(held_out("recommend", 0.1) & held_out("message", 0.1))
    assert abs(both - len(MANY) * 0.01) < 5 * math.sqrt(len(MANY) * 0.01 * 0.99)


def test_each_arm_comes_with_its_probability() -> None:
    probabilities = {experiment.assign("recommend", each, 0.05) for each in MANY[:1000]}
    assert probabilities == {Assignment(Arm.TREATED, 0.95), Assignment(Arm.HELD_OUT, 0.05)}


@pytest.mark.parametrize(("profile_id", "share"), [(None, 0.5), (UUID(int=1), 0.0)])
def test_strangers_and_everybody_without_an_experiment_are_treated(profile_id: UUID | None, share: float) -> None:
    assert experiment.assign("recommend", profile_id, share) == Assignment(Arm.TREATED, 1.0)
