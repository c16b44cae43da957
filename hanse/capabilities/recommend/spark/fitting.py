"""A blend that learns in Spark: each method has its fit there; what has none learns from the newest part of the log on the driver."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from hanse.capabilities.recommend import choice
from hanse.capabilities.recommend.blend import Blend
from hanse.capabilities.recommend.choice import Choice, Tell
from hanse.capabilities.recommend.histories import Histories
from hanse.capabilities.recommend.methods.ease import EASE
from hanse.capabilities.recommend.methods.ials import IALS
from hanse.capabilities.recommend.methods.item_knn import ItemKNN
from hanse.capabilities.recommend.methods.method import Fitted, Method
from hanse.capabilities.recommend.methods.personal import Personal
from hanse.capabilities.recommend.methods.popular import Popular
from hanse.capabilities.recommend.methods.rp3beta import RP3Beta
from hanse.capabilities.recommend.methods.transitions import Backward, Transitions
from hanse.capabilities.recommend.reading import MOST_ROWS
from hanse.capabilities.recommend.spark import counting, factors
from hanse.capabilities.recommend.spark.parts import SparkLog


def _personal(method: Personal, log: SparkLog) -> Fitted:
    return method.fit(Histories.from_rows([], log.items))


FITS: Mapping[type[Any], Callable[[Any, SparkLog], Fitted]] = {
    Transitions: counting.transitions,
    Backward: counting.transitions,
    ItemKNN: counting.item_knn,
    RP3Beta: counting.rp3beta,
    Popular: counting.popular,
    EASE: factors.ease,
    IALS: factors.ials,
    Personal: _personal,
}
"""VMIS-kNN is not here: what it learns is the newest histories themselves, which the driver needs anyway."""


def fit(method: Method, log: SparkLog) -> Fitted | None:
    """Have a method learn; what it learns is what it would learn on one machine, as far as floating point goes."""
    found = FITS.get(type(method))
    return found(method, log) if found is not None else method.fit(log.newest(MOST_ROWS))


def blend(chosen: Choice, log: SparkLog, tell: Tell = choice.nobody) -> Blend:
    """Have the chosen methods learn from a whole log; see `Choice.fit`."""
    there: list[tuple[Fitted, float]] = []
    for place, (method, weight) in enumerate(zip(chosen.methods, chosen.weights, strict=True)):
        tell(place / len(chosen.methods), f"learning {method.name} in Spark")
        if (fitted := fit(method, log)) is not None:
            there.append((fitted, weight))
    weights = np.array([weight for _, weight in there], np.float64)
    facts, width = counting.item_facts(log), choice.PLANS[chosen.kind].width
    return Blend(tuple(one for one, _ in there), weights, facts, chosen.kind.repeats, width, chosen.forest)
