"""What tests of the data need: a process with a database of its own, in which everything is really committed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import cast

import pytest

from hanse.base import database
from hanse.base.clock import FixedClock
from hanse.base.config import Settings
from hanse.base.context import Context, Ports, Resources


@pytest.fixture
async def resources(database_url: str, home: Path, clock: FixedClock) -> AsyncIterator[Resources]:
    """A process; no operation runs here, so it has no ports."""
    async with database.pool(database_url, size=4) as pool:
        yield Resources(Settings(home=home), clock, pool, cast("Ports", None))


@pytest.fixture
async def context(resources: Resources) -> AsyncIterator[Context]:
    async with Context(resources) as context:
        yield context
