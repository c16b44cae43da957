"""Operations on experiments: make one, start and stop it, see what its variants brought."""

from __future__ import annotations

import msgspec

from hanse.base.context import Context
from hanse.base.errors import UnknownOperation
from hanse.base.operation import Effect, Purpose, operation
from hanse.data.experiments import report as reporting
from hanse.data.experiments import running, store
from hanse.data.experiments.errors import ExperimentExists, ExperimentOverlaps, ExperimentState, NothingToMeasure, UnfitVariants, UnknownExperiment
from hanse.data.experiments.schemas import (
    CreateExperiment,
    Experiment,
    ExperimentNamed,
    ExperimentReport,
    Experiments,
    ListExperiments,
    Measure,
    State,
    VariantOf,
)

NAMED = ExperimentNamed(name="fewer best sellers")
EXAMPLE = CreateExperiment(
    name=NAMED.name,
    operation="recommend.popular",
    placement="home",
    hypothesis="Three best sellers are seen better than six, so more customers buy one.",
    measure=Measure.REVENUE,
    variants=[VariantOf(name="six", parameters={"limit": 6}), VariantOf(name="three", parameters={"limit": 3})],
)


@operation(
    purpose=Purpose.OPERATION,
    effect=Effect.WRITE,
    errors=(UnknownOperation, NothingToMeasure, UnfitVariants, ExperimentExists),
    example=EXAMPLE,
)
async def create(request: CreateExperiment, context: Context) -> Experiment:
    """Make an experiment with variants of an operation's answers; it does not run yet.

    The hypothesis and the measure that decides are said beforehand. The parameters of a variant are fields of the operation's request: whoever
    gets the variant is answered as if the touchpoint had sent them.
    """
    found = context.resources.ports.find(request.operation)
    if not found.decides:
        raise NothingToMeasure(operation=request.operation)
    for each in request.variants:
        try:
            running.applied(found.example, each.parameters)
        except msgspec.ValidationError as error:
            raise UnfitVariants(reason=f"“{each.name}” asks for what {found.name} does not take: {error}.") from error
    return await store.create(await context.connection(), request, created_by=context.caller.name, now=context.clock.now())


@operation(purpose=Purpose.OPERATION, effect=Effect.WRITE, errors=(UnknownExperiment, ExperimentOverlaps, ExperimentState), example=NAMED)
async def start(request: ExperimentNamed, context: Context) -> Experiment:
    """Start an experiment: from now on everybody who is known and not held out gets a variant, always the same one.

    No two experiments run on the same answers at the same time.
    """
    connection = await context.connection()
    return await store.start(connection, await store.find(connection, request.name), context.clock.now())


@operation(purpose=Purpose.OPERATION, effect=Effect.WRITE, errors=(UnknownExperiment, ExperimentState), example=NAMED)
async def stop(request: ExperimentNamed, context: Context) -> Experiment:
    """Stop an experiment: from now on everybody gets the usual answer.

    Orders of the days after still count. It cannot be started again.
    """
    connection = await context.connection()
    return await store.stop(connection, await store.find(connection, request.name), context.clock.now())


@operation(purpose=Purpose.OPERATION, effect=Effect.READ, tool=True, example=ListExperiments(state=State.RUNNING))
async def list(request: ListExperiments, context: Context) -> Experiments:  # noqa: A001  # the operation is experiments.list
    """List the experiments, the running ones first."""
    return Experiments(experiments=await store.listing(await context.connection(), request.state, request.operation))


@operation(purpose=Purpose.OPERATION, effect=Effect.READ, tool=True, errors=(UnknownExperiment,), example=NAMED)
async def report(request: ExperimentNamed, context: Context) -> ExperimentReport:
    """Show what the variants of an experiment brought: each against the first, with intervals that bear looking every day.

    A winner is named only when it is surely better than every other variant. Where the groups are not as large as they should be, that is
    said, and the differences are not to be trusted.
    """
    connection = await context.connection()
    found = await store.find(connection, request.name)
    return await reporting.make(connection, found, now=context.clock.now(), currency=context.settings.currency)
