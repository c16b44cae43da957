"""What methods learn in Spark is what they learn on one machine, and so are the rankings of a blend."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.sparse import csr_array

from hanse.capabilities.recommend import blend as local_blend
from hanse.capabilities.recommend import choice
from hanse.capabilities.recommend.choice import Choice
from hanse.capabilities.recommend.histories import Histories
from hanse.capabilities.recommend.methods.ease import EASE
from hanse.capabilities.recommend.methods.ials import IALS
from hanse.capabilities.recommend.methods.item_knn import ItemKNN
from hanse.capabilities.recommend.methods.method import Method
from hanse.capabilities.recommend.methods.neighbours import Neighbours
from hanse.capabilities.recommend.methods.personal import Personal
from hanse.capabilities.recommend.methods.popular import Popular
from hanse.capabilities.recommend.methods.rp3beta import RP3Beta
from hanse.capabilities.recommend.methods.transitions import Backward, Transitions
from hanse.capabilities.recommend.methods.vmis_knn import VMISkNN
from hanse.capabilities.recommend.questions import Kind
from hanse.capabilities.recommend.spark import counting, fitting
from hanse.capabilities.recommend.spark.parts import SparkLog
from hanse.data.lake import Session

pytestmark = pytest.mark.slow

ITEMS = 60
METHODS: list[Method] = [
    Popular(),
    Popular(share=1.0),
    Personal(decay=0.7),
    Transitions(),
    Transitions(reach=5, falloff=0.8, damping=0.7, popularity=0.3, decay=0.3),
    Backward(),
    ItemKNN(),
    ItemKNN(shrinkage=3.0, decay=0.9),
    RP3Beta(),
    RP3Beta(alpha=0.8, beta=0.7),
    VMISkNN(),
    EASE(regularisation=20.0),
    EASE(regularisation=50.0, damping=0.5),
    IALS(dimensions=8, rounds=2),
]
COUNTED = list({type(method): method for method in METHODS if not isinstance(method, EASE | IALS)}.values())
"""One of each; for the others there is nothing to solve for where there is no log, on one machine neither."""


def made_log() -> Histories:
    """Return histories of people who go from one item to one near it, with repetitions, times, and some items that nobody has."""
    rng = np.random.default_rng(2)
    lengths = rng.integers(1, 12, size=300)
    start = np.concatenate(([0], np.cumsum(lengths))).astype(np.int64)
    near = np.repeat(rng.integers(ITEMS - 5, size=300), lengths) + rng.geometric(0.3, size=start[-1])
    place = np.arange(start[-1]) - np.repeat(start[:-1], lengths)
    item = np.minimum(near, ITEMS - 3).astype(np.int32)
    return Histories(start, item, (place // 2).astype(np.int32), rng.random(start[-1]) + place, ITEMS)


LOG = made_log()


@pytest.fixture(scope="module")
def log(session: Session) -> SparkLog:
    return SparkLog.spread(session.backend._session.sparkContext, LOG, 3)


def dense(found: Neighbours) -> NDArray[np.float32]:
    return np.asarray(csr_array((found.weight, found.neighbour, found.start), shape=(ITEMS, ITEMS)).todense())


@pytest.mark.parametrize("method", METHODS, ids=repr)
def test_what_is_learned_is_the_same(log: SparkLog, method: Method) -> None:
    found, expected = fitting.fit(method, log), method.fit(LOG)
    assert found is not None
    assert expected is not None
    assert found.form == expected.form
    arrays, others = dict(found.arrays), dict(expected.arrays)
    if isinstance(found, Neighbours) and isinstance(expected, Neighbours):
        np.testing.assert_allclose(dense(found), dense(expected), rtol=1e-5)  # where two are as good, either may come first
        arrays.pop("neighbour"), others.pop("neighbour")
    assert arrays.keys() == others.keys()
    for name, array in arrays.items():
        assert array.dtype == others[name].dtype
        np.testing.assert_allclose(array, others[name], rtol=1e-3, atol=1e-5, err_msg=name)


def test_facts_of_items_are_the_same(log: SparkLog) -> None:
    np.testing.assert_allclose(counting.item_facts(log), local_blend.item_facts(LOG), rtol=1e-5, atol=1e-6)


def test_a_blend_gives_the_same_rankings(log: SparkLog) -> None:
    methods = (Transitions(), Backward(), ItemKNN(), RP3Beta(), VMISkNN(), IALS(dimensions=8, rounds=1), Personal(), Popular())
    chosen = Choice(Kind.SEQUENCE, methods, (1.0, 0.4, 0.8, 0.5, 0.7, 0.3, 0.2, 0.1), None, ())
    told: list[str] = []
    found, expected = fitting.blend(chosen, log, lambda _, note: told.append(note)), chosen.fit(LOG)
    asked = LOG.pick(np.arange(0, len(LOG), 5))
    ranked, wanted = found.rank_many(asked, 10), expected.rank_many(asked, 10)
    assert (ranked == wanted).mean() > 0.99  # what is as good as another to the last digits may change its place with it
    assert told[:2] == ["learning transitions in Spark", "learning backward transitions in Spark"]


@pytest.mark.parametrize("method", COUNTED, ids=repr)
def test_a_log_of_nothing_is_learned_from_as_ever(session: Session, method: Method) -> None:
    nothing = Histories.from_rows([[]], 4)
    spread = SparkLog.spread(session.backend._session.sparkContext, nothing, 2)
    found, expected = fitting.fit(method, spread), method.fit(nothing)
    assert found is not None
    assert expected is not None
    for name, array in found.arrays.items():
        np.testing.assert_array_equal(array, expected.arrays[name])


def test_every_method_that_may_be_chosen_is_known_here() -> None:
    wanted: set[Any] = {method for plan in choice.PLANS.values() for method in plan.methods}
    assert wanted - set(fitting.FITS) == {VMISkNN}
