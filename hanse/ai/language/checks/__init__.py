"""Checks of what language models answer: facts, banned claims, tone and length. Pure, but for the list of claims in `banned`."""

from __future__ import annotations

from hanse.ai.language.checks.checking import Checks
from hanse.ai.language.checks.facts import Facts, Price
from hanse.ai.language.checks.fault import Fault, Kind
from hanse.ai.language.checks.names import Names
from hanse.ai.language.checks.style import Style

__all__ = ["Checks", "Facts", "Fault", "Kind", "Names", "Price", "Style"]
