"""The blends in the registry: how one is saved there, and what a process makes of it to answer with."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hanse.ai import models
from hanse.ai.models import Card, Model, Models
from hanse.base.context import Context
from hanse.capabilities.recommend import because
from hanse.capabilities.recommend.blend import LONGEST, Blend
from hanse.capabilities.recommend.forest import Forest
from hanse.capabilities.recommend.histories import History
from hanse.capabilities.recommend.methods.ease import Weights
from hanse.capabilities.recommend.methods.ials import Factors
from hanse.capabilities.recommend.methods.method import Fitted
from hanse.capabilities.recommend.methods.neighbours import Neighbours
from hanse.capabilities.recommend.methods.personal import Own
from hanse.capabilities.recommend.methods.popular import Chart
from hanse.capabilities.recommend.methods.vmis_knn import Sessions

VIEWED = "recommend.viewed"
"""Learned from visits: what is looked at next."""
BOUGHT = "recommend.bought"
"""Learned from orders as sets: what else is in the order."""
NEXT = "recommend.next"
"""Learned from the orders of each customer: what is in the next one."""
SIMILAR = "recommend.similar"
"""Compared by what the catalog says of the products."""
FORMS: Mapping[str, type[Fitted]] = {each.form: each for each in (Neighbours, Sessions, Weights, Factors, Own, Chart)}


class Past(NamedTuple):
    """Something that somebody had, looked at or put into a cart."""

    product_id: str
    group: int = 0
    """With which visit, order or step; counted from the oldest."""
    days: float = 0.0
    """When, in days on any clock."""


class Suggestion(NamedTuple):
    """One product to show."""

    product_id: str
    score: float
    """Strength, 0 to 1."""
    because_id: str | None
    """The product of the history that speaks most for it; null where none does."""
    times: int
    """How often the history has it already."""


@dataclass(frozen=True)
class Recommender:
    """A blend with the ids of its products."""

    version: str
    blend: Blend
    product_ids: Sequence[str]

    @cached_property
    def places(self) -> dict[str, int]:
        """Return the place of each product."""
        return {product_id: place for place, product_id in enumerate(self.product_ids)}

    def suggest(self, past: Sequence[Past], limit: int, without: Sequence[str] = ()) -> list[Suggestion]:
        """Return the best products for a history, the oldest first; what the model does not know is passed over."""
        history = self._history(past)
        left_out = np.array([self.places[each] for each in without if each in self.places], np.int32)
        ranking = self.blend.rank(history, limit, left_out)
        links = because.strongest(self.blend, history, ranking.item)
        times = Counter(history.item.tolist())
        return [
            Suggestion(self.product_ids[item], float(score), None if link < 0 else self.product_ids[link], times[item])
            for item, score, link in zip(ranking.item.tolist(), ranking.score.tolist(), links, strict=True)
        ]

    def _history(self, past: Sequence[Past]) -> History:
        known = [(self.places[each.product_id], each.group, each.days) for each in past[-LONGEST:] if each.product_id in self.places]
        item, group, days = zip(*known, strict=True) if known else ((), (), ())
        return History(np.array(item, np.int32), np.array(group, np.int32), np.array(days, np.float64))


def current(context: Context, name: str) -> Recommender | None:
    """Return what is in use; null before the first training, or where there was too little to learn from."""
    model = context.resource(Models).current(name)
    return model.view(recommender) if model is not None else None


async def publish(context: Context, name: str, blend: Blend, product_ids: Sequence[str], card: Card) -> str:
    """Save a blend as a new version and put it into use; return the version."""
    version = await models.save(context, name, arrays(blend), {"items": product_ids, "forms": [each.form for each in blend.methods]}, card)
    await models.activate(context, version)
    return version


def arrays(blend: Blend) -> dict[str, NDArray[Any]]:
    """Return all that a blend is made of, by name."""
    parts = {f"{place}-{name}": array for place, each in enumerate(blend.methods) for name, array in each.arrays.items()}
    trees = {f"forest-{name}": array for name, array in blend.forest.arrays.items()} if blend.forest else {}
    return {"weights": blend.weights, "facts": blend.facts, "usage": np.array([blend.repeats, blend.width], np.int64), **parts, **trees}


def from_arrays(found: Mapping[str, NDArray[Any]], forms: Sequence[str]) -> Blend:
    """Take a blend back from its arrays and the forms of its methods."""
    methods = tuple(FORMS[form].from_arrays(_part(found, f"{place}-")) for place, form in enumerate(forms))
    trees = _part(found, "forest-")
    repeats, width = found["usage"].tolist()
    return Blend(methods, found["weights"], found["facts"], bool(repeats), width, Forest.from_arrays(trees) if trees else None)


def _part(found: Mapping[str, NDArray[Any]], prefix: str) -> dict[str, NDArray[Any]]:
    return {name.removeprefix(prefix): array for name, array in found.items() if name.startswith(prefix)}


def recommender(model: Model) -> Recommender:
    """Make what answers of a model."""
    made = Recommender(model.version, from_arrays(model.arrays, model.texts["forms"]), model.texts["items"])
    made.suggest([Past(each) for each in made.product_ids[:1]], 1)  # what is compiled at the first call is compiled here
    return made
