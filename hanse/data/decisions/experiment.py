"""Who is held out: a stable share of profiles per capability, by hash, so that everybody always stays on their side."""

from __future__ import annotations

import hashlib
from uuid import UUID

from hanse.base.context import Assignment
from hanse.base.decision import Arm


def assign(capability: str, profile_id: UUID | None, holdout_share: float) -> Assignment:
    """Return the arm of a profile in a capability's experiment, and the probability with which it got there.

    Whoever is not known cannot be told apart from one visit to the next, so they are always treated.
    """
    if profile_id is None or holdout_share <= 0:
        return Assignment(Arm.TREATED, 1.0)
    if position(f"{capability}:{profile_id}") < holdout_share:
        return Assignment(Arm.HELD_OUT, holdout_share)
    return Assignment(Arm.TREATED, 1.0 - holdout_share)


def position(key: str) -> float:
    """Return a number from 0 to 1 that a text always has, the same in every process and version, spread evenly over texts."""
    digest = hashlib.blake2b(key.encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") / 2**64
