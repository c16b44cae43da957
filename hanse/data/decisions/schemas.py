"""What Hanse answered: one row of the decision log."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import msgspec

from hanse.base.decision import Arm, Basis


class DecisionRecord(msgspec.Struct, kw_only=True, frozen=True):
    """One answer as it is logged; request and answer are JSON."""

    decision_id: UUID
    operation: str
    profile_id: UUID | None
    model_version: str | None
    arm: Arm
    arm_probability: float
    basis: Basis
    reason: str
    request: msgspec.Raw
    answer: msgspec.Raw
    decided_at: datetime
    experiment_id: UUID | None = None
    """The experiment whose variant the answer was given by; null outside of one."""
    variant: str | None = None
    variant_probability: float | None = None

    @property
    def capability(self) -> str:
        """Return the capability that answered."""
        return self.operation.partition(".")[0]
