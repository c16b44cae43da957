"""Fixtures of Tryton: one real server for the session, connected to a Hanse whose transaction is rolled back."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from datetime import UTC
from pathlib import Path

import pytest

from hanse.base.clock import FixedClock, SystemClock
from tests.sources.crm.conftest import house
from tests.sources.tryton.serving import Server, serving

__all__ = ["house"]


@pytest.fixture(scope="session")
def tryton() -> Iterator[Server]:
    """A real Tryton, started once."""
    with tempfile.TemporaryDirectory(prefix="hanse-tryton-") as folder, serving(Path(folder)) as server:
        yield server


@pytest.fixture
def clock() -> FixedClock:
    """A clock that stands at the present, as that of Tryton does."""
    return FixedClock(SystemClock().now().astimezone(UTC).replace(microsecond=0))
