"""Deliveries of a running Hanse, with connections of its own: at the same time for different people, once for each, and after a crash again."""

from __future__ import annotations

import asyncio
import random
import threading
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, cast
from uuid import UUID

import msgspec
import pytest

from hanse.base import config, database
from hanse.base.clock import FixedClock
from hanse.base.context import Context, Ports, Resources
from hanse.data import entries
from hanse.data.entries import Entry
from hanse.sources.crm import delivering, targets
from hanse.sources.crm.schemas import SaveTarget
from tests.sources.crm.conftest import MAPPING
from tests.sources.crm.receiving import FINE, Answer, Receiver, Taken

PEOPLE, EACH = 12, 5


@pytest.fixture
async def resources(database_url: str, clock: FixedClock, home: Path) -> AsyncIterator[Resources]:
    """What a process holds, with a pool of connections."""
    async with database.pool(database_url) as pool:
        yield Resources(config.load({"HANSE_HOME": str(home)}), clock, pool, cast("Ports", None))


async def fill(resources: Resources, receiver: Receiver) -> list[UUID]:
    """Make a target, people, and entries about them in turn."""
    async with Context(resources) as context:
        connection, now = await context.connection(), resources.clock.now()
        options = {"url": receiver.url, "allow_private": True}
        mapping = {**MAPPING, "person": "profile_id"}
        await targets.save(context, msgspec.convert({"name": "crm", "options": options, "mapping": mapping}, SaveTarget))
        statement = "INSERT INTO profiles (profile_id, created_at, updated_at) SELECT gen_random_uuid(), %s, %s FROM generate_series(1, %s) RETURNING profile_id"
        people = [row["profile_id"] async for row in await connection.execute(statement, (now, now, PEOPLE))]
        for number in range(EACH):
            made = [Entry(kind="call", profile_id=each, subject="Call", text=str(number)) for each in people]
            await entries.put(connection, made, now=now)
    return people


async def deliver(resources: Resources) -> dict[str, dict[str, int]]:
    return await delivering.deliver_all(Context(resources), random.Random(1))


def told(receiver: Receiver) -> dict[str, list[str]]:
    """Return what came of each person, in order."""
    found: dict[str, list[str]] = {}
    for each in receiver.taken:
        found.setdefault(each.document["data"]["person"]["profile_id"], []).append(each.fields["body"])
    return found


async def test_different_people_are_served_at_once_and_each_in_order(resources: Resources, receiver: Receiver) -> None:
    together = threading.Barrier(4)  # breaks unless four requests are on their way at the same time

    def answer(taken: Taken) -> Answer:
        if taken.fields["body"] == "0" and not together.broken:
            together.wait(timeout=30)
        return FINE

    receiver.answer = answer
    people = await fill(resources, receiver)
    assert await deliver(resources) == {"crm": {"delivered": PEOPLE * EACH}}
    assert told(receiver) == {str(each): [str(number) for number in range(EACH)] for each in people}


async def test_two_workers_at_once_send_nothing_twice(resources: Resources, receiver: Receiver) -> None:
    await fill(resources, receiver)
    await asyncio.gather(*(deliver(resources) for _ in range(3)))
    await deliver(resources)
    keys = [each.headers["webhook-id"] for each in receiver.taken]
    assert len(keys) == len(set(keys)) == PEOPLE * EACH


async def test_a_worker_that_died_is_followed_by_another_once_its_lease_is_over(resources: Resources, receiver: Receiver, clock: FixedClock) -> None:
    await fill(resources, receiver)
    async with resources.pool.connection() as connection:
        await connection.execute("UPDATE crm_targets SET busy_until = %s", (clock.now() + delivering.LEASE,))
    assert [each for each in (await deliver(resources)).values() if each] == []
    clock.advance(minutes=11)
    assert await deliver(resources) == {"crm": {"delivered": PEOPLE * EACH}}


async def test_what_arrived_but_was_not_noted_is_sent_again_under_the_same_key(
    resources: Resources, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    await fill(resources, receiver)

    async def die(*_: Any, **__: Any) -> None:
        raise OSError("the machine is off")

    with monkeypatch.context() as patched:
        patched.setattr(delivering._Run, "_note_arrival", die)  # a crash between the answer and the note cannot be had otherwise
        await deliver(resources)
    first = {each.headers["webhook-id"] for each in receiver.taken}
    assert first
    await deliver(resources)
    keys = [each.headers["webhook-id"] for each in receiver.taken]
    assert set(keys) >= first
    assert len(set(keys)) == PEOPLE * EACH
