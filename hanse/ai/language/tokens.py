"""Tokens counted by ourselves, where an endpoint does not say how many there were or says what cannot be."""

from __future__ import annotations

import math
import re

BYTES_EACH = 3.6
"""Of a token in German and English, over the tokenizers of the usual families; a word is one token at least."""
WORD = re.compile(r"\w+|[^\w\s]")
OF_A_MESSAGE = 4
"""Tokens that a message needs for its role and borders."""
OF_AN_IMAGE = 1_000
FARTHEST = 4
"""A count that is this many times ours, or this small a part of it, is not believed."""
SLACK = 200


def count(text: str) -> int:
    """Return about how many tokens a text has."""
    return max(math.ceil(len(text.encode()) / BYTES_EACH), len(WORD.findall(text))) if text else 0


def believed_in(said: int | None, ours: int) -> int:
    """Return how many tokens a question had: as the endpoint says, else as we count."""
    return said if said is not None and max(1, ours // FARTHEST) <= said <= ours * FARTHEST + SLACK else ours


def believed_out(said: int | None, ours: int, most: int) -> int:
    """Return how many tokens an answer had; what a model thinks to itself counts too, up to what was allowed."""
    return said if said is not None and ours // FARTHEST <= said <= max(most + SLACK, ours * FARTHEST) else ours
