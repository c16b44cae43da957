"""What runs beside ends when it is told to, even where something swallows the first request."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import pytest

from hanse.base import tasks


async def test_a_task_that_swallows_the_request_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "AGAIN_SECONDS", 0.01)
    begun = asyncio.Event()

    async def stubborn() -> None:
        with suppress(asyncio.CancelledError):
            begun.set()
            await asyncio.sleep(3600)
        await asyncio.sleep(3600)

    task = asyncio.create_task(stubborn())
    await begun.wait()
    await tasks.end(task, asyncio.create_task(asyncio.sleep(3600)))
    assert task.cancelled()


async def test_what_failed_is_told() -> None:
    async def fails() -> None:
        raise ValueError("away")

    task = asyncio.create_task(fails())
    await asyncio.sleep(0)
    with pytest.raises(ValueError, match="away"):
        await tasks.end(task)


async def test_nothing_to_end_is_fine() -> None:
    await tasks.end()
