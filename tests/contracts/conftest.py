"""Fixtures of the contracts: Hanse as it is, with everything that is declared and nothing else."""

from __future__ import annotations

import pytest

from hanse.base.clock import FixedClock, SystemClock
from hanse.serve.registry import Registry, load
from tests.serve.conftest import client, make_key, running, settings

__all__ = ["client", "clock", "declared", "make_key", "running", "settings"]


@pytest.fixture
def clock() -> FixedClock:
    """A clock that stands at the present, as the command line goes by the machine's."""
    return FixedClock(SystemClock().now())


@pytest.fixture
def declared() -> Registry:
    """What is declared in this installation."""
    return load()
