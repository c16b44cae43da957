"""Keeping experiments: made as a draft, started once, stopped once; none overlaps another."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from hanse.base import changes, database, ids
from hanse.base.database import Connection, Queries
from hanse.data.experiments.errors import ExperimentExists, ExperimentOverlaps, ExperimentState, UnfitVariants, UnknownExperiment
from hanse.data.experiments.schemas import CreateExperiment, Experiment, State, VariantOf

queries = Queries(__package__)

TOPIC = "experiments"
MOST_BYTES = 4_000


async def create(connection: Connection, request: CreateExperiment, *, created_by: str, now: datetime) -> Experiment:
    """Make an experiment that does not run yet; raises `UnfitVariants` and `ExperimentExists`."""
    _check(request.variants)
    fields = {name: getattr(request, name) for name in ("name", "operation", "placement", "hypothesis")}
    facts = {"experiment_id": ids.new(now), "measure": request.measure.value, "created_by": created_by, "now": now}
    row = await _one(connection, "insert", {**fields, **facts, "variants": database.jsonb(request.variants)})
    if row is None:
        raise ExperimentExists(experiment=request.name)
    return msgspec.convert(row, Experiment)


async def listing(connection: Connection, state: State | None = None, operation: str | None = None) -> tuple[Experiment, ...]:
    """Return experiments, the running ones first, then the newest."""
    wanted = {"state": state and state.value, "operation": operation}
    return tuple([msgspec.convert(row, Experiment) async for row in await connection.execute(queries["list"], wanted)])


async def find(connection: Connection, wanted: str | UUID) -> Experiment:
    """Return an experiment by its name or its id; raises `UnknownExperiment`."""
    name, experiment_id = (wanted, None) if isinstance(wanted, str) else (None, wanted)
    row = await _one(connection, "find", {"experiment_id": experiment_id, "name": name})
    if row is None:
        raise UnknownExperiment(experiment=wanted)
    return msgspec.convert(row, Experiment)


async def start(connection: Connection, experiment: Experiment, now: datetime) -> Experiment:
    """Start a draft; raises `ExperimentOverlaps` and `ExperimentState`."""
    await connection.execute(queries["lock"])
    wanted = {"operation": experiment.operation, "placement": experiment.placement}
    if experiment.state is State.DRAFT and (other := await _one(connection, "overlapping", wanted)):
        raise ExperimentOverlaps(running=other["name"], operation=experiment.operation)
    return await _change(connection, "start", experiment, now)


async def stop(connection: Connection, experiment: Experiment, now: datetime) -> Experiment:
    """Stop a running experiment; raises `ExperimentState`."""
    return await _change(connection, "stop", experiment, now)


async def _change(connection: Connection, statement: str, experiment: Experiment, now: datetime) -> Experiment:
    row = await _one(connection, statement, {"experiment_id": experiment.experiment_id, "now": now})
    if row is None:
        found = await find(connection, experiment.experiment_id)
        raise ExperimentState(experiment=found.name, state=found.state.value)
    await changes.announce(connection, TOPIC)
    return msgspec.convert(row, Experiment)


async def _one(connection: Connection, statement: str, facts: dict[str, Any]) -> dict[str, Any] | None:
    return await (await connection.execute(queries[statement], facts)).fetchone()


def _check(variants: Sequence[VariantOf]) -> None:
    if len({each.name for each in variants}) < len(variants):
        raise UnfitVariants(reason="two have the same name.")
    for each in variants:
        if len(msgspec.json.encode(each.parameters)) > MOST_BYTES:
            raise UnfitVariants(reason=f"the parameters of {each.name} are too large.")
