"""What every answer to a touchpoint carries, so that it can be explained, measured and taken back."""

from __future__ import annotations

from enum import StrEnum
from functools import cache
from typing import Annotated, get_type_hints
from uuid import UUID

import msgspec
from msgspec import Meta


class Arm(StrEnum):
    """The side of the experiment that an answer was given on."""

    TREATED = "treated"
    HELD_OUT = "held_out"


class Basis(StrEnum):
    """Why personal data was, or was not, used for an answer."""

    CONSENT = "consent"
    """The person agreed to this purpose (Art. 6(1)(a) DSGVO)."""
    CONTRACT = "contract"
    """A contract with the person needs it (Art. 6(1)(b) DSGVO)."""
    LEGITIMATE_INTEREST = "legitimate_interest"
    """The shop's interest weighs more (Art. 6(1)(f) DSGVO)."""
    NONE = "none"
    """There is no basis: the person is known but did not agree, so the answer is the non-personal one."""
    ANONYMOUS = "anonymous"
    """The request names nobody, or nobody it proves to be."""


UNLOGGED = Meta(extra={"unlogged": True})
"""Marks what an answer has for the eye alone, such as the counts of facets: it stays out of the log of decisions."""

ShortText = Annotated[str, Meta(max_length=200)]
"""An id or a name: text of at most 200 characters."""


class Personal(msgspec.Struct, kw_only=True):
    """Mixin of requests that may name a person: by Hanse's own id, the shop's user id or the browser's anonymous id."""

    profile_id: Annotated[UUID | None, Meta(description="Whom the answer is for, by the id of the profile in Hanse.")] = None
    user_id: Annotated[ShortText | None, Meta(description="Whom the answer is for, by the customer number in the shop.")] = None
    anonymous_id: Annotated[ShortText | None, Meta(description="Whom the answer is for, by the id of the browser or app.")] = None
    user_hash: Annotated[
        ShortText | None,
        Meta(description="Proof of the customer number, where a public key asks: its HMAC-SHA256 with the secret of the key, in hex."),
    ] = None


class Decision(msgspec.Struct, kw_only=True, frozen=True):
    """Mixin of answers to touchpoints. Send `decision_id` with the events that follow from the answer."""

    decision_id: Annotated[UUID, Meta(description="The id of this answer; events that carry it are its outcomes.")]
    model_version: Annotated[str | None, Meta(description="The version of the model that answered; null when no model was needed.")]
    arm: Annotated[Arm, Meta(description="The side of the experiment: treated, or held out to measure the effect.")]
    arm_probability: Annotated[float, Meta(description="The probability, 0 to 1, with which this arm was drawn.")]
    basis: Annotated[Basis, Meta(description="The legal basis on which personal data was used, or that none was.")]
    reason: Annotated[str, Meta(description="Why this answer was given, in words a person can read.")]


@cache
def unlogged(kind: type[Decision]) -> frozenset[str]:
    """Return the fields of an answer that stay out of the log."""
    hints = get_type_hints(kind, include_extras=True)
    return frozenset(name for name, hint in hints.items() if any(_is_unlogged(each) for each in getattr(hint, "__metadata__", ())))


def _is_unlogged(meta: object) -> bool:
    return isinstance(meta, Meta) and bool((meta.extra or {}).get("unlogged"))
