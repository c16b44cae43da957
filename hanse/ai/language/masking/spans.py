"""What masking finds: pieces of a text that say who somebody is, and how overlapping ones are settled."""

from __future__ import annotations

import enum
from collections.abc import Iterable
from typing import NamedTuple


class Kind(enum.StrEnum):
    """What a piece of personal data is; its name stands in the placeholder."""

    PERSON = "PERSON"
    EMAIL = "EMAIL"
    PHONE = "PHONE"
    STREET = "STREET"
    POSTCODE = "POSTCODE"
    CITY = "CITY"
    BIRTHDATE = "BIRTHDATE"
    IBAN = "IBAN"
    ACCOUNT = "ACCOUNT"
    CARD = "CARD"
    TAXID = "TAXID"
    VAT = "VAT"
    IDCARD = "IDCARD"
    LICENCE = "LICENCE"
    INSURANCE = "INSURANCE"
    PLATE = "PLATE"
    CUSTOMER = "CUSTOMER"
    ORDER = "ORDER"
    ADDRESS = "ADDRESS"
    """An address of the internet (IP)."""
    NUMBER = "NUMBER"
    """Digits that somebody wrote as words."""
    DATA = "DATA"
    """Encoded data, which nobody can look into."""
    LITERAL = "LITERAL"
    """What looks like a placeholder and was in the text before."""


class Span(NamedTuple):
    """A piece of a text, from one character to before another, and who says why it is personal."""

    start: int
    end: int
    kind: Kind
    recogniser: str
    reason: str
    certainty: float
    """How sure, 0..1; the surer one of two that overlap keeps its whole length."""


def settled(spans: Iterable[Span]) -> list[Span]:
    """Return spans that do not overlap, in order of the text; what a surer one leaves of another stays masked."""
    kept: list[Span] = []
    for span in sorted(spans, key=lambda each: (-each.certainty, each.start - each.end, each.start)):
        kept += _rest(span, kept)
    return _joined(sorted(kept))


def _rest(span: Span, kept: list[Span]) -> list[Span]:
    pieces = [(span.start, span.end)]
    for other in kept:
        if other.start < span.end and span.start < other.end:
            pieces = [each for piece in pieces for each in _without(piece, other)]
    return [span._replace(start=start, end=end) for start, end in pieces]


def _without(piece: tuple[int, int], other: Span) -> list[tuple[int, int]]:
    left, right = (piece[0], min(piece[1], other.start)), (max(piece[0], other.end), piece[1])
    return [each for each in (left, right) if each[0] < each[1]]


def _joined(spans: list[Span]) -> list[Span]:
    """Return spans with those of one kind that touch as one, which keeps what the surer said."""
    joined: list[Span] = []
    for span in spans:
        if joined and joined[-1].end == span.start and joined[-1].kind is span.kind and span.kind is not Kind.LITERAL:
            surer = max(joined[-1], span, key=lambda each: each.certainty)
            joined[-1] = surer._replace(start=joined[-1].start, end=span.end)
        else:
            joined.append(span)
    return joined
