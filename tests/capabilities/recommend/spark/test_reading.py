"""Histories read in Spark are those read on one machine."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest

from hanse.base.config import Settings
from hanse.capabilities.recommend import reading as local
from hanse.capabilities.recommend.histories import Histories
from hanse.capabilities.recommend.spark import reading
from hanse.capabilities.recommend.spark.reading import Read
from hanse.data.lake import Session

# PySpark 4 warns of pandas 3 wherever it meets it; it is never handed any
pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore:PySpark does not yet fully support pandas:FutureWarning")]


def same(one: Histories, other: Histories) -> None:
    assert one.items == other.items
    for name in ("start", "item", "group", "at"):
        np.testing.assert_allclose(getattr(one, name), getattr(other, name), rtol=0, atol=1e-9, err_msg=name)


@pytest.mark.parametrize("name", ["visits", "orders", "customers"])
def test_histories_are_those_of_one_machine(session: Session, settings: Settings, name: str, request: pytest.FixtureRequest) -> None:
    read = reading.orders(session) if name == "orders" else request.getfixturevalue(name)
    expected = getattr(local.read(msgspec.structs.replace(settings, lake_engine="duckdb")), name)
    same(read.histories.newest(read.histories.rows), expected.histories)
    assert (len(read.histories), read.histories.rows) == (len(expected.histories), len(expected.histories.item))
    assert (read.product_ids, read.since, read.until, read.owners) == (expected.product_ids, expected.since, expected.until, expected.owners)


def test_only_the_newest_histories_come_where_only_they_are_wanted(visits: Read) -> None:
    log = visits.histories
    whole, newest = log.newest(log.rows), log.newest(50)
    assert 40 < len(newest.item) <= 50
    same(newest, whole.pick(np.arange(len(whole) - len(newest), len(whole))))
