"""The category tree of a BMEcat that we write, made of the paths that products have."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from hashlib import blake2b

from hanse.data.catalog.schemas import Texts
from hanse.data.catalog.summaries import title
from hanse.sources.feeds.bmecat.categories import SEPARATOR
from hanse.sources.feeds.bmecat.output.languages import spoken
from hanse.sources.feeds.writing import Book, element, nested

ROOT_ID, TOP_ID = "1", "0"

Path = tuple[str, ...]


@dataclass
class Tree:
    """All categories, each with its name by language; a category is known by its path in the language of the channel."""

    book: Book
    names: dict[Path, Texts] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Take in the categories with all above them."""
        for category in self.book.categories:
            self._add(category)

    def elements(self) -> Iterator[str]:
        """Give the tree, parents first."""
        if not self.names:
            return
        yield "<CATALOG_GROUP_SYSTEM>\n"
        yield _structure("root", ROOT_ID, {self.book.channel.language: self.book.supplier}, TOP_ID, self.book)
        parents = {path[:-1] for path in self.names}
        for path in sorted(self.names):
            kind = "node" if path in parents else "leaf"
            yield _structure(kind, group_id(path), self.names[path], group_id(path[:-1]), self.book)
        yield "</CATALOG_GROUP_SYSTEM>\n"

    def place(self, product_id: str, category: Texts) -> str:
        """Return what puts a product into its category; empty where it has none."""
        path = self._path(category)
        if path not in self.names:
            return ""
        parts = (element("PROD_ID", product_id), element("CATALOG_GROUP_ID", group_id(path)))
        return f"{nested('PRODUCT_TO_CATALOGGROUP_MAP', parts)}\n"

    def _path(self, category: Texts) -> Path:
        return _parts(title(category, self.book.channel.language))

    def _add(self, category: Texts) -> None:
        path = self._path(category)
        said = {language: parts for language, text in sorted(category.items()) if len(parts := _parts(text)) == len(path)}
        for depth in range(1, len(path) + 1):
            names = self.names.setdefault(path[:depth], {self.book.channel.language: path[depth - 1]})
            for language, parts in said.items():
                names.setdefault(language, parts[depth - 1])


def group_id(path: Iterable[str]) -> str:
    """Return the id of a category, the same in every file; that of the root for no path."""
    whole = SEPARATOR.join(path)
    return blake2b(whole.encode(), digest_size=8).hexdigest() if whole else ROOT_ID


def _parts(text: str) -> Path:
    return tuple(part for each in text.split(SEPARATOR) if (part := each.strip()))


def _structure(kind: str, own_id: str, names: Texts, parent_id: str, book: Book) -> str:
    parts = (element("GROUP_ID", own_id), spoken("GROUP_NAME", names, book), element("PARENT_ID", parent_id))
    return f"{nested('CATALOG_STRUCTURE', parts, {'type': kind})}\n"
