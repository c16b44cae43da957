"""What the tests of matching share: a DuckDB, and one made file that is matched once."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest

from hanse.data.profiles.matching import batch
from hanse.data.profiles.matching.batch import Matching
from tests.data.profiles.matching.people import TODAY, People, people


@pytest.fixture
def duck() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        yield connection


@pytest.fixture(scope="session")
def made() -> People:
    return people(300, seed=3)


@pytest.fixture(scope="session")
def matched(made: People) -> Matching:
    return batch.match(made.table, today=TODAY, seed=1)
