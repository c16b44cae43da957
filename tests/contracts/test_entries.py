"""Every action makes its entry for the CRM: whatever reaches a person or money, consent, merging, restriction and rectification."""

from __future__ import annotations

from typing import Any

import pytest

from hanse.base import context as contract
from hanse.base.context import Context
from hanse.base.errors import HanseError
from hanse.base.operation import Effect, Operation
from hanse.data import entries
from hanse.data.profiles.requests import Merge
from hanse.serve import registry
from hanse.serve.runtime import Runtime
from tests.contracts.shop import fill

OPERATIONS: dict[str, Operation[Any, Any]] = registry.load().operations
ACTS = sorted(name for name, each in OPERATIONS.items() if each.effect is Effect.ACT)
RIGHTS = {
    "consent.record": "consent_changed",
    "consent.withdraw": "consent_changed",
    "privacy.object": "consent_changed",
    "privacy.restrict": "processing_restricted",
    "privacy.rectify": "profile_rectified",
}
"""Writes of which the CRM has to know, and the kind of their entries."""


async def entered(context: Context) -> list[dict[str, Any]]:
    """Return all entries."""
    return await (await (await context.connection()).execute("SELECT kind, profile_id, operation FROM entries")).fetchall()


async def done(running: Runtime, name: str) -> list[dict[str, Any]] | None:
    """Run the example of an operation among the facts it asks for; return the entries it made, null where it was refused."""
    async with running.context() as context:
        await fill(await context.connection())
    operation = OPERATIONS[name]
    async with running.context() as context:
        try:
            await contract.run(operation, operation.example, context)
        except operation.errors:
            return None
        return await entered(context)


@pytest.mark.parametrize("name", ACTS)
async def test_what_reaches_a_person_or_money_makes_an_entry(running: Runtime, name: str) -> None:
    found = await done(running, name)
    assert found is not None, f"the example of {name} should run, to show its entry"
    assert name in {each["operation"] for each in found}


@pytest.mark.parametrize("name", ACTS)
async def test_the_entry_names_whom_the_action_was_about(running: Runtime, name: str) -> None:
    if "profile_id" not in OPERATIONS[name].request_type.__struct_fields__:
        return
    found = await done(running, name)
    assert [each["profile_id"] for each in found or () if each["operation"] == name] != [None]


@pytest.mark.parametrize(("name", "kind"), sorted(RIGHTS.items()))
async def test_what_the_crm_has_to_know_of_rights_makes_an_entry(running: Runtime, name: str, kind: str) -> None:
    found = await done(running, name)
    assert kind in {each["kind"] for each in found or ()}
    assert all(each["profile_id"] for each in found or ())


async def test_merging_and_taking_it_back_make_entries(running: Runtime) -> None:
    async with running.context() as context:
        connection = await context.connection()
        await fill(connection)
        rows = await (await connection.execute("SELECT profile_id FROM profiles ORDER BY profile_id LIMIT 2")).fetchall()
    async with running.context() as context:
        merge = Merge(profile_id=rows[0]["profile_id"], other_id=rows[1]["profile_id"], reason="same card")
        merged = await contract.run(OPERATIONS["profiles.merge"], merge, context)
        unmerge = contract.parse(OPERATIONS["profiles.unmerge"], {"link_id": str(merged.link_id)})
        await contract.run(OPERATIONS["profiles.unmerge"], unmerge, context)
        assert {each["kind"] for each in await entered(context)} == {"profile_merged", "profile_unmerged"}


async def test_an_action_that_fails_leaves_no_entry(running: Runtime) -> None:
    async with running.context() as context:
        await fill(await context.connection())
    operation = OPERATIONS["privacy.restrict"]

    async def fail() -> None:
        async with running.context() as context:
            await contract.run(operation, operation.example, context)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    async with running.context() as context:
        assert await entered(context) == []


def test_the_kinds_that_are_told_of_are_those_that_are_made() -> None:
    assert {*RIGHTS.values(), "profile_merged", "profile_unmerged"} <= set(entries.KINDS)
    assert set(entries.TOLD) <= set(OPERATIONS)
    assert issubclass(entries.UnknownEntryKind, HanseError)
