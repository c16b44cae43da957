"""Choosing a blend on validation questions: settings of each method alone, then weights, then whether a forest orders better."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hanse.capabilities.recommend import forest, questions
from hanse.capabilities.recommend.blend import GENERAL, Blend, item_facts
from hanse.capabilities.recommend.forest import Forest
from hanse.capabilities.recommend.histories import Histories, Items
from hanse.capabilities.recommend.methods.ease import EASE
from hanse.capabilities.recommend.methods.ials import IALS
from hanse.capabilities.recommend.methods.item_knn import ItemKNN
from hanse.capabilities.recommend.methods.kernels import Floats, compiled
from hanse.capabilities.recommend.methods.method import Fitted, Method
from hanse.capabilities.recommend.methods.personal import Personal
from hanse.capabilities.recommend.methods.popular import Popular
from hanse.capabilities.recommend.methods.rp3beta import RP3Beta
from hanse.capabilities.recommend.methods.transitions import Backward, Transitions
from hanse.capabilities.recommend.methods.vmis_knn import VMISkNN
from hanse.capabilities.recommend.questions import Kind, Questions

SEED = 20_260_101
MOST_QUESTIONS = 12_000
QUESTIONS_ALONE = 5_000
"""Questions that the settings of one method are chosen by."""
QUESTIONS_WEIGHTS = 3_000
MOST_CANDIDATES = 800_000
"""Candidates of all questions together that a forest learns from and is checked by."""
PARTS = 4
"""Into how many parts the questions fall: one is not learned from and says when to stop, and whether a forest is used."""
FEW_QUESTIONS = 8_000
"""Up to so many each part takes its turn at that, and the forest in use learns from all of them (cross-validation, Stone 1974)."""
LEAST_QUESTIONS = 400
"""Questions below which no forest is grown."""
FACTORS = (0.25, 0.5, 0.8, 1.25, 2.0, 4.0)
ROUNDS = 6
WIDER = 3
"""How many times as many candidates the weights are chosen from."""
LEAST_GAIN = 1e-4
"""By how much NDCG must rise for a method, a weight or the forest to be taken."""
Tell = Callable[[float, str], None]


def nobody(score: float, note: str) -> None:
    """Tell nobody."""
    del score, note


@dataclass(frozen=True)
class Plan:
    """What is tried for a kind of log."""

    methods: tuple[type[Method], ...]
    k: int
    """How long the rankings are that are graded."""
    width: int
    """How many candidates are put in order."""
    rate: float = 0.05
    """How fast the trees learn: slow is better, and makes more trees to walk for each answer."""


PLANS: Mapping[Kind, Plan] = {
    Kind.SESSION: Plan((VMISkNN, Transitions, Backward, ItemKNN, Personal, Popular), 20, 60, rate=0.1),
    Kind.TOPN: Plan((EASE, RP3Beta, IALS, ItemKNN, Popular), 20, 200),
    Kind.SEQUENCE: Plan((RP3Beta, Transitions, Backward, VMISkNN, ItemKNN, IALS, Popular), 10, 100),
    Kind.BASKET: Plan((Personal, Transitions, ItemKNN, RP3Beta, IALS, Popular), 10, 100),
}


@dataclass(frozen=True)
class Tried:
    """One setting of one method, and how good it was alone on validation questions."""

    method: Method
    ndcg: float
    seconds: float


@dataclass(frozen=True)
class Choice:
    """What was chosen for a log, and how it came to that."""

    kind: Kind
    methods: tuple[Method, ...]
    weights: tuple[float, ...]
    forest: Forest | None
    tried: tuple[Tried, ...]
    ndcg: Mapping[str, float] = field(default_factory=dict)
    """NDCG on the questions that the forest was checked by: of the weighted sum, and of the forest where one was grown."""

    def fit(self, log: Histories, tell: Tell = nobody) -> Blend:
        """Have the chosen methods learn from a log."""
        pairs = []
        for place, (method, weight) in enumerate(zip(self.methods, self.weights, strict=True)):
            tell(place / len(self.methods), f"learning {method.name}")
            pairs.append((method.fit(log), weight))
        there = [(one, weight) for one, weight in pairs if one is not None]
        return _blend(self.kind, item_facts(log), [one for one, _ in there], [weight for _, weight in there], self.forest)


def choose(kind: Kind, log: Histories, *, seconds: float = 600.0, most: int = MOST_QUESTIONS, seed: int = SEED, tell: Tell = nobody) -> Choice:
    """Choose a blend for a log by at most so many questions within about so many seconds; the same log gives the same where time does not run out."""
    search = _Search(kind, log, time.monotonic() + seconds, most, seed, tell)
    return search.run()


def _blend(kind: Kind, facts: Floats, fitted: Sequence[Fitted], weights: Sequence[float], trees: Forest | None = None) -> Blend:
    plan = PLANS[kind]
    return Blend(tuple(fitted), np.array(weights, np.float64), facts, kind.repeats, plan.width, trees)


@dataclass
class _Search:
    kind: Kind
    whole: Histories
    until: float
    most: int
    seed: int
    tell: Tell
    tried: list[Tried] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.plan = PLANS[self.kind]
        self.log, self.questions = questions.split(self.kind, self.whole, seed=self.seed, most=self.most)
        self.facts = item_facts(self.log)

    def run(self) -> Choice:
        found = [self._settings(place) for place in range(len(self.plan.methods))]
        kept = [(method, fitted) for each in found if each is not None for method, fitted in [each]]
        methods, fitted = [one for one, _ in kept], [one for _, one in kept]
        if not len(self.questions) or not fitted:
            return Choice(self.kind, tuple(methods), (1.0,) * len(methods), None, tuple(self.tried))
        self.tell(0.6, "weighing the methods")
        weights = self._weights(fitted)
        used = [place for place, weight in enumerate(weights) if weight > 0]
        made = _blend(self.kind, self.facts, [fitted[place] for place in used], [weights[place] for place in used])
        self.tell(0.7, "growing trees")
        trees, ndcg = self._forest(made)
        return Choice(self.kind, tuple(methods[place] for place in used), tuple(made.weights.tolist()), trees, tuple(self.tried), ndcg)

    def _settings(self, place: int) -> tuple[Method, Fitted] | None:
        """Try the settings of a method one after another, each from the best so far, while its share of the time lasts."""
        kind = self.plan.methods[place]
        share = time.monotonic() + (self.until - time.monotonic()) * 0.8 / (len(self.plan.methods) - place)
        best = self._try(kind(), place, 0)
        for number, ladder in enumerate(kind.grid, 1):
            for settings in ladder:
                if best is None or time.monotonic() + best[2].seconds > share:
                    break
                other = self._try(replace(best[0], **settings), place, number)  # type: ignore[type-var]  # methods are dataclasses
                if other is None or other[2].ndcg <= best[2].ndcg + LEAST_GAIN:
                    break
                best = other
        return best[:2] if best else None

    def _try(self, method: Method, place: int, number: int) -> tuple[Method, Fitted, Tried] | None:
        self.tell(0.6 * (place + number / (len(method.grid) + 1)) / len(self.plan.methods), f"trying {method.name}")
        begin = time.monotonic()
        fitted = method.fit(self.log)
        if fitted is None:
            return None
        asked = self.questions.sample(QUESTIONS_ALONE, self.seed)
        ranked = _blend(self.kind, self.facts, [fitted], [1.0]).rank_many(asked.histories, self.plan.k)
        made = Tried(method, float(questions.grade(asked, ranked, self.plan.k).ndcg.mean()) if len(asked) else 0.0, time.monotonic() - begin)
        self.tried.append(made)
        return method, fitted, made

    def _weights(self, fitted: Sequence[Fitted]) -> NDArray[np.float64]:
        """Climb from the strengths of the methods alone, one weight at a time; a method that does not help gets 0."""
        asked = self.questions.sample(QUESTIONS_WEIGHTS, self.seed + 1)
        wide = replace(_blend(self.kind, self.facts, fitted, np.ones(len(fitted)).tolist()), width=WIDER * self.plan.width)
        items, features = wide.candidates_many(asked.histories)
        values, right = np.ascontiguousarray(features[:, :, GENERAL::2]), self._right(asked, items)
        size = (items >= 0).sum(axis=1)
        gain = np.zeros(self.plan.width * WIDER + 1)
        gain[: self.plan.k] = 1.0 / np.log2(np.arange(self.plan.k) + 2.0)
        ideal = np.cumsum(gain)[np.clip(np.diff(asked.start), 1, self.plan.k) - 1]

        def ndcg(weights: NDArray[np.float64]) -> float:
            return _mean_ndcg(values, size, right, weights.astype(np.float32), gain, ideal)

        weights = np.ones(len(fitted))
        best = ndcg(weights)
        for _ in range(ROUNDS):
            before = best
            for place, factor in itertools.product(range(len(fitted)), FACTORS):
                other = weights * np.where(np.arange(len(fitted)) == place, factor, 1.0)
                if (now := ndcg(other)) > best:
                    best, weights = now, other
            if best - before < LEAST_GAIN:
                break
        for place in np.argsort(weights):
            other = weights * (np.arange(len(fitted)) != place)
            if other.any() and (now := ndcg(other)) > best - LEAST_GAIN:
                best, weights = now, other
        highest: float = weights.max()
        return weights / highest

    def _forest(self, made: Blend) -> tuple[Forest | None, dict[str, float]]:
        """Grow trees, graded on questions that they did not learn from; they are used where they order these better than the weighted sum."""
        used = self.questions.sample(MOST_CANDIDATES // made.width, self.seed)
        items, features = made.candidates_many(used.histories)
        right, there = self._right(used, items), items >= 0
        part = np.random.default_rng(self.seed + 2).integers(PARTS, size=len(used))
        learnable = np.asarray(right.any(axis=1))
        turns = PARTS if len(used) <= FEW_QUESTIONS else 1
        if not forest.possible() or any(
            (learnable & (part != turn)).sum() < LEAST_QUESTIONS or not right[part == turn].any() for turn in range(turns)
        ):
            return None, {"weighted sum": self._graded(used, items, features[:, :, 0])} if len(used) else {}
        score: NDArray[np.float64] = np.full(items.shape, -1.0)
        grown: list[Forest] = []
        for turn in range(turns):
            self.tell(0.7 + 0.25 * turn / turns, "growing trees")
            learn, check = there & (learnable & (part != turn))[:, None], there & (part == turn)[:, None]
            one = self._grow(features[learn], right[learn], (features[check], right[check]))
            score[check] = one.score(features[check])
            grown.append(one)
        checked = np.flatnonzero(part < turns)
        ndcg = {
            name: self._graded(used.pick(checked), items[checked], by[checked])
            for name, by in (("weighted sum", features[:, :, 0]), ("forest", score))
        }
        if ndcg["forest"] <= ndcg["weighted sum"] + LEAST_GAIN:
            return None, ndcg
        learn, number = there & learnable[:, None], int(np.median([len(each.root) for each in grown]))
        return grown[0] if turns == 1 else self._grow(features[learn], right[learn], most=number), ndcg

    def _grow(self, features: Floats, right: NDArray[np.bool_], check: forest.Rows | None = None, most: int = forest.MOST_ROUNDS) -> Forest:
        return forest.grow(features, right, check, seed=self.seed, most=most, rate=self.plan.rate)

    def _right(self, asked: Questions, items: Items) -> NDArray[np.bool_]:
        owner = np.repeat(np.arange(len(asked)), np.diff(asked.start))
        wanted = owner * np.int64(self.log.items + 1) + asked.answer
        return np.isin(np.arange(len(items))[:, None] * np.int64(self.log.items + 1) + items, wanted) & (items >= 0)

    def _graded(self, asked: Questions, items: Items, score: NDArray[Any]) -> float:
        order = np.argsort(-np.where(items >= 0, score, -np.inf), axis=1, kind="stable")[:, : self.plan.k]
        return float(questions.grade(asked, np.take_along_axis(items, order, axis=1), self.plan.k).ndcg.mean())


@compiled
def _mean_ndcg(
    values: Floats, size: NDArray[np.int64], right: NDArray[np.bool_], weights: Floats, gain: NDArray[np.float64], ideal: NDArray[np.float64]
) -> float:
    """Return the mean NDCG of the candidates ordered by the weighted sum of what the methods say (questions by candidates by methods)."""
    total = 0.0
    score = np.empty(values.shape[1], np.float32)
    for row in range(len(values)):
        for place in range(size[row]):
            summed = np.float32(0.0)
            for method in range(len(weights)):
                summed += weights[method] * values[row, place, method]
            score[place] = summed
        for place in range(size[row]):
            if right[row, place]:
                rank = 0
                for other in range(size[row]):
                    if score[other] > score[place] or (score[other] == score[place] and other < place):
                        rank += 1
                total += gain[rank] / ideal[row]
    return total / max(len(values), 1)
