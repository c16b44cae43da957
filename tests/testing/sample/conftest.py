"""Sample shops that several tests look at: made once, never changed."""

from __future__ import annotations

import pytest

from hanse.testing import sample
from hanse.testing.sample import SampleShop


@pytest.fixture(scope="session")
def shop() -> SampleShop:
    """A shop of 80 customers."""
    return sample.generate(80)


@pytest.fixture(scope="session")
def large_shop() -> SampleShop:
    """A shop of 400 customers, for what only shows in numbers."""
    return sample.generate(400)
