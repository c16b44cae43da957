"""Prompts as files: versioned templates in the folder of the capability that uses them, with typed inputs and fences around what others wrote."""

from __future__ import annotations

from hanse.ai.language.prompts.declaration import Prompt
from hanse.ai.language.prompts.fence import Untrusted
from hanse.ai.language.prompts.templates import PromptUnusable

__all__ = ["Prompt", "PromptUnusable", "Untrusted"]
