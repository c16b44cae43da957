"""An answer that asks for its variant gets it from memory, and the variant is logged with the decision."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any
from uuid import UUID, uuid4

import msgspec
import pytest
from msgspec import Meta

from hanse.base import context as contract
from hanse.base.context import Assignment, Context
from hanse.base.decision import Arm, Decision, Personal
from hanse.base.operation import Effect, Operation, Purpose, operation
from hanse.data.experiments import operations
from hanse.data.experiments.errors import NothingToMeasure, UnfitVariants
from hanse.data.experiments.running import Running
from hanse.data.experiments.schemas import CreateExperiment, ExperimentNamed, ListExperiments, VariantOf
from hanse.serve.runtime import Runtime

NAME = "serve.flag"


class Flag(Personal, kw_only=True, forbid_unknown_fields=True):
    """Whom to greet with a flag."""

    colour: Annotated[str, Meta(description="Its colour.", max_length=20)] = "white"


class Flown(Decision, kw_only=True, frozen=True):
    """The flag."""

    colour: Annotated[str, Meta(description="Its colour.")]


@operation(purpose=Purpose.CONTRACT, effect=Effect.READ, example=Flag())
async def flag(request: Flag, context: Context) -> Flown:
    """Fly a flag for somebody."""
    return Flown(colour=request.colour, **context.decision(model_version=None, reason="The wind blows."))


@pytest.fixture
async def trying(running: Runtime) -> Runtime:
    """A running Hanse with an experiment on the colour of the flag."""
    assert flag.name == NAME
    running.registry.operations[NAME] = flag
    variants = [VariantOf(name=each, parameters={"colour": each}) for each in ("red", "blue")]
    await run(running, operations.create, CreateExperiment(name="colours", operation=NAME, hypothesis="Red is seen.", variants=variants))
    await run(running, operations.start, ExperimentNamed(name="colours"))
    await until(running, runs=True)
    return running


async def run(running: Runtime, wanted: Operation[Any, Any], request: Any) -> Any:
    async with running.context() as context:
        return await contract.run(wanted, request, context)


async def until(running: Runtime, *, runs: bool) -> None:
    """Wait until the news of a change has come round."""
    for _ in range(2000):
        if (running.resources.get(Running).on(NAME, None) is not None) is runs:
            return
        await asyncio.sleep(0.01)
    pytest.fail("the news has not come")


async def logged(running: Runtime) -> dict[UUID, dict[str, Any]]:
    await running.log.flush()
    async with running.resources.pool.connection() as connection:
        rows = await (await connection.execute("SELECT decision_id, experiment_id, variant, variant_probability FROM decisions")).fetchall()
    return {row.pop("decision_id"): row for row in rows}


async def test_the_variant_is_given_and_logged(trying: Runtime) -> None:
    answers = [await run(trying, flag, Flag(profile_id=uuid4())) for _ in range(20)]
    assert {each.colour for each in answers} == {"red", "blue"}
    rows = await logged(trying)
    assert [rows[each.decision_id]["variant"] for each in answers] == [each.colour for each in answers]
    assert {row["variant_probability"] for row in rows.values()} == {0.5}
    assert None not in {row["experiment_id"] for row in rows.values()}


async def test_whoever_is_held_out_or_unknown_gets_the_usual_answer(trying: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    unknown = await run(trying, flag, Flag())
    monkeypatch.setattr(trying.resources.ports, "assign", lambda *_: Assignment(Arm.HELD_OUT, 0.05))
    held_out = await run(trying, flag, Flag(profile_id=uuid4()))
    assert (unknown.colour, held_out.colour) == ("white", "white")
    assert {row["variant"] for row in (await logged(trying)).values()} == {None}


async def test_once_it_is_stopped_everybody_gets_the_usual_answer(trying: Runtime) -> None:
    await run(trying, operations.stop, ExperimentNamed(name="colours"))
    await until(trying, runs=False)
    assert (await run(trying, flag, Flag(profile_id=uuid4()))).colour == "white"


async def test_the_report_and_the_list_come_as_operations(trying: Runtime) -> None:
    report = await run(trying, operations.report, ExperimentNamed(name="colours"))
    assert msgspec.json.decode(msgspec.json.encode(report))["experiment"]["name"] == "colours"
    listed = await run(trying, operations.list, ListExperiments())
    assert [each.name for each in listed.experiments] == ["colours"]


async def test_an_operation_that_answers_nobody_cannot_be_tried(running: Runtime) -> None:
    variants = [VariantOf(name="a"), VariantOf(name="b")]
    with pytest.raises(NothingToMeasure, match=r"experiments\.list"):
        await run(running, operations.create, CreateExperiment(name="x", operation="experiments.list", hypothesis="-", variants=variants))


@pytest.mark.parametrize(("parameters", "named"), [({"color": "red"}, "color"), ({"colour": 3}, "colour"), ({"user_id": "u1"}, "user_id")])
async def test_parameters_that_the_operation_does_not_take_are_refused_at_once(running: Runtime, parameters: dict[str, Any], named: str) -> None:
    running.registry.operations[NAME] = flag
    variants = [VariantOf(name="a"), VariantOf(name="b", parameters=parameters)]
    with pytest.raises(UnfitVariants, match=named):
        await run(running, operations.create, CreateExperiment(name="x", operation=NAME, hypothesis="-", variants=variants))
