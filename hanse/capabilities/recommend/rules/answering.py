"""An answer shaped by rules: candidates from the first name, the rules, and what the fallback order says when that leaves too little.

The operations of recommendations call `answer`; what they answer from is theirs, behind the protocol `Candidates`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from hanse.base import translation
from hanse.base.context import Context
from hanse.capabilities.recommend.rules import engine, facts
from hanse.capabilities.recommend.rules.engine import Candidate, Question, Trace
from hanse.capabilities.recommend.rules.plan import NOBODY, Asker, Plan
from hanse.capabilities.recommend.rules.rulebook import Rulebook
from hanse.data.catalog.summaries import Summaries, Summary

REACH = 3
"""Candidates asked for, for each product of the answer, as rules take some away."""
LEAST_REACH = 20
MOST_REACH = 1_000

NOTHING_LEFT = "The rules left nothing of {source}"
NOTHING_FOUND = "There was nothing in {source}"
TOO_FEW = "“{rule}” wants at least {least} products, and there were fewer in {source}"
INSTEAD = "{why}; so this comes from {instead}, as “{rule}” says"


class Candidates(Protocol):
    """What recommendations can be answered from, by name, such as `recommend.popular`."""

    async def __call__(self, name: str, limit: int) -> Sequence[Candidate]:
        """Return the best products of a name, the best first; none where it has nothing, or there is none of that name."""
        ...


@dataclass(frozen=True)
class Wish:
    """What a placement asks for."""

    placement: str
    first: str
    """The name that is answered from unless rules leave too little of it."""
    limit: int
    at_hand: str | None = None
    """The product whose page it is, or that was just put into the cart."""
    asker: Asker = field(default_factory=Asker)
    language: str = "en"
    fallbacks: tuple[str, ...] = ()
    """What comes next where no rule says so."""


@dataclass(frozen=True)
class Shaped:
    """The products to show, what the catalog knows of them, where they came from, and why not from where they should."""

    items: list[Candidate]
    known: dict[str, Summary]
    source: str
    reason: str = ""
    """Why a rule has it answered from another name, in words; empty where none does."""
    least: int = 0
    trace: Trace | None = None


async def answer(context: Context, wish: Wish, candidates: Candidates) -> Shaped:
    """Return what a placement shows, shaped by the rules that hold there; an answer never fails because of rules."""
    plan = await context.resource(Rulebook).plan(context, wish.placement, wish.asker)
    return await shape(context, plan, wish, candidates)


async def shape(context: Context, plan: Plan, wish: Wish, candidates: Candidates, *, traced: bool = False) -> Shaped:
    """Return what a plan makes of candidates, from the first name of the fallback order that leaves enough."""
    why, first, anything, pinned = "", None, False, None
    for name in dict.fromkeys((wish.first, *(plan.fallbacks or wish.fallbacks))):
        found, shaped = await _reached(context, plan, wish, candidates, name, traced=traced)
        first, anything = first or shaped, anything or bool(found.candidates)
        if shaped.items and found.candidates:
            return shaped if name == wish.first or not plan.fallbacks else _instead(shaped, plan, wish, why)
        pinned = pinned or (shaped if shaped.items else None)
        why = why or _why_nothing(plan, wish, found)
    if pinned is not None:  # a pin alone fills no place that something else could fill
        return pinned
    why = why if anything else ""  # where there is nothing at all, no rule took it away
    return Shaped([], first.known if first else {}, wish.first, why, plan.least, first.trace if first else None)


@dataclass(frozen=True)
class _Found:
    """What there is of a name."""

    name: str
    candidates: Sequence[Candidate]


async def _reached(context: Context, plan: Plan, wish: Wish, candidates: Candidates, name: str, *, traced: bool) -> tuple[_Found, Shaped]:
    """Shape the best of a name, looking further down only where too many of them cannot be shown."""
    reach = max(LEAST_REACH, REACH * wish.limit)
    while True:
        found = _Found(name, await candidates(name, reach))
        shaped = await _shaped(context, plan, wish, found, Trace() if traced else None)
        if len(shaped.items) >= wish.limit or len(found.candidates) < reach or reach >= MOST_REACH:
            return found, shaped
        reach *= REACH


async def _shaped(context: Context, plan: Plan, wish: Wish, found: _Found, trace: Trace | None) -> Shaped:
    hand = (wish.at_hand,) if wish.at_hand is not None else ()
    product_ids = list(dict.fromkeys((*(each.product_id for each in found.candidates), *plan.pinned, *hand)))
    person = await facts.of(context, plan, product_ids)
    known = facts.priced(person, await context.resource(Summaries).get(context, product_ids))
    question = Question(context.clock.now(), wish.limit, known.get(wish.at_hand) if wish.at_hand is not None else None, person)
    return Shaped(engine.apply(plan, question, found.candidates, known, trace), known, found.name, "", plan.least, trace)


def _why_nothing(plan: Plan, wish: Wish, found: _Found) -> str:
    if not found.candidates:
        return _say(NOTHING_FOUND, wish, source=found.name)
    if plan.least_rule != NOBODY:
        return _say(TOO_FEW, wish, rule=plan.rules[plan.least_rule].name, least=plan.least, source=found.name)
    return _say(NOTHING_LEFT, wish, source=found.name)


def _instead(shaped: Shaped, plan: Plan, wish: Wish, why: str) -> Shaped:
    reason = _say(INSTEAD, wish, why=why, instead=shaped.source, rule=plan.rules[plan.fallback_rule].name)
    return Shaped(shaped.items, shaped.known, shaped.source, reason, shaped.least, shaped.trace)


def _say(template: str, wish: Wish, **named: object) -> str:
    return translation.say(__package__, template, wish.language).format(**named)
