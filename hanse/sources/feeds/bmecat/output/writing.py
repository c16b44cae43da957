"""Writing a BMEcat 2005 from its first element to its last."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from tempfile import SpooledTemporaryFile
from typing import IO

from hanse.data.catalog.channel import Channel
from hanse.data.catalog.records import Record
from hanse.sources.feeds.bmecat.output import header, prices, products
from hanse.sources.feeds.bmecat.output.tree import Tree
from hanse.sources.feeds.shortfalls import Shortfalls
from hanse.sources.feeds.writing import Book, Writer

NAMESPACE = "http://www.bmecat.org/bmecat/2005fd"
IN_MEMORY_CHARACTERS = 1 << 20
CHUNK_CHARACTERS = 1 << 16


class BMEcatWriter:
    """BMEcat 2005, a whole catalog (T_NEW_CATALOG)."""

    name = "bmecat"
    title = "BMEcat 2005"
    ending = "xml"

    def price_lists(self, channel: Channel) -> tuple[str, ...]:
        """Return the lists that go into it."""
        return prices.price_lists(channel)

    def open(self, book: Book, found: Shortfalls) -> Writer:
        """Begin a catalog."""
        return _Catalog(book, found, Tree(book))


def _aside() -> IO[str]:
    return SpooledTemporaryFile(IN_MEMORY_CHARACTERS, "w+", encoding="utf-8")  # closed when the catalog ends


@dataclass
class _Catalog:
    book: Book
    found: Shortfalls
    tree: Tree
    placed: IO[str] = field(default_factory=_aside)
    """What puts products into categories: it stands behind all products, so it waits aside."""

    def begin(self) -> Iterator[str]:
        yield f'<?xml version="1.0" encoding="UTF-8"?>\n<BMECAT version="2005" xmlns="{NAMESPACE}">\n{header.header(self.book)}\n<T_NEW_CATALOG>\n'
        yield from self.tree.elements()

    def product(self, record: Record) -> str | None:
        made = products.product(record, self.book, self.found)
        if made is not None:
            self.placed.write(self.tree.place(record.product_id, record.category))
        return made

    def end(self) -> Iterator[str]:
        with self.placed:
            self.placed.seek(0)
            while chunk := self.placed.read(CHUNK_CHARACTERS):
                yield chunk
        yield "</T_NEW_CATALOG>\n</BMECAT>\n"
