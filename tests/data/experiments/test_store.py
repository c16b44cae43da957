"""Experiments are made once, started once and stopped once, and none runs on the same answers as another."""

from __future__ import annotations

from typing import Any

import pytest

from hanse.base.context import Context
from hanse.base.database import Connection
from hanse.data.experiments import store
from hanse.data.experiments.errors import ExperimentExists, ExperimentOverlaps, ExperimentState, UnfitVariants, UnknownExperiment
from hanse.data.experiments.running import Running
from hanse.data.experiments.schemas import CreateExperiment, Experiment, State, VariantOf
from tests.conftest import NOW

VARIANTS = (VariantOf(name="six", weight=2, parameters={"limit": 6}), VariantOf(name="three", parameters={"limit": 3}))


async def make(connection: Connection, name: str = "fewer", **facts: Any) -> Experiment:
    asked = {"operation": "recommend.popular", "hypothesis": "Fewer are more.", "variants": list(VARIANTS), **facts}
    return await store.create(connection, CreateExperiment(name=name, **asked), created_by="anna", now=NOW)


async def run(connection: Connection, name: str = "fewer", **facts: Any) -> Experiment:
    return await store.start(connection, await make(connection, name, **facts), NOW)


async def test_a_draft_is_kept_as_it_was_made(connection: Connection) -> None:
    made = await make(connection, placement="home")
    assert (made.variants, made.state, made.started_at) == (VARIANTS, State.DRAFT, None)
    assert await store.find(connection, "fewer") == await store.find(connection, made.experiment_id) == made
    assert [made.probability(each) for each in made.variants] == [pytest.approx(2 / 3), pytest.approx(1 / 3)]


async def test_it_is_started_and_stopped_once(connection: Connection) -> None:
    draft = await make(connection)
    with pytest.raises(ExperimentState, match="is draft"):
        await store.stop(connection, draft, NOW)
    started = await store.start(connection, draft, NOW)
    assert (started.state, started.started_at) == (State.RUNNING, NOW)
    with pytest.raises(ExperimentState, match="is running"):
        await store.start(connection, started, NOW)
    stopped = await store.stop(connection, started, NOW)
    assert (stopped.state, stopped.stopped_at) == (State.STOPPED, NOW)
    with pytest.raises(ExperimentState, match="is stopped"):
        await store.start(connection, stopped, NOW)


async def test_two_of_one_name_are_refused(connection: Connection) -> None:
    await make(connection)
    with pytest.raises(ExperimentExists, match="fewer"):
        await make(connection)


@pytest.mark.parametrize(
    ("first", "second", "overlaps"),
    [(None, None, True), ("home", None, True), (None, "home", True), ("home", "home", True), ("home", "cart", False)],
)
async def test_two_that_overlap_are_refused(connection: Connection, first: str | None, second: str | None, *, overlaps: bool) -> None:
    await run(connection, placement=first)
    other = await make(connection, "other", placement=second)
    if overlaps:
        with pytest.raises(ExperimentOverlaps, match=r"The experiment fewer already runs on recommend\.popular"):
            await store.start(connection, other, NOW)
    else:
        assert (await store.start(connection, other, NOW)).state is State.RUNNING


async def test_one_after_the_other_or_on_another_operation_is_fine(connection: Connection) -> None:
    await store.stop(connection, await run(connection), NOW)
    await run(connection, "second")
    await run(connection, "third", operation="recommend.also_bought")
    assert [each.name for each in await store.listing(connection, State.RUNNING)] == ["second", "third"]
    assert [each.name for each in await store.listing(connection)][-1] == "fewer", "the running ones stand first"


@pytest.mark.parametrize(
    ("variants", "reason"),
    [
        ((VariantOf(name="a"), VariantOf(name="a")), "two have the same name"),
        ((VariantOf(name="a"), VariantOf(name="b", parameters={"text": "x" * 5000})), "the parameters of b are too large"),
    ],
)
async def test_variants_that_do_not_fit_are_refused(connection: Connection, variants: tuple[VariantOf, ...], reason: str) -> None:
    with pytest.raises(UnfitVariants, match=reason):
        await make(connection, variants=list(variants))


async def test_an_unknown_one_is_said_so(connection: Connection) -> None:
    with pytest.raises(UnknownExperiment, match="nobody knows it"):
        await store.find(connection, "nobody knows it")


async def test_what_runs_is_loaded(context: Context) -> None:
    running = Running(context.resources.pool)
    connection = await context.connection()
    started = await run(connection)
    await connection.commit()
    await running.refresh()
    assert running.on("recommend.popular", "home") == started
    await store.stop(connection, started, NOW)
    await connection.commit()
    await running.refresh()
    assert running.on("recommend.popular", "home") is None
