"""Traits are asked for by profile or identity, and those that are computed are listed in the caller's language."""

from __future__ import annotations

from uuid import UUID

import pytest

from hanse.base import context as contract
from hanse.base.operation import Purpose
from hanse.data import events
from hanse.data.consent.errors import UnknownPerson
from hanse.data.events import Event, EventType
from hanse.data.profiles import identity
from hanse.data.traits import families, operations
from hanse.data.traits.operations import GetTraits, ListTraits
from hanse.serve.runtime import Runtime
from tests.conftest import NOW
from tests.serve.conftest import declared, running, settings

__all__ = ["declared", "running", "settings"]


async def identified(running: Runtime) -> UUID:
    said = Event(
        message_id="a",
        type=EventType.IDENTIFY,
        user_id="anna",
        identities=(("email", "anna@example.org"),),
        source="shop",
        occurred_at=NOW,
        properties={"city": "Kiel", "plan": "pro"},
    )
    async with running.context() as context:
        connection = await context.connection()
        await events.append(connection, [said], now=NOW)
        found = await identity.find(connection, "user_id", "anna")
    assert found
    return found


async def test_traits_are_found_by_profile_and_by_any_identity(running: Runtime) -> None:
    profile_id = await identified(running)
    for request in (GetTraits(profile_id=profile_id), GetTraits(user_id="anna"), GetTraits(email="Anna@Example.org")):
        async with running.context() as context:
            answer = await contract.run(operations.get, request, context)
        assert [(each.name, each.value, each.kind) for each in answer.traits] == [("city", "Kiel", "given"), ("plan", "pro", "given")]


async def test_one_trait_is_found_by_its_name(running: Runtime) -> None:
    await identified(running)
    async with running.context() as context:
        answer = await contract.run(operations.get, GetTraits(user_id="anna", name="plan"), context)
    assert [each.value for each in answer.traits] == ["pro"]


async def test_who_is_not_known_is_not_found(running: Runtime) -> None:
    async with running.context() as context:
        with pytest.raises(UnknownPerson):
            await contract.run(operations.get, GetTraits(user_id="nobody"), context)


async def test_every_computed_trait_is_listed_in_german(running: Runtime) -> None:
    async with running.context(language="de") as context:
        german = await contract.run(operations.list, ListTraits(), context)
    async with running.context(language="en") as context:
        english = await contract.run(operations.list, ListTraits(), context)
    assert [each.name for each in german.traits] == sorted(families.OURS)
    for one, other in zip(german.traits, english.traits, strict=True):
        assert one.description != other.description
        assert (one.unit != other.unit) or not one.unit


async def test_traits_are_listed_by_purpose(running: Runtime) -> None:
    async with running.context() as context:
        answer = await contract.run(operations.list, ListTraits(purpose=Purpose.PERSONALISATION), context)
    assert answer.traits
    assert all(each.needs_consent and each.purpose is Purpose.PERSONALISATION for each in answer.traits)
