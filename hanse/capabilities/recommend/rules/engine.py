"""Applying rules to a ranked list: a pure function on a hot path, without a database.

Who wins where rules contradict: exclusion, then pin, then filter (with range, band and rest), then boost, then diversity.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from hanse.capabilities.recommend.rules.plan import NOBODY, Plan, Verdict
from hanse.data.catalog.summaries import Summary

SMALLEST = 1e-9
"""What a negative score is divided by at least."""


class Candidate(NamedTuple):
    """A product that may be shown, with whatever the caller wants back beside it."""

    product_id: str
    score: float
    payload: Any = None
    """Null for products that a pin brought in."""


@dataclass(frozen=True, slots=True)
class Person:
    """What is known of who asks, as far as rules need it; nothing where they may not be treated personally."""

    bought_at: Mapping[str, datetime] = field(default_factory=dict)
    returned_at: Mapping[str, datetime] = field(default_factory=dict)
    shown_at: Mapping[str, Sequence[datetime]] = field(default_factory=dict)
    """When each product was shown since it was last clicked."""
    own_range: frozenset[str] | None = None
    """The products that the company may buy; null where it has no range of its own."""
    prices: Mapping[str, tuple[int, str]] = field(default_factory=dict)
    """What products cost them, where that is not what everybody pays: net, in minor units, and the currency."""


UNKNOWN_PERSON = Person()


class Happening(NamedTuple):
    """Something that happened to a product, and the place of the rule in the plan that did it."""

    product_id: str
    what: str
    rule: int = NOBODY
    fact: str = ""


class Trace(list[Happening]):
    """What happened to which product, in the order in which it did; for previews."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of the rules besides the candidates."""

    now: datetime
    limit: int
    at_hand: Summary | None = None
    """The product whose page it is, or that was just put into the cart."""
    person: Person = UNKNOWN_PERSON


class _Kept(NamedTuple):
    candidate: Candidate
    verdict: Verdict


def apply(
    plan: Plan, question: Question, candidates: Sequence[Candidate], known: Mapping[str, Summary], trace: Trace | None = None
) -> list[Candidate]:
    """Return the products to show, the best first, at most as many as asked for; none where there are fewer than the least number.

    `known` has what the catalog knows of the candidates and of `plan.pinned`; what it lacks is not shown. The scores that come back are
    those after boosts.
    """
    plan.begin(question.now)
    placed = _Application(plan, question, known, trace).placed(candidates)
    if len(placed) >= min(plan.least, question.limit):
        return placed
    if trace is not None:
        trace.extend(Happening(each.product_id, "too_few", plan.least_rule) for each in placed)
    return []


