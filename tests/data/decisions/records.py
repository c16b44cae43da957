"""Decisions for tests."""

from __future__ import annotations

from typing import Any

import msgspec

from hanse.base import ids
from hanse.base.decision import Arm, Basis
from hanse.data.decisions import DecisionRecord
from tests.conftest import NOW


def record(**facts: Any) -> DecisionRecord:
    """Return a decision made at noon, with some facts of one's own."""
    standard: dict[str, Any] = {
        "decision_id": ids.new(NOW),
        "operation": "recommend.popular",
        "profile_id": None,
        "model_version": "popularity-1",
        "arm": Arm.TREATED,
        "arm_probability": 1.0,
        "basis": Basis.ANONYMOUS,
        "reason": "Bought most often.",
        "request": msgspec.Raw(b'{"limit":3}'),
        "answer": msgspec.Raw(b'{"items":["A"]}'),
        "decided_at": NOW,
    }
    return DecisionRecord(**{**standard, **facts})
