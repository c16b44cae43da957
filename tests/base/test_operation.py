"""An operation's names, types and texts come from the function that was declared."""

from __future__ import annotations

from uuid import uuid4

import msgspec
import pytest

from hanse.base.context import Caller, Context
from hanse.base.decision import Decision, Personal
from hanse.base.operation import Effect, Operation, Purpose, operation


class Load(Personal, kw_only=True):
    """What to load."""

    crates: int = 1


class Loaded(Decision, kw_only=True, frozen=True):
    """What was loaded."""

    crates: int


class Counted(msgspec.Struct, frozen=True):
    """How many there are."""

    crates: int


@operation(purpose=Purpose.PERSONALISATION, effect=Effect.WRITE, example=Load(crates=3), tool=True)
async def load_crates(request: Load, context: Context) -> Loaded:
    """Load crates onto the cog.

    It floats on.
    """
    return Loaded(crates=request.crates, **context.decision(model_version=None, reason=f"{uuid4()}"))


@operation(purpose=Purpose.OPERATION, effect=Effect.READ, example=Load())
async def count(request: Load, context: Context) -> Counted:
    """Count crates."""
    return Counted(request.crates)


def test_names_come_from_the_place() -> None:
    assert isinstance(load_crates, Operation)
    assert load_crates.name == "base.load_crates"
    assert load_crates.capability == "base"
    assert load_crates.path == "/v1/base/load-crates"
    assert load_crates.tool_name == "base_load_crates"


def test_types_and_texts_come_from_the_function() -> None:
    assert (load_crates.request_type, load_crates.answer_type) == (Load, Loaded)
    assert load_crates.summary == "Load crates onto the cog."
    assert load_crates.description == "Load crates onto the cog.\n\nIt floats on."


def test_an_answer_that_is_a_decision_makes_the_operation_decide() -> None:
    assert load_crates.decides
    assert not count.decides


def test_it_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        load_crates.effect = Effect.READ  # type: ignore[misc]  # that is what is tried


@pytest.mark.parametrize(
    ("scopes", "allowed"),
    [
        ({"*"}, True),
        ({"base"}, True),
        ({"base.load_crates"}, True),
        ({"base.count"}, False),
        ({"write"}, False),
        ({"other", "x"}, False),
        (set(), False),
    ],
)
def test_a_caller_may_what_its_scopes_cover(scopes: set[str], allowed: bool) -> None:  # noqa: FBT001  # a case of the table
    assert Caller("key", "shop", frozenset(scopes)).may(load_crates) is allowed


def test_only_what_shapes_or_measures_what_people_see_needs_their_consent() -> None:
    assert {purpose for purpose in Purpose if purpose.needs_consent} == {Purpose.STATISTICS, Purpose.PERSONALISATION, Purpose.ADVERTISING}