class _Application:
    """One use of a plan: what is the same for all candidates of an answer."""

    __slots__ = ("_bands", "_excluded", "_known", "_plan", "_question", "_trace")

    def __init__(self, plan: Plan, question: Question, known: Mapping[str, Summary], trace: Trace | None) -> None:
        self._plan = plan
        self._question = question
        self._known = known
        self._trace = trace
        self._excluded = self._personally_excluded()
        self._bands = list(_bands(plan, question.at_hand)) if plan.bands else []

    def placed(self, candidates: Sequence[Candidate]) -> list[Candidate]:
        """Return the products to show, however few."""
        pins = self._pins() if self._plan.pins else {}
        kept = self._kept(candidates, set(pins.values()))
        if self._plan.boosts:  # without a boost the order is that of the candidates
            kept.sort(key=_score, reverse=True)
        given = {each.product_id: each for each in candidates} if pins else {}
        pinned = {place: given.get(each) or Candidate(each, 0.0) for place, each in sorted(pins.items())}
        if self._plan.diversity:
            return self._mixed(kept, pinned)
        shown = [each.candidate for each in kept[: self._question.limit]]
        for place, each in pinned.items():
            shown.insert(place, each)
        return shown[: self._question.limit]

    def _kept(self, candidates: Sequence[Candidate], pinned: set[str]) -> list[_Kept]:
        """Return the candidates that exclusions and filters leave, with their scores after boosts; no more than are needed."""
        plan, verdicts, trace = self._plan, self._plan.verdicts, self._trace
        varies = bool(self._excluded or self._bands or plan.rests or plan.ranges)
        enough = len(candidates) if plan.boosts or plan.diversity or trace is not None else self._question.limit
        seen = pinned | ({self._question.at_hand.product_id} if self._question.at_hand else set())
        look_up = self._known.get
        kept: list[_Kept] = []
        for candidate in candidates:
            product_id = candidate[0]
            if product_id in seen:
                continue
            seen.add(product_id)
            summary, verdict = look_up(product_id), verdicts.get(product_id)
            if summary is None:
                self._note(product_id, "unsold")
                continue
            if verdict is None or verdict.summary is not summary:
                verdict = plan.judge(summary, self._question.now)
            if trace is not None:
                trace.extend(_judged(plan, verdict))
            if verdict.fits and not (varies and self._unfit(summary)):
                kept.append(_Kept(candidate if verdict.factor == 1.0 else _boosted(candidate, verdict.factor), verdict))
                if len(kept) == enough:
                    break
        return kept

    def _note(self, product_id: str, what: str, rule: int = NOBODY, fact: str = "") -> bool:
        """Trace something that takes a product out; always true."""
        if self._trace is not None:
            self._trace.append(Happening(product_id, what, rule, fact))
        return True

    def _unfit(self, summary: Summary) -> bool:
        """Return whether a product is nothing for this person, or beside this product at hand."""
        product_id, person = summary.product_id, self._question.person
        if product_id in self._excluded:
            rule, what = self._excluded[product_id]
            return self._note(product_id, what, rule)
        for band in self._bands:
            if band.leaves_out(summary):
                return self._note(product_id, "filtered", band.rule)
        if self._plan.ranges and person.own_range is not None and product_id not in person.own_range:
            return self._note(product_id, "out_of_range", self._plan.ranges[0])
        return product_id in person.shown_at and self._rests(product_id)

    def _rests(self, product_id: str) -> bool:
        """Return whether a product was shown to this person too often without a click."""
        shown, now = self._question.person.shown_at[product_id], self._question.now
        for rule, times, age in self._plan.rests:
            if sum(at >= now - age for at in shown) >= times:
                return self._note(product_id, "rested", rule)
        return False

    def _personally_excluded(self) -> dict[str, tuple[int, str]]:
        """Return what this person shall not be shown because they bought or returned it, with the rule that says so."""
        plan, person, now = self._plan, self._question.person, self._question.now
        found: dict[str, tuple[int, str]] = {}
        for rule, age in plan.returned:
            for product_id, at in person.returned_at.items():
                if at >= now - age:
                    found.setdefault(product_id, (rule, "returned"))
        for number, (rule, age) in enumerate(plan.bought):
            for product_id, at in person.bought_at.items():
                summary = self._known.get(product_id)
                if at >= now - age and summary is not None and not plan.judge(summary, now).repeatable[number]:
                    found.setdefault(product_id, (rule, "bought"))
        return found

    def _pins(self) -> dict[int, str]:
        """Return which products stand at which places, counted from 0. Of two for one place the first keeps it, the other takes the next."""
        plan, at_hand = self._plan, self._question.at_hand
        hands = plan.judge(at_hand, self._question.now).hands if at_hand else ()
        places: dict[int, str] = {}
        for number, (rule, pin) in enumerate(plan.pins):
            if pin.at_hand is not None and not (hands and hands[number]):
                continue
            place = pin.place - 1
            for product_id in pin.product_ids:
                if product_id in places.values() or self._cannot_be_pinned(product_id, rule):
                    continue
                while place in places:
                    place += 1
                places[place] = product_id
                self._note(product_id, "pinned", rule)
        return places

    def _cannot_be_pinned(self, product_id: str, rule: int) -> bool:
        at_hand, summary = self._question.at_hand, self._known.get(product_id)
        if summary is None or summary.state != "active":
            return self._note(product_id, "unsold", NOBODY, f"pin:{rule}")
        if at_hand is not None and at_hand.product_id == product_id:
            return self._note(product_id, "at_hand", rule)
        verdict = self._plan.judge(summary, self._question.now)
        if verdict.excluded_by != NOBODY:
            return self._note(product_id, "excluded", verdict.excluded_by)
        gone = self._excluded.get(product_id)
        return gone is not None and self._note(product_id, gone[1], gone[0])

    def _mixed(self, waiting: list[_Kept], pins: dict[int, Candidate]) -> list[Candidate]:
        """Return kept and pinned products, as mixed as the rules want it; what fits nowhere is left out."""
        mix = _Mix(self._plan, self._trace)
        for place, each in pins.items():
            mix.count(self._plan.verdicts[each.product_id].groups, place)
        placed: list[Candidate] = []
        while len(placed) < self._question.limit:
            place = len(placed)
            chosen = pins.pop(place, None)
            if chosen is None and (at := mix.first_fit(waiting, place)) is not None:
                fitting = waiting.pop(at)
                mix.count(fitting.verdict.groups, place)
                chosen = fitting.candidate
            if chosen is None and pins:
                chosen = pins.pop(next(iter(pins)))
            if chosen is None:
                break
            placed.append(chosen)
        return placed


