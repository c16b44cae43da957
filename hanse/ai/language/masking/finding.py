"""All recognisers over one text: those of this package, what is known of the customer, and any that an add-on brings (a NER model)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from importlib.metadata import entry_points
from typing import Protocol

from hanse.ai.language.masking import addresses, contact, names, numbers, plates, view
from hanse.ai.language.masking.known import Known
from hanse.ai.language.masking.spans import Kind, Span, settled

GROUP = "hanse.recognisers"
"""Entry points of this group name further recognisers, such as one with a model for named entities."""


class Recogniser(Protocol):
    """Finds personal data in a text; has to be fast and must not raise."""

    def __call__(self, text: str) -> Iterable[Span]:
        """Go through what it finds; places are those of the text it is given."""
        ...


@lru_cache(maxsize=1)
def added() -> tuple[Recogniser, ...]:
    """Return the recognisers that other packages bring."""
    return tuple(each.load() for each in entry_points(group=GROUP))


def find(text: str, known: Known, *, literals: re.Pattern[str]) -> list[Span]:
    """Return what is to be masked in a text, in its order, and nothing twice."""
    seen = view.of(text)
    spans = [_placed(span, seen) for span in _all(seen.text, known)]
    spans += [Span(found.start(), found.end(), Kind.LITERAL, "placeholder", "looks like one of ours", 2.0) for found in literals.finditer(text)]
    return settled(span for span in spans if span.start < span.end)


def _all(text: str, known: Known) -> Iterator[Span]:
    yield from known.find(text)
    yield from contact.find(text)
    yield from numbers.find(text)
    yield from plates.find(text)
    yield from addresses.find(text)
    yield from names.find(text, known.keep)
    for recognise in added():
        yield from recognise(text)


def _placed(span: Span, seen: view.View) -> Span:
    start, end = seen.place(span.start, span.end)
    return span._replace(start=start, end=end)
