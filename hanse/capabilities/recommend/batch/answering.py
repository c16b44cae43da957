"""Answering many recipients: each gets what `recommend.for_you` would answer, and a decision of their own in the log."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import msgspec

from hanse.base import ids
from hanse.base.context import Context
from hanse.base.database import Connection
from hanse.base.decision import Arm, Personal
from hanse.capabilities.recommend import answers, blends, candidates, operations
from hanse.capabilities.recommend.batch import suggesting
from hanse.capabilities.recommend.batch.recipients import Recipient
from hanse.capabilities.recommend.batch.schemas import Wanted
from hanse.capabilities.recommend.batch.suggesting import Prepared, Row
from hanse.capabilities.recommend.rules import answering
from hanse.capabilities.recommend.rules.engine import Candidate
from hanse.capabilities.recommend.schemas import ForYou, Ranking
from hanse.data.decisions import DecisionRecord

OPERATION = operations.for_you.name
ASKED = tuple(name for name in ForYou.__struct_fields__ if name not in Personal.__struct_fields__)
SHOWN = ("product_id", "title", "score", "reason")
"""What the log keeps of each product: pictures and prices stand in the catalog, and would be most of the log."""


Proposals = Mapping[str, Mapping[int, Row]]
"""What each blend proposes, by the place of the recipient."""


class Answered(NamedTuple):
    """What one recipient is answered."""

    recipient: Recipient
    ranking: Ranking
    language: str

    @property
    def is_personal(self) -> bool:
        """Return whether it was answered by what this person did."""
        recipient = self.recipient
        return self.ranking.arm is not Arm.HELD_OUT and bool(recipient.seen or recipient.bought)


async def proposals(context: Context, wanted: Wanted, recipients: Sequence[Recipient]) -> Proposals:
    """Have each blend propose to those who have a past for it, as many as the rules are given first."""
    found: dict[str, Mapping[int, Row]] = {}
    for name, template in suggesting.TEMPLATES.items():
        pasts = {place: past for place, each in enumerate(recipients) if (past := each.seen if name == candidates.VIEWED else each.bought)}
        recommender = blends.current(context, name)
        if recommender is not None and pasts:
            made = await asyncio.to_thread(suggesting.propose, recommender, template, list(pasts.values()), _reach(wanted))
            found[name] = {place: Row(made, row) for row, place in enumerate(pasts)}
    return found


@dataclass
class Answering:
    """The answers of one page of recipients; `context` holds the transaction that they are read and logged in."""

    context: Context
    connection: Connection
    wanted: Wanted
    _nobody: dict[str, Ranking] = field(default_factory=dict)
    """What is answered without a basis, by language: the same for all of them, but for the id of the decision."""

    async def of(self, recipients: Sequence[Recipient], proposed: Proposals) -> AsyncIterator[Answered]:
        """Answer one after another what the blends proposed to all of them at once."""
        reach = _reach(self.wanted)
        popular = {each: await self._popular(each, reach) for each in {self._language(one) for one in recipients}}
        for place, recipient in enumerate(recipients):
            language = self._language(recipient)
            if recipient.subject.profile_id is None and language in self._nobody:
                yield Answered(recipient, self._again(self._nobody[language]), language)
                continue
            context = self._context(recipient, language)
            asked = Prepared(context, language, _seen=list(recipient.seen), _bought=list(recipient.bought), reach=reach, popular=popular[language])
            asked.proposed = {name: rows[place] for name, rows in proposed.items() if place in rows}
            ranking = await answers.answer(context, self._request(language), operations.HOME, asked)
            if recipient.subject.profile_id is None:
                self._nobody[language] = ranking
            yield Answered(recipient, ranking, language)

    def record(self, answered: Answered) -> DecisionRecord:
        """Return the entry for the log, as `recommend.for_you` would write it."""
        ranking = answered.ranking
        request = self._request(answered.language)
        return DecisionRecord(
            decision_id=ranking.decision_id,
            operation=OPERATION,
            profile_id=answered.recipient.subject.profile_id,
            model_version=ranking.model_version,
            arm=ranking.arm,
            arm_probability=ranking.arm_probability,
            basis=ranking.basis,
            reason=ranking.reason,
            request=msgspec.Raw(msgspec.json.encode({name: getattr(request, name) for name in ASKED})),
            answer=msgspec.Raw(msgspec.json.encode({"items": [{name: getattr(each, name) for name in SHOWN} for each in ranking.items]})),
            decided_at=self.context.clock.now(),
        )

    async def _popular(self, language: str, reach: int) -> Sequence[Candidate]:
        return await candidates.Asked(self.context, language).candidates(candidates.POPULAR, reach)

    def _again(self, ranking: Ranking) -> Ranking:
        return msgspec.structs.replace(ranking, decision_id=ids.new(self.context.clock.now()))

    def _context(self, recipient: Recipient, language: str) -> Context:
        """Return a context as the contract makes one for a request of this person, on the connection of all of them."""
        outer = self.context
        assignment = outer.resources.ports.assign(operations.for_you.capability, recipient.subject.profile_id)
        return Context(
            outer.resources,
            outer.caller,
            recipient.subject,
            assignment,
            language=language,
            fixed_connection=self.connection,
        )

    def _language(self, recipient: Recipient) -> str:
        own = (recipient.language or "")[:2].casefold()
        return answers.language(self.wanted.language or (own if own in {"de", "en"} else None), self.context)

    def _request(self, language: str) -> ForYou:
        wanted = self.wanted
        known = {"placement": wanted.placement, "channel": wanted.channel, "segments": wanted.segments, "limit": wanted.limit}
        return ForYou(**known, language=language)  # type: ignore[arg-type]  # the fields are those of `Wanted`


def _reach(wanted: Wanted) -> int:
    return max(answering.LEAST_REACH, answering.REACH * wanted.limit)
