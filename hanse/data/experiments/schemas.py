"""Experiments as they are made and reported."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

import msgspec
from msgspec import Meta

from hanse.data.decisions.effect import Difference
from hanse.data.decisions.revenue import GroupRevenue, MoneyDifference

ExperimentName = Annotated[str, Meta(min_length=1, max_length=100, pattern=r"^\S(.*\S)?$")]
VariantName = Annotated[str, Meta(min_length=1, max_length=60, pattern=r"^\S(.*\S)?$")]
OperationName = Annotated[str, Meta(min_length=3, max_length=100)]
Placement = Annotated[str, Meta(min_length=1, max_length=100)]


class State(StrEnum):
    """How far an experiment has come."""

    DRAFT = "draft"
    RUNNING = "running"
    STOPPED = "stopped"


class Measure(StrEnum):
    """What decides an experiment."""

    REVENUE = "revenue"
    """Money per profile within the window."""
    BUYERS = "buyers"
    """Share of the profiles that order within the window."""
    CLICKERS = "clickers"
    """Share of the profiles that click an answer."""


class VariantOf(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """One variant of an experiment."""

    name: Annotated[VariantName, Meta(description="Its name within the experiment.")]
    weight: Annotated[float, Meta(gt=0, le=1000, description="How many get it, in proportion to the weights of the others.")] = 1.0
    parameters: Annotated[dict[str, Any], Meta(description="Fields of the request, and what they are for those who get it.")] = {}


class CreateExperiment(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """An experiment to be made; it does not run yet."""

    name: Annotated[ExperimentName, Meta(description="Its name; no two have the same.")]
    operation: Annotated[OperationName, Meta(description="Whose answers differ, such as `recommend.popular`.")]
    placement: Annotated[Placement | None, Meta(description="Where on the touchpoint; null for everywhere.")] = None
    hypothesis: Annotated[str, Meta(min_length=1, max_length=1000, description="What is believed and why, in a sentence, said beforehand.")]
    measure: Annotated[Measure, Meta(description="What decides it: `revenue`, `buyers` or `clickers`.")] = Measure.REVENUE
    variants: Annotated[list[VariantOf], Meta(min_length=2, max_length=10, description="The variants; the others are compared with the first.")]


class ExperimentNamed(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Which experiment."""

    name: Annotated[ExperimentName, Meta(description="Its name.")]


class ListExperiments(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """Which experiments."""

    state: Annotated[State | None, Meta(description="Only those that are `draft`, `running` or `stopped`.")] = None
    operation: Annotated[OperationName | None, Meta(description="Only those of this operation.")] = None


class Experiment(msgspec.Struct, kw_only=True, frozen=True):
    """An experiment as it was made."""

    experiment_id: Annotated[UUID, Meta(description="Its id; decisions carry it.")]
    name: Annotated[str, Meta(description="Its name.")]
    operation: Annotated[str, Meta(description="Whose answers differ.")]
    placement: Annotated[str | None, Meta(description="Where on the touchpoint; null for everywhere.")]
    hypothesis: Annotated[str, Meta(description="What was believed beforehand.")]
    measure: Annotated[Measure, Meta(description="What decides it.")]
    variants: Annotated[tuple[VariantOf, ...], Meta(description="The variants; the others are compared with the first.")]
    state: Annotated[State, Meta(description="Whether it is a draft, runs, or was stopped.")]
    created_by: Annotated[str, Meta(description="Who made it.")]
    created_at: Annotated[datetime, Meta(description="When it was made.")]
    started_at: Annotated[datetime | None, Meta(description="When it was started; null for a draft.")]
    stopped_at: Annotated[datetime | None, Meta(description="When it was stopped; null before that.")]

    def probability(self, variant: VariantOf) -> float:
        """Return the probability with which somebody gets a variant."""
        return variant.weight / sum(each.weight for each in self.variants)


class Experiments(msgspec.Struct, kw_only=True, frozen=True):
    """Some experiments."""

    experiments: Annotated[tuple[Experiment, ...], Meta(description="The running ones first, then the newest.")]


class VariantReport(msgspec.Struct, kw_only=True, frozen=True):
    """What one variant brought."""

    name: Annotated[str, Meta(description="The variant.")]
    probability: Annotated[float, Meta(description="The probability, 0 to 1, with which somebody gets it.")]
    parameters: Annotated[dict[str, Any], Meta(description="What it asks of the capability.")]
    answers: Annotated[int, Meta(description="Answers that were given by it.")]
    profiles: Annotated[int, Meta(description="Profiles whose first answer of the experiment was given by it.")]
    clickers: Annotated[int, Meta(description="Those of them that clicked an answer.")]
    buyers: Annotated[int, Meta(description="Those of them that ordered within the window.")]
    revenue: Annotated[GroupRevenue, Meta(description="What they spent, in the currency of the report.")]
    clicks_difference: Annotated[Difference | None, Meta(description="Share that clicked, less that of the first variant; null for the first.")] = (
        None
    )
    orders_difference: Annotated[Difference | None, Meta(description="Share that ordered, less that of the first variant; null for the first.")] = (
        None
    )
    revenue_difference: Annotated[
        MoneyDifference | None, Meta(description="Money per profile, less that of the first variant; null for the first.")
    ] = None


class SampleRatio(msgspec.Struct, kw_only=True, frozen=True):
    """Whether the variants got as many profiles as their weights say."""

    p_value: Annotated[float, Meta(description="How likely numbers at least as uneven are by chance alone (chi-square).")]
    mismatched: Annotated[bool, Meta(description="Whether that is below 0.001: then something is wrong, and the differences cannot be trusted.")]


class ExperimentReport(msgspec.Struct, kw_only=True, frozen=True):
    """What an experiment has brought so far."""

    experiment: Annotated[Experiment, Meta(description="The experiment.")]
    until: Annotated[datetime, Meta(description="Up to when it was counted.")]
    order_window_days: Annotated[int, Meta(description="Within how many days of the first answer orders count.")]
    currency: Annotated[str, Meta(description="The currency of the amounts: the one that most orders are in.")]
    variants: Annotated[tuple[VariantReport, ...], Meta(description="The variants in their order.")]
    compared: Annotated[int, Meta(description="Pairs of variants; all intervals together are right in 95 % of experiments.")]
    sample_ratio: Annotated[SampleRatio | None, Meta(description="Whether the groups are as large as they should be; null before anybody took part.")]
    winner: Annotated[str | None, Meta(description="The variant that is surely better than every other by the measure; null while that is not sure.")]
