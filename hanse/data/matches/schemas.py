"""What the operations on pairs of records take and give."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

from hanse.base.decision import ShortText

Waiting = Literal["waiting", "same", "different", "joined"]
Decision = Literal["same", "different"]
Probability = Annotated[float, Meta(ge=0, le=1)]


class ListMatches(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Which pairs, and which page of them."""

    state: Annotated[
        Waiting, Meta(description="Pairs that wait, that people said are one person or different people, or that were joined by rule.")
    ] = "waiting"
    least_probability: Annotated[Probability, Meta(description="Only pairs that are one person with at least this probability.")] = 0.0
    most_probability: Annotated[Probability, Meta(description="Only pairs that are one person with at most this probability.")] = 1.0
    cursor: Annotated[ShortText | None, Meta(description="The `next_cursor` of the page before.")] = None
    limit: Annotated[int, Meta(description="How many pairs at most.", ge=1, le=200)] = 50


class Match(msgspec.Struct, kw_only=True, frozen=True):
    """Two customers that may be one person."""

    proposal_id: Annotated[UUID, Meta(description="The id of the pair.")]
    one_id: Annotated[UUID, Meta(description="The one customer.")]
    other_id: Annotated[UUID, Meta(description="The other customer; the same where they are one person by now.")]
    one_name: Annotated[str, Meta(description="What the one is called; empty where that is not known.")]
    other_name: Annotated[str, Meta(description="What the other is called; empty where that is not known.")]
    probability: Annotated[float, Meta(description="The probability, 0 to 1, that they are one person.")]
    reason: Annotated[str, Meta(description="Why they were not joined by rule; empty where they were.")]
    state: Annotated[str, Meta(description="Where they stand now: waiting, same, different, joined, or resting while processing is restricted.")]
    found_at: Annotated[datetime, Meta(description="When they were compared.")]
    decided_at: Annotated[datetime | None, Meta(description="When that was decided; null while they wait.")]
    decided_by: Annotated[str | None, Meta(description="Who or what decided it.")]


class Struck(msgspec.Struct, kw_only=True, frozen=True):
    """A value that too many people share to tell them apart."""

    field: Annotated[str, Meta(description="The field.")]
    value: Annotated[str, Meta(description="The value, as it is compared.")]
    records: Annotated[int, Meta(description="How many customers have it.")]
    names: Annotated[int, Meta(description="How many different names those have.")]


class Training(msgspec.Struct, kw_only=True, frozen=True):
    """The last time that all customers were compared."""

    trained_at: Annotated[datetime, Meta(description="When it was.")]
    records: Annotated[int, Meta(description="How many customers were compared.")]
    joined: Annotated[int, Meta(description="How many were joined by rule.")]
    proposed: Annotated[int, Meta(description="How many pairs were left for somebody to decide.")]
    findings: Annotated[list[Struck], Meta(description="Values that counted for nothing, as too many different names have them.")]


class Matches(msgspec.Struct, kw_only=True, frozen=True):
    """Pairs, the likeliest first, and where the next ones begin."""

    items: Annotated[list[Match], Meta(description="The pairs, the likeliest first.")]
    next_cursor: Annotated[str | None, Meta(description="Where the next page begins; null on the last one.")]
    waiting: Annotated[int, Meta(description="How many pairs wait, counted up to 10,000.")]
    training: Annotated[Training | None, Meta(description="The last time that all customers were compared; null where they never were.")]


class GetMatch(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Which pair."""

    proposal_id: Annotated[UUID, Meta(description="The id of the pair.")]


class FieldOf(msgspec.Struct, kw_only=True, frozen=True):
    """One field of the two, side by side."""

    field: Annotated[str, Meta(description="The field.")]
    one: Annotated[str, Meta(description="What is known of the one now; empty where nothing is.")]
    other: Annotated[str, Meta(description="What is known of the other now; empty where nothing is.")]
    level: Annotated[str, Meta(description="In words, how well they agreed when they were compared; empty where the field was not compared.")]
    bits: Annotated[float, Meta(description="What that weighs: above zero speaks for one person, below for two. One bit doubles the odds.")]


class MatchDetails(msgspec.Struct, kw_only=True, frozen=True):
    """Two customers side by side."""

    match: Annotated[Match, Meta(description="The pair.")]
    fields: Annotated[list[FieldOf], Meta(description="What is known of both, field by field.")]
    note: Annotated[str, Meta(description="What was noted with the decision.")]
    link_id: Annotated[UUID | None, Meta(description="The entry of the merge log that joined them.")]
    version: Annotated[str, Meta(description="Changes when what is known of the two does; send it with the decision.")]


class DecideMatch(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What is decided of a pair."""

    proposal_id: Annotated[UUID, Meta(description="The id of the pair.")]
    decision: Annotated[Decision, Meta(description="Whether they are the same person or different people.")]
    note: Annotated[str, Meta(description="Why, for whoever looks at it later.", max_length=500)] = ""
    version: Annotated[
        ShortText | None, Meta(description="The version of what was looked at; nothing is decided where it has changed. Null to decide all the same.")
    ] = None


class Decided(msgspec.Struct, kw_only=True, frozen=True):
    """Where a pair stands now."""

    proposal_id: Annotated[UUID, Meta(description="The id of the pair.")]
    state: Annotated[str, Meta(description="Where they stand now.")]
    profile_ids: Annotated[list[UUID], Meta(description="The ids that stand for the two: one, where they are one person.")]
    link_id: Annotated[UUID | None, Meta(description="The entry of the merge log that joined them.")]


class UndoMatch(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Which decision is taken back."""

    proposal_id: Annotated[UUID, Meta(description="The id of the pair.")]
