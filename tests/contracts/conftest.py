"""Fixtures of the contracts: Hanse as it is, with everything that is declared and nothing else."""

from __future__ import annotations

import pytest

from hanse.base.clock import SystemClock
from hanse.serve.registry import Registry, load
from tests.serve.conftest import client, make_key, running, settings

__all__ = ["client", "clock", "declared", "make_key", "running", "settings"]


@pytest.fixture
def clock() -> SystemClock:
    """The machine's clock, which the command line goes by as well."""
    return SystemClock()


@pytest.fixture
def declared() -> Registry:
    """What is declared in this installation."""
    return load()
