"""Where recipients are answered: on this machine, or in Spark, where the lake is read there. Both call `answering` for it.

First the blends propose, then all are answered in rounds: who lacks something of the database is answered again once it is read, which is
done for all of them at once.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol
from uuid import UUID

from hanse.base.context import Context
from hanse.capabilities.recommend import operations
from hanse.capabilities.recommend.batch import answering, foreseen, recipients
from hanse.capabilities.recommend.batch.answering import Answer, Answering, Made, Slice
from hanse.capabilities.recommend.batch.foreseen import Known, Lacking
from hanse.capabilities.recommend.batch.recipients import Recipient
from hanse.capabilities.recommend.batch.schemas import Wanted
from hanse.capabilities.recommend.candidates import POPULAR, Asked
from hanse.capabilities.recommend.rules.plan import Asker, Plan
from hanse.capabilities.recommend.rules.rulebook import Rulebook

MOST_ROUNDS = 8
"""How often an answer may look further down before the database is asked for it alone."""


class Engine(Protocol):
    """Answers recipients, page by page."""

    wanted: Wanted
    page: int
    """Profiles to a page; memory grows with it and with nothing else."""

    async def propose(self, context: Context, people: Sequence[Recipient]) -> Any:
        """Find what people did, and have the blends propose to them."""
        ...

    async def answer(self, context: Context, proposed: Any, known: Mapping[UUID, Known], left: Sequence[int]) -> dict[int, Answer]:
        """Answer those at some places, as far as it can be done by what is known of people."""
        ...

    async def forget(self, proposed: Any) -> None:
        """Free what the proposals took."""
        ...


@dataclass
class Begun:
    """A page, as far as it is answered."""

    recipients: Sequence[Recipient]
    proposed: Any
    known: dict[UUID, Known] = field(default_factory=dict)
    answers: dict[int, Answer] = field(default_factory=dict)

    @property
    def left(self) -> list[int]:
        """Return the places of those who may be answered in the next round."""
        found = ((place, self.answers.get(place)) for place in range(len(self.recipients)))
        return [place for place, answer in found if answer is None or (isinstance(answer, Lacking) and answer.asked is not None)]


@dataclass
class Here:
    """This machine: histories from the log, blends on all processors."""

    wanted: Wanted
    page: int = 5_000

    async def propose(self, context: Context, people: Sequence[Recipient]) -> Slice:
        """Read what they did from the log, and have the blends propose to all at once."""
        async with Context(context.resources, context.caller) as inner:
            people = await recipients.with_pasts(await inner.connection(), people)
        return await answering.propose(context, self.wanted, people)

    async def answer(self, context: Context, proposed: Slice, known: Mapping[UUID, Known], left: Sequence[int]) -> dict[int, Answer]:
        """Answer one after another."""
        return await Answering(context, self.wanted, await context.connection(), known).of(proposed, left)

    async def forget(self, proposed: Slice) -> None:
        """Leave that to Python."""


async def begin(engine: Engine, context: Context, people: Sequence[Recipient]) -> Begun:
    """Do what needs no transaction, while the page before is finished and written: the first round, and reading what that lacks."""
    begun = Begun(people, await engine.propose(context, people))
    async with Context(context.resources, context.caller) as inner:
        begun.answers = await engine.answer(inner, begun.proposed, begun.known, begun.left)
        await _read(engine, inner, begun)
    return begun


async def finish(engine: Engine, context: Context, begun: Begun) -> list[Made]:
    """Answer all of a page, in the transaction of the context."""
    for _ in range(MOST_ROUNDS):
        if not (left := begun.left):
            break
        begun.answers |= await engine.answer(context, begun.proposed, begun.known, left)
        await _read(engine, context, begun)
    await engine.forget(begun.proposed)
    alone = [place for place, answer in begun.answers.items() if isinstance(answer, Lacking)]
    begun.answers |= dict(zip(alone, await _one_by_one(engine, context, [begun.recipients[place] for place in alone]), strict=True))
    return [found for _, found in sorted(begun.answers.items()) if isinstance(found, Made)]


async def _read(engine: Engine, context: Context, begun: Begun) -> None:
    """Read what the answers lack, for all of them."""
    lacking = [each for each in begun.answers.values() if isinstance(each, Lacking) and each.asked is not None]
    if lacking:
        popular = await Asked(context, "").candidates(POPULAR, answering.reach(engine.wanted))
        first = [each.product_id for each in popular]
        begun.known |= await foreseen.read(await context.connection(), lacking, begun.known, first)


async def _one_by_one(engine: Engine, context: Context, people: Sequence[Recipient]) -> list[Answer]:
    """Answer some people here, with the database at hand for each of them."""
    if not people:
        return []
    proposed = await Here(engine.wanted).propose(context, people)
    found = await Answering(context, engine.wanted, await context.connection()).of(proposed, range(len(people)))
    return list(found.values())


async def plan(context: Context, wanted: Wanted) -> Plan:
    """Return the plan of the rules that hold for the recipients."""
    asker = Asker(frozenset(wanted.segments), channel=wanted.channel)
    return await context.resource(Rulebook).plan(context, wanted.placement or operations.HOME.name, asker)


@asynccontextmanager
async def chosen(context: Context, wanted: Wanted, after_id: UUID | None) -> AsyncIterator[Engine]:
    """Give the engine that the settings name, for the recipients after one.

    Raises `MissingExtra` where Spark is wanted and not installed.
    """
    if context.settings.lake_engine != "spark":
        yield Here(wanted)
        return
    from hanse.capabilities.recommend.spark import mailing  # Spark is imported only where it is wanted

    async with mailing.opened(context, wanted, after_id) as spark:
        yield spark
