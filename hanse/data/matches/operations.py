"""Operations on pairs of records that may be one person: those that wait, two side by side, deciding and taking that back."""

from __future__ import annotations

from uuid import UUID

from hanse.base.context import Context
from hanse.base.errors import InvalidRequest
from hanse.base.operation import Effect, Purpose, operation
from hanse.data.matches import deciding, reviewing
from hanse.data.matches.errors import MatchChanged, NothingDecided, ProcessingRestricted, SaidDifferent, SaidSame, UnknownMatch
from hanse.data.matches.schemas import Decided, DecideMatch, GetMatch, ListMatches, MatchDetails, Matches, UndoMatch

PAIR = UUID("019ecb27-2200-707f-8163-0a7c4e500001")
"""The pair of the examples."""


@operation(purpose=Purpose.OPERATION, effect=Effect.READ, errors=(InvalidRequest,), example=ListMatches(least_probability=0.5, limit=10))
async def list(request: ListMatches, context: Context) -> Matches:  # noqa: A001  # the operation is matches.list
    """List pairs of customers that may be one person: those that wait for a decision, or those that were decided or joined by rule.

    The likeliest come first; `next_cursor` leads to the next page. The answer is personal data.
    """
    return await reviewing.page(await context.connection(), request)


@operation(purpose=Purpose.OPERATION, effect=Effect.READ, errors=(UnknownMatch,), example=GetMatch(proposal_id=PAIR))
async def get(request: GetMatch, context: Context) -> MatchDetails:
    """Show two customers side by side, with what each field says for or against their being one person.

    The values are what is known of them now; the levels and bits are those of the comparison. The answer is personal data.
    """
    return await reviewing.details(await context.connection(), request.proposal_id)


@operation(
    purpose=Purpose.OPERATION,
    effect=Effect.WRITE,
    errors=(UnknownMatch, SaidSame, SaidDifferent, MatchChanged, ProcessingRestricted),
    example=DecideMatch(proposal_id=PAIR, decision="different", note="father and son"),
)
async def decide(request: DecideMatch, context: Context) -> Decided:
    """Decide that two customers are the same person, or different people.

    The same are merged, and the merge can be taken back. Different ones are never proposed or joined by rule again, whatever their records
    are merged with later. Of two who decide at once the second is told what the first has decided.
    """
    return await deciding.decide(
        await context.connection(),
        request.proposal_id,
        request.decision,
        actor=context.caller.name,
        now=context.clock.now(),
        note=request.note,
        seen=request.version,
    )


@operation(purpose=Purpose.OPERATION, effect=Effect.WRITE, errors=(UnknownMatch, NothingDecided), example=UndoMatch(proposal_id=PAIR))
async def undo(request: UndoMatch, context: Context) -> Decided:
    """Take a decision on two customers back: they are two again, and the pair waits.

    What was joined by rule is parted by deciding that they are different people.
    """
    return await deciding.undo(await context.connection(), request.proposal_id, actor=context.caller.name, now=context.clock.now())
