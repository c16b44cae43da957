"""The sample shop as a job: once, only where there is nothing real, and everything that learns from it follows."""

from __future__ import annotations

import pytest

from hanse.base.context import Context, Resources
from hanse.data import events
from hanse.data.events import Event
from hanse.serve import registry
from hanse.testing.sample import jobs
from tests.conftest import NOW
from tests.data.conftest import resources

__all__ = ["resources"]


async def test_it_is_made_once(resources: Resources) -> None:
    async with Context(resources) as context:
        written = await jobs.fill(context, customers=5)
    assert written
    assert written["events"] > 0
    assert (resources.settings.home / "sample" / "truth.json.gz").exists()
    async with Context(resources) as context:
        with pytest.raises(jobs.SampleExists):
            await jobs.fill(context, customers=5)


async def test_it_is_not_mixed_with_a_real_shop(resources: Resources) -> None:
    async with resources.pool.connection() as connection:
        await events.append(connection, [Event(message_id="1", name="Order Completed", source="shop", occurred_at=NOW)], now=NOW)
    async with Context(resources) as context:
        with pytest.raises(jobs.RealShop):
            await jobs.fill(context, customers=5)


def test_what_learns_from_it_follows() -> None:
    found = registry.load()
    following = {each.name for each in found.following(found.jobs["sample.fill"])}
    assert following == {"catalog.refresh_statistics", *(name for name in found.jobs if name.endswith((".train", ".index")))}
