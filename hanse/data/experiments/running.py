"""The experiments that run, in the memory of one process: who answers asks here for the variant of a person, with no call to the database."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from itertools import accumulate
from uuid import UUID

from hanse.base.context import Context, Variant
from hanse.base.database import Pool
from hanse.base.decision import Arm
from hanse.data.decisions import experiment as hashing
from hanse.data.experiments import store
from hanse.data.experiments.schemas import Experiment, State


class Running:
    """The running experiments; hold it with `Resources.hold(Running, ...)`, refresh it by `Changes.on("experiments", ...)`."""

    def __init__(self, pool: Pool | None = None, experiments: Iterable[Experiment] = ()) -> None:
        """Start with those given; `refresh` loads what runs."""
        self._pool = pool
        self._turn = asyncio.Lock()
        self._by_operation = _filed(experiments)

    async def refresh(self, detail: str = "") -> None:
        """Load what runs now."""
        del detail
        if self._pool is None:
            return
        async with self._turn, self._pool.connection() as connection:
            self._by_operation = _filed(await store.listing(connection, State.RUNNING))

    def on(self, operation: str, placement: str | None) -> Experiment | None:
        """Return the experiment that runs on an operation's answers in a place; null where none does."""
        for each in self._by_operation.get(operation, ()):
            if each.placement is None or each.placement == placement:
                return each
        return None


def variant(context: Context, operation: str, placement: str | None = None) -> Variant | None:
    """Return the variant that the person asked for gets, and have it logged with the decision.

    Null, so that the usual answer is given, where no experiment runs on the operation's answers in this place, where nobody is known that
    could be told apart from one visit to the next, and for whoever is held out.
    """
    running, profile_id = context.resources.held.get(Running), context.subject.profile_id
    if not isinstance(running, Running) or profile_id is None or context.assignment.arm is Arm.HELD_OUT:
        return None
    experiment = running.on(operation, placement)
    if experiment is None:
        return None
    context.variant = assign(experiment, profile_id)
    return context.variant


def assign(experiment: Experiment, profile_id: UUID) -> Variant:
    """Return the variant that a profile always gets, by a hash that has nothing to do with the holdout or other experiments."""
    ends = list(accumulate(each.weight for each in experiment.variants))
    place = hashing.position(f"experiment:{experiment.experiment_id}:{profile_id}") * ends[-1]
    chosen = next((each for each, end in zip(experiment.variants, ends, strict=True) if place < end), experiment.variants[-1])
    return Variant(experiment.experiment_id, chosen.name, experiment.probability(chosen), chosen.parameters)


def _filed(experiments: Iterable[Experiment]) -> dict[str, list[Experiment]]:
    found: dict[str, list[Experiment]] = {}
    for each in experiments:
        found.setdefault(each.operation, []).append(each)
    return found