class _Prices(NamedTuple):
    """The prices that a rule allows beside the product at hand."""

    rule: int
    low: float
    high: float
    currency: str
    keep_unknown: bool

    def leaves_out(self, summary: Summary) -> bool:
        if summary.amount_minor is None or summary.currency != self.currency:
            return not self.keep_unknown
        return not self.low <= summary.amount_minor <= self.high


class _Mix:
    """How many of each kind stand among the first places."""

    def __init__(self, plan: Plan, trace: Trace | None) -> None:
        self._rules = [(number, place, rule.most, rule.among) for number, (place, rule) in enumerate(plan.diversity)]
        self._counts: list[dict[str, int]] = [{} for _ in self._rules]
        self._widest = max(among for *_, among in self._rules)
        self._trace = trace

    def count(self, groups: tuple[str | None, ...], place: int) -> None:
        for number, _, _, among in self._rules:
            group = groups[number]
            if group is not None and place < among:
                self._counts[number][group] = self._counts[number].get(group, 0) + 1

    def first_fit(self, waiting: list[_Kept], place: int) -> int | None:
        if place >= self._widest:
            return 0 if waiting else None
        for at, each in enumerate(waiting):
            rule = self._against(each.verdict.groups, place)
            if rule is None:
                return at
            if self._trace is not None:
                self._trace.append(Happening(each.candidate.product_id, "mixed", rule))
        return None

    def _against(self, groups: tuple[str | None, ...], place: int) -> int | None:
        for number, rule, most, among in self._rules:
            group = groups[number]
            if group is not None and place < among and self._counts[number].get(group, 0) >= most:
                return rule
        return None


def _bands(plan: Plan, at_hand: Summary | None) -> Iterator[_Prices]:
    if at_hand is None or at_hand.amount_minor is None or at_hand.currency is None:
        return
    for band in plan.bands:
        high = at_hand.amount_minor * band.high if band.high is not None else float("inf")
        yield _Prices(band.place, at_hand.amount_minor * band.low, high, at_hand.currency, band.keep_unknown)


def _score(kept: _Kept) -> float:
    return kept[0][1]


def _boosted(candidate: Candidate, factor: float) -> Candidate:
    score = candidate.score * factor if candidate.score >= 0 else candidate.score / max(factor, SMALLEST)
    return Candidate(candidate.product_id, score, candidate.payload)


def _judged(plan: Plan, verdict: Verdict) -> Iterator[Happening]:
    """Go through what the rules say of a product whoever asks."""
    product_id = verdict.summary.product_id
    if verdict.summary.state != "active":
        yield Happening(product_id, "unsold")
        return
    for rule, fact in verdict.unknown:
        yield Happening(product_id, "unknown", rule, fact)
    if verdict.excluded_by != NOBODY:
        yield Happening(product_id, "excluded", verdict.excluded_by)
    elif verdict.dropped_by != NOBODY:
        yield Happening(product_id, "filtered", verdict.dropped_by)
    else:
        for rule, _, factor in plan.boosts:
            if rule in verdict.boosted_by and factor != 1:
                yield Happening(product_id, "raised" if factor > 1 else "lowered", rule)
