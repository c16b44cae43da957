"""Decisions: what Hanse answered, on which side of an experiment, and what came of it."""

from hanse.data.decisions.schemas import DecisionRecord
from hanse.data.decisions.store import put

__all__ = ["DecisionRecord", "put"]
