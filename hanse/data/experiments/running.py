"""The experiments that run, in the memory of one process: who answers asks here for the variant of a person, with no call to the database."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from itertools import accumulate
from typing import Any, TypeVar
from uuid import UUID

import msgspec
import structlog

from hanse.base.context import Context, Variant
from hanse.base.database import Pool
from hanse.base.decision import Arm, Personal
from hanse.data.decisions import experiment as hashing
from hanse.data.experiments import store
from hanse.data.experiments.schemas import Experiment, State

RequestT = TypeVar("RequestT", bound=msgspec.Struct)


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
    running, profile_id = context.resources.held.get(Running), context.subject.counted_id
    if not isinstance(running, Running) or profile_id is None or context.assignment.arm is Arm.HELD_OUT:
        return None
    experiment = running.on(operation, placement)
    if experiment is None:
        return None
    context.variant = assign(experiment, profile_id)
    return context.variant


def varied(context: Context, operation: str, request: RequestT) -> RequestT:
    """Return a request with the fields that the variant of the person sets, and have that logged; itself where no experiment runs on it.

    Parameters that the operation has learned to refuse since leave the usual answer, outside the experiment.
    """
    found = variant(context, operation, getattr(request, "placement", None) or None)
    if found is None or not found.parameters:
        return request
    try:
        return applied(request, found.parameters)
    except msgspec.ValidationError as error:
        context.variant = None
        structlog.get_logger().warning("a variant does not fit its operation any more", operation=operation, variant=found.name, reason=str(error))
        return request


def applied(request: RequestT, parameters: Mapping[str, Any]) -> RequestT:
    """Return a request with other values in some of its fields; raises `msgspec.ValidationError`."""
    if who := sorted(set(parameters) & set(Personal.__struct_fields__)):
        message = f"`{who[0]}` says who asks, which no variant decides"
        raise msgspec.ValidationError(message)
    return msgspec.convert({**msgspec.structs.asdict(request), **parameters}, type(request))


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
