"""Answering many recipients: each gets what `recommend.for_you` would answer, and a decision of their own in the log.

This is all that a part of the recipients needs, once it is known who they are and what they did: it asks no database where nothing unforeseen
comes up. The job calls it for one page after another, and Spark for the parts of a page.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import NamedTuple
from uuid import UUID

import msgspec

from hanse.base import ids
from hanse.base.context import LANGUAGES, Context, Resources
from hanse.base.database import Connection
from hanse.base.decision import Arm, Personal
from hanse.capabilities.recommend import answers, blends, candidates, operations
from hanse.capabilities.recommend.batch import suggesting, writing
from hanse.capabilities.recommend.batch.foreseen import Foreseen, Known, Lacking, Unforeseen
from hanse.capabilities.recommend.batch.recipients import Recipient
from hanse.capabilities.recommend.batch.schemas import Wanted
from hanse.capabilities.recommend.batch.suggesting import Impersonal, Prepared, Row
from hanse.capabilities.recommend.rules import answering
from hanse.capabilities.recommend.rules.engine import Candidate
from hanse.capabilities.recommend.rules.facts import People
from hanse.capabilities.recommend.schemas import ForYou, Ranking
from hanse.data.decisions import DecisionRecord

OPERATION = operations.for_you.name
ASKED = tuple(name for name in ForYou.__struct_fields__ if name not in Personal.__struct_fields__)
SHOWN = ("product_id", "title", "score", "reason")
"""What the log keeps of each product: pictures and prices stand in the catalog, and would be most of the log."""


class Slice(NamedTuple):
    """Some recipients, and what each blend proposes to them, by their place."""

    recipients: Sequence[Recipient]
    proposed: Mapping[str, Mapping[int, Row]]
    kept: dict[int, dict[str, Sequence[Candidate]]]
    """What was made of that already for those who are answered again."""


class Made(NamedTuple):
    """What one recipient is answered: the rows to write, and the entry for the log."""

    profile_id: UUID
    is_personal: bool
    """Whether it was answered by what this person did."""
    is_held_out: bool
    rows: list[writing.Row]
    record: DecisionRecord


Answer = Made | Lacking


async def propose(context: Context, wanted: Wanted, recipients: Sequence[Recipient]) -> Slice:
    """Have each blend propose to those who have a past for it, as many as the rules are given first."""
    found: dict[str, Mapping[int, Row]] = {}
    for name, template in suggesting.TEMPLATES.items():
        pasts = {place: past for place, each in enumerate(recipients) if (past := each.seen if name == candidates.VIEWED else each.bought)}
        recommender = blends.current(context, name)
        if recommender is not None and pasts:
            made = await asyncio.to_thread(suggesting.propose, recommender, template, list(pasts.values()), reach(wanted))
            found[name] = {place: Row(made, row) for row, place in enumerate(pasts)}
    return Slice(recipients, found, {})


def reach(wanted: Wanted) -> int:
    """Return how many candidates the rules are given first."""
    return max(answering.LEAST_REACH, answering.REACH * wanted.limit)


@dataclass
class Answering:
    """The answers of some recipients, by what is known of them already where that was read, else by asking the database for each."""

    context: Context
    wanted: Wanted
    connection: Connection
    known: Mapping[UUID, Known] | None = None
    _nobody: dict[str, Ranking] = field(default_factory=dict)
    """What is answered without a basis, by language: the same for all of them, but for the id of the decision."""
    _requests: dict[str, ForYou] = field(default_factory=dict)

    @cached_property
    def _resources(self) -> Resources:
        """Return what the process holds, with what is known of people."""
        resources = self.context.resources
        return resources if self.known is None else replace(resources, held={**resources.held, People: Foreseen(self.known)})

    async def of(self, some: Slice, places: Sequence[int]) -> dict[int, Answer]:
        """Answer those at some places."""
        impersonal = Impersonal(Context(self._resources, self.context.caller, fixed_connection=self.connection), reach(self.wanted))
        found: dict[int, Answer] = {}
        for place in places:
            try:
                found[place] = await self._one(some, place, impersonal)
            except Unforeseen as unforeseen:
                found[place] = unforeseen.lacking
            else:
                some.kept.pop(place, None)
        return found

    async def _one(self, some: Slice, place: int, impersonal: Impersonal) -> Made:
        recipient = some.recipients[place]
        language = self._language(recipient)
        if recipient.subject.profile_id is None and language in self._nobody:
            return self._made(recipient, self._again(self._nobody[language]), language)
        context = self._context(recipient, language)
        seen, bought = list(recipient.seen), list(recipient.bought)
        proposed, kept = {name: rows[place] for name, rows in some.proposed.items() if place in rows}, some.kept.setdefault(place, {})
        asked = Prepared(context, language, _seen=seen, _bought=bought, proposed=proposed, kept=kept, impersonal=impersonal)
        ranking = await answers.answer(context, self._request(language), operations.HOME, asked)
        if recipient.subject.profile_id is None:
            self._nobody[language] = ranking
        return self._made(recipient, ranking, language)

    def _made(self, recipient: Recipient, ranking: Ranking, language: str) -> Made:
        is_held_out = ranking.arm is Arm.HELD_OUT
        is_personal = not is_held_out and bool(recipient.seen or recipient.bought)
        return Made(
            recipient.profile_id, is_personal, is_held_out, list(_rows(recipient, ranking, language)), self._record(recipient, ranking, language)
        )

    def _record(self, recipient: Recipient, ranking: Ranking, language: str) -> DecisionRecord:
        """Return the entry for the log, as `recommend.for_you` would write it."""
        request = self._request(language)
        return DecisionRecord(
            decision_id=ranking.decision_id,
            operation=OPERATION,
            profile_id=recipient.subject.profile_id,
            model_version=ranking.model_version,
            arm=ranking.arm,
            arm_probability=ranking.arm_probability,
            basis=ranking.basis,
            reason=ranking.reason,
            request=msgspec.Raw(msgspec.json.encode({name: getattr(request, name) for name in ASKED})),
            answer=msgspec.Raw(msgspec.json.encode({"items": [{name: getattr(each, name) for name in SHOWN} for each in ranking.items]})),
            decided_at=self.context.clock.now(),
        )

    def _again(self, ranking: Ranking) -> Ranking:
        return msgspec.structs.replace(ranking, decision_id=ids.new(self.context.clock.now()))

    def _context(self, recipient: Recipient, language: str) -> Context:
        """Return a context as the contract makes one for a request of this person, on the connection of all of them."""
        return Context(
            self._resources,
            self.context.caller,
            recipient.subject,
            recipient.assignment,
            language=language,
            fixed_connection=self.connection,
        )

    def _language(self, recipient: Recipient) -> str:
        own = (recipient.language or "")[:2].casefold()
        return self.context.spoken(self.wanted.language or (own if own in LANGUAGES else None))

    def _request(self, language: str) -> ForYou:
        if language not in self._requests:
            wanted = self.wanted
            known = {"placement": wanted.placement, "channel": wanted.channel, "segments": wanted.segments, "limit": wanted.limit}
            self._requests[language] = ForYou(**known, language=language)  # type: ignore[arg-type]  # the fields are those of `Wanted`
        return self._requests[language]


def _rows(recipient: Recipient, ranking: Ranking, language: str) -> Iterator[writing.Row]:
    """Go through the rows of one answer."""
    for rank, each in enumerate(ranking.items, 1):
        facts = (each.product_id, each.score, each.reason, language, ranking.arm.value, ranking.basis.value, ranking.model_version)
        yield (recipient.profile_id, ranking.decision_id, rank, *facts)
