"""The operations on synonyms that were learned: what is proposed, and what somebody decides."""

from __future__ import annotations

from uuid import UUID

from hanse.base.context import Context
from hanse.base.operation import Effect, Purpose, operation
from hanse.capabilities.search.search_rules.errors import TooManySearchRules
from hanse.capabilities.search.search_rules.operations import author
from hanse.capabilities.search.synonyms import store
from hanse.capabilities.search.synonyms.errors import SynonymDecided, UnknownSynonym
from hanse.capabilities.search.synonyms.schemas import DecideSynonym, ListSynonyms, SynonymDecision, Synonyms

PROPOSAL = UUID("019ecb27-2200-707f-8163-0a7c4e500029")
"""The proposal of the examples."""


@operation(purpose=Purpose.OPERATION, effect=Effect.READ, example=ListSynonyms(limit=10))
async def list(request: ListSynonyms, context: Context) -> Synonyms:  # noqa: A001  # the operation is synonyms.list
    """List words that may mean the same, learned from what people searched for and came to."""
    connection = await context.connection()
    return Synonyms(proposals=await store.proposals(connection, request.state, request.limit), waiting=await store.waiting(connection))


@operation(
    purpose=Purpose.OPERATION,
    effect=Effect.WRITE,
    errors=(UnknownSynonym, SynonymDecided, TooManySearchRules),
    example=DecideSynonym(proposal_id=PROPOSAL, decision="decline"),
)
async def decide(request: DecideSynonym, context: Context) -> SynonymDecision:
    """Decide about words that may mean the same: confirmed they become a rule of the search, declined they never come again."""
    return await store.decide(await context.connection(), author(context), request)
