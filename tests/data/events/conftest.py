"""What tests of the log need: a process on a database of its own, and the group commit of one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from hanse.base.clock import FixedClock
from hanse.base.context import Resources
from hanse.data.events.group_commit import GroupCommit


@pytest.fixture
def idle_log(database_url: str, clock: FixedClock) -> GroupCommit:
    """A group commit that nobody has started yet."""
    return GroupCommit(database_url, clock)


@pytest.fixture
async def log(idle_log: GroupCommit) -> AsyncIterator[GroupCommit]:
    """A group commit at work."""
    task = asyncio.create_task(idle_log.run())
    yield idle_log
    await idle_log.stop()
    await asyncio.wait_for(task, 10)


async def rows(resources: Resources, statement: str) -> list[dict[str, Any]]:
    async with resources.pool.connection() as connection:
        found: list[dict[str, Any]] = await (await connection.execute(statement.encode())).fetchall()
        return found
