"""Which products a document is about, and how sure that is: named by its file or front matter, on its first page, or anywhere in its text."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import IntEnum
from pathlib import PurePosixPath

from hanse.sources.documents.numbers import SHORTEST_DIGITS_IN_NAME, Numbers

MOST_LINKS = 200
FIRST_CHARACTERS = 1_500
"""What counts as the first page of a document without pages."""


class Level(IntEnum):
    """How sure a link is, the surest first."""

    NAME = 0
    TITLE_PAGE = 1
    TEXT = 2


def _is_small(name: str) -> bool:
    """Return whether a folder's name is rather a year or a chapter than a product."""
    return name.isdigit() and len(name) < SHORTEST_DIGITS_IN_NAME


@dataclass
class Links:
    """The products that one document names."""

    numbers: Numbers
    levels: dict[str, Level] = field(default_factory=dict)
    unknown: list[str] = field(default_factory=list)
    """What somebody put down as a product and is none."""

    def name(self, path: str, title: str, products: Iterable[str]) -> None:
        """Take in the name of its file and folders, its title and the products that it states."""
        pure = PurePosixPath(path)
        for part in (*pure.parts[:-1], pure.stem):
            if part in self.numbers.products and not _is_small(part):
                self._take((part,), Level.NAME)
            for hit in self.numbers.find(part, is_name=True):
                self._take(hit.product_ids, Level.NAME)
        for each in products:
            found = self.numbers.named(each)
            self._take(found, Level.NAME)
            self.unknown += [] if found else [each]
        self.page(title, 1)

    def page(self, text: str, page: int | None) -> None:
        """Take in a page, or the whole of what has no pages."""
        for hit in self.numbers.find(text):
            is_first = page == 1 or (page is None and hit.place < FIRST_CHARACTERS)
            self._take(hit.product_ids, Level.TITLE_PAGE if is_first else Level.TEXT)

    def chosen(self) -> tuple[dict[str, str], int]:
        """Return the products with how sure each is, the surest first, and how many were found; of too many only the surer ones are taken."""
        ordered = sorted(self.levels.items(), key=lambda each: each[1])
        if len(ordered) > MOST_LINKS:
            kept = [each for each in ordered if each[1] is not Level.TEXT]
            kept = kept if len(kept) <= MOST_LINKS else [each for each in ordered if each[1] is Level.NAME][:MOST_LINKS]
        else:
            kept = ordered
        return {product_id: level.name.lower() for product_id, level in kept}, len(ordered)

    def _take(self, product_ids: Iterable[str], level: Level) -> None:
        for each in product_ids:
            self.levels[each] = min(level, self.levels.get(each, level))
