"""Training in Spark chooses as on one machine and learns from all; without Spark it says what to install."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np
import pytest

from hanse.base.config import Settings
from hanse.base.errors import MissingExtra
from hanse.capabilities.recommend import blends, learning
from hanse.capabilities.recommend import reading as local
from hanse.capabilities.recommend.questions import Kind
from hanse.capabilities.recommend.spark import reading, training
from hanse.data.lake import Session
from tests.conftest import NOW

# PySpark 4 warns of pandas 3 wherever it meets it; it is never handed any
pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore:PySpark does not yet fully support pandas:FutureWarning")]


def test_what_is_learned_from_visits_is_that_of_one_machine(session: Session, settings: Settings) -> None:
    made = training.learn(blends.VIEWED, Kind.SESSION, reading.visits(session))
    log = local.read(msgspec.structs.replace(settings, lake_engine="duckdb")).visits
    assert made is not None
    expected = made.learned.choice.fit(log.histories)
    asked = log.histories.pick(np.arange(0, len(log.histories), 3))
    assert (made.blend.rank_many(asked, 5) == expected.rank_many(asked, 5)).mean() > 0.99
    arrays, others = blends.arrays(made.blend), blends.arrays(expected)
    assert {name: array.shape for name, array in arrays.items()} == {name: array.shape for name, array in others.items()}


def test_the_card_says_what_was_chosen_by_a_part_and_learned_from_all(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(training, "SAMPLE_ROWS", 300)
    log = reading.visits(session)
    made = training.learn(blends.VIEWED, Kind.SESSION, log)
    assert made is not None
    card = made.card(NOW)
    assert card.sizes == {"histories": len(log.histories), "interactions": log.histories.rows, "products": 12, "profiles": log.owners}
    assert log.histories.rows > 300 >= len(made.sample.histories.item)
    assert f"the newest {len(made.sample.histories.item)} interactions" in card.notes[-1]


def test_too_little_is_not_learned_from(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(learning, "LEAST_HISTORIES", 100_000)
    log = reading.customers(session)
    assert training.learn(blends.NEXT, Kind.BASKET, replace(log)) is None


def test_without_spark_it_says_what_to_install(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name == "pyspark" or name.startswith("pyspark.")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "pyspark", None)
    monkeypatch.delitem(sys.modules, "hanse.data.lake.spark", raising=False)
    monkeypatch.delattr("hanse.data.lake.spark", raising=False)
    with pytest.raises(MissingExtra, match=r"pip install 'hanse\[spark\]'"):
        training.learn_all(Settings(home=home, lake_engine="spark"))
