"""Proposals of words that mean the same, as they are sent."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

State = Literal["proposed", "confirmed", "declined"]
Origin = Literal["same_products", "searched_again", "model"]
Decision = Literal["confirm", "decline", "reopen"]


class SynonymProposal(msgspec.Struct, kw_only=True, frozen=True):
    """Two words, or some, that may mean the same."""

    proposal_id: Annotated[UUID, Meta(description="The id of the proposal.")]
    word: Annotated[str, Meta(description="What people type.")]
    means: Annotated[str, Meta(description="What it may mean.")]
    both_ways: Annotated[bool, Meta(description="Whether each stands for the other; else only who types `word` would find `means`, too.")]
    origin: Annotated[
        Origin,
        Meta(
            description="What speaks for it: both came to the same products, who found nothing with the one searched again with the other, "
            "or a language model said so of a search that found nothing."
        ),
    ]
    model: Annotated[str | None, Meta(description="The language model that said so; null where it was learned from people.")]
    word_people: Annotated[
        int, Meta(description="How many people typed `word`, at least three; where a model said so, how often it was searched for in vain.")
    ]
    means_people: Annotated[int, Meta(description="How many people typed `means`, at least three; none where a model said so.")]
    shared_people: Annotated[int, Meta(description="How many of them came to the same products, or searched again so.")]
    strength: Annotated[float, Meta(description="0 to 1: how alike what they came to is, or which share of them searched again so.")]
    state: Annotated[State, Meta(description="Whether somebody decided about it; nothing is used before it is confirmed.")]
    rule_id: Annotated[UUID | None, Meta(description="The rule of the search that came of it, which may be gone; null where it is not confirmed.")]
    proposed_at: Annotated[datetime, Meta(description="When it was proposed first.")]
    decided_by: Annotated[str | None, Meta(description="Who decided about it.")]
    decided_at: Annotated[datetime | None, Meta(description="When that was.")]


class ListSynonyms(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """Which proposals."""

    state: Annotated[State, Meta(description="Those that wait for a decision, were confirmed, or were declined.")] = "proposed"
    limit: Annotated[int, Meta(description="How many at most.", ge=1, le=500)] = 100


class Synonyms(msgspec.Struct, kw_only=True, frozen=True):
    """Proposals, those of most people first."""

    proposals: Annotated[list[SynonymProposal], Meta(description="The proposals.")]
    waiting: Annotated[int, Meta(description="How many wait for a decision in all.")]


class DecideSynonym(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """What somebody decides about a proposal."""

    proposal_id: Annotated[UUID, Meta(description="The proposal.")]
    decision: Annotated[
        Decision,
        Meta(
            description="Confirm it, which makes a rule of the search; decline it, so that it never comes again; or have one that was declined wait again."
        ),
    ]
    both_ways: Annotated[bool | None, Meta(description="Where it is confirmed: whether each stands for the other; null as it was proposed.")] = None


class SynonymDecision(msgspec.Struct, kw_only=True, frozen=True):
    """What came of a decision."""

    proposal: Annotated[SynonymProposal, Meta(description="The proposal as it is now.")]
    change_id: Annotated[
        UUID | None, Meta(description="The change of the rules, to take it back with `search_rules.undo`; null where there was none.")
    ]
