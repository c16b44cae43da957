"""One Spark for all tests of a module, on two processors, with the lake that was written by hand."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hanse.base.config import Settings
from hanse.capabilities.recommend.spark import reading
from hanse.capabilities.recommend.spark.reading import Read
from hanse.data import lake
from hanse.data.lake import Session, datasets, files, records
from hanse.data.lake import spark as engine

START = datetime(2026, 1, 5, 8, tzinfo=UTC)
ITEMS, PEOPLE = 12, 40


def write(home: Path) -> Settings:
    """Write a lake of people who look at products and order some, in two files of each dataset; no two things happen at one time."""
    rng, settings = np.random.default_rng(5), Settings(home=home, lake_engine="spark")
    seconds = iter(rng.permutation(60 * 86_400)[:100_000].tolist())
    events: list[tuple[Any, ...]] = []
    lines: list[tuple[Any, ...]] = []
    for number in range(PEOPLE):
        person = f"0197a000-0000-7000-8000-{number:012}"
        for _ in range(int(rng.integers(1, 9))):
            at = START + timedelta(seconds=next(seconds))
            for step in range(int(rng.integers(1, 5))):
                viewed = f'{{"product_id": "p{(number + int(rng.integers(4))) % ITEMS:02}"}}'
                moment = at + timedelta(minutes=7 * step, microseconds=len(events))
                events.append(
                    (f"e{len(events)}", len(events), "track", "Product Viewed", person, None, "shop", moment, START, None, viewed, None, None, None)
                )
        for _ in range(int(rng.integers(0, 4))):
            order_id, at = f"o{len(lines)}", START + timedelta(seconds=next(seconds))
            for product in {int(each) % ITEMS for each in number + rng.integers(4, size=3)}:
                owner = None if len(lines) % 11 == 0 else person
                lines.append((order_id, f"e{order_id}", len(lines), owner, f"p{product:02}", 1, 100, 100, "EUR", at, START))
    for dataset, rows in (("events", events), ("order_lines", lines)):
        for first, some in ((1, rows[::2]), (2, rows[1::2])):
            files.add(settings.lake, dataset, records.table(some, datasets.SCHEMAS[dataset]), arrived="received_at", first=first, last=first)
    merged = [(f"0197a000-0000-7000-8000-{number:012}", f"0197a000-0000-7000-8000-{number - 1:012}") for number in range(1, 10, 4)]
    with files.Writing(files.whole(settings.lake, "merges"), datasets.MERGES) as writing:
        writing.add(records.table(merged, datasets.MERGES))
    return settings


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings that name Spark, with a lake."""
    return write(tmp_path_factory.mktemp("lake"))


@pytest.fixture(scope="session")
def session(settings: Settings) -> Iterator[Session]:
    """The lake in Spark."""
    usual = engine._configuration
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(engine, "_configuration", lambda folder: usual(folder) | {"spark.master": "local[2]", "spark.sql.shuffle.partitions": "3"})
        with lake.session(settings) as opened:
            yield opened


@pytest.fixture(scope="session")
def visits(session: Session) -> Read:
    """The visits of the lake, which lie in Spark."""
    return reading.visits(session)


@pytest.fixture(scope="session")
def customers(session: Session) -> Read:
    """The customers of the lake, who lie in Spark."""
    return reading.customers(session)
