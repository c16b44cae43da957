"""What every catalog feed keeps to: from a file it gives a header, entries and findings, one after the other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Protocol

from hanse.data.revisions.schemas import Item

HEAD_BYTES = 4096
"""How much of a file a feed is told by."""


@dataclass(frozen=True)
class Options:
    """What is to be taken where a file does not say it."""

    currency: str = "EUR"
    time_zone: str = "Europe/Berlin"
    language: str = "und"
    """Language of texts without one."""
    tax_rate: Decimal | None = None
    """Share of tax, such as 0.19, in prices that include it and do not say how much."""
    strict: bool = False
    """Whether what strays from the format is told as an error."""


class Feed(Protocol):
    """One format in which catalogs come."""

    name: str
    """`bmecat`, `merchant`."""
    title: str
    """Its name for people."""

    def knows(self, head: bytes) -> bool:
        """Return whether a file that begins so is one of this format."""
        ...

    def read(self, path: Path, options: Options) -> Iterator[Item]:
        """Go through a file: the header first, then entries, placements and findings as they come; memory stays flat.

        Raises the classes of `FeedError` where nothing can be read at all, and `HostileFeed` where the file could do harm.
        """
        ...
