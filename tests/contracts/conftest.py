"""Fixtures of the contracts: Hanse as it is, with everything that is declared and nothing else."""

from __future__ import annotations

import pytest

from hanse.serve.registry import Registry, load
from tests.serve.conftest import client, make_key, running, settings

__all__ = ["client", "declared", "make_key", "running", "settings"]


@pytest.fixture
def declared() -> Registry:
    """What is declared in this installation."""
    return load()
