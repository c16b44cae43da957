"""Training in Spark chooses as on one machine and learns from all; without Spark it says what to install."""

from __future__ import annotations

import sys
from pathlib import Path

import msgspec
import numpy as np
import pytest

from hanse.base.config import Settings
from hanse.base.errors import MissingExtra
from hanse.capabilities.recommend import blends, learning
from hanse.capabilities.recommend import reading as local
from hanse.capabilities.recommend.questions import Kind
from hanse.capabilities.recommend.spark import training
from hanse.capabilities.recommend.spark.reading import Read
from hanse.capabilities.recommend.spark.training import Trained
from tests.conftest import NOW

# PySpark 4 warns of pandas 3 wherever it meets it; it is never handed any
pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore:PySpark does not yet fully support pandas:FutureWarning")]


@pytest.fixture(scope="module")
def made(visits: Read) -> Trained:
    """What is learned from visits, chosen by a part of them."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(training, "SAMPLE_ROWS", 300)
        made = training.learn(blends.VIEWED, Kind.SESSION, visits)
    assert made is not None
    return made


def test_what_is_learned_from_visits_is_that_of_one_machine(made: Trained, settings: Settings) -> None:
    log = local.read(msgspec.structs.replace(settings, lake_engine="duckdb")).visits
    expected = made.learned.choice.fit(log.histories)
    asked = log.histories.pick(np.arange(0, len(log.histories), 3))
    assert (made.blend.rank_many(asked, 5) == expected.rank_many(asked, 5)).mean() > 0.99
    arrays, others = blends.arrays(made.blend), blends.arrays(expected)
    assert {name: array.shape for name, array in arrays.items()} == {name: array.shape for name, array in others.items()}


def test_the_card_says_what_was_chosen_by_a_part_and_learned_from_all(made: Trained, visits: Read) -> None:
    log, card = visits, made.card(NOW)
    assert card.sizes == {"histories": len(log.histories), "interactions": log.histories.rows, "products": 12, "profiles": log.owners}
    assert log.histories.rows > 300 >= len(made.sample.histories.item)
    assert f"the newest {len(made.sample.histories.item)} interactions" in card.notes[-1]


def test_too_little_is_not_learned_from(customers: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(learning, "LEAST_HISTORIES", 100_000)
    assert training.learn(blends.NEXT, Kind.BASKET, customers) is None


def test_without_spark_it_says_what_to_install(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name == "pyspark" or name.startswith("pyspark.")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "pyspark", None)
    monkeypatch.delitem(sys.modules, "hanse.data.lake.spark", raising=False)
    monkeypatch.delattr("hanse.data.lake.spark", raising=False)
    with pytest.raises(MissingExtra, match=r"pip install 'hanse\[spark\]'"):
        training.learn_all(Settings(home=home, lake_engine="spark"))
