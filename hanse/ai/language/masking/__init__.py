"""Masking: personal data becomes numbered placeholders before a text leaves the house, and is put back when the answer comes."""

from __future__ import annotations

from hanse.ai.language.masking.conversation import Conversation, Restoring
from hanse.ai.language.masking.known import Known
from hanse.ai.language.masking.spans import Span

__all__ = ["Conversation", "Known", "Restoring", "Span"]
