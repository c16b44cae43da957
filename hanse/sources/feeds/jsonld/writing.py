"""Writing all products as one document of linked data, a product a line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import msgspec

from hanse.data.catalog import jsonld
from hanse.data.catalog.channel import Channel
from hanse.data.catalog.records import Record
from hanse.sources.feeds.merchant import fields
from hanse.sources.feeds.shortfalls import Shortfalls
from hanse.sources.feeds.writing import Book, Writer


class JsonLd:
    """JSON-LD with the words of schema.org."""

    name = "jsonld"
    title = "JSON-LD (schema.org)"
    ending = "jsonld"

    def price_lists(self, channel: Channel) -> tuple[str, ...]:
        """Return the lists that what is shown comes from."""
        return channel.price_lists

    def open(self, book: Book, found: Shortfalls) -> Writer:
        """Begin a document."""
        return _Graph(book, found)


@dataclass
class _Graph:
    book: Book
    found: Shortfalls
    written: int = 0

    def begin(self) -> Iterator[str]:
        if fields.are_net(self.book.channel):
            self.found.add("net_prices")
        yield f'{{"@context":"{jsonld.SCHEMA}","@graph":[\n'

    def product(self, record: Record) -> str | None:
        made = jsonld.node(record, self.book.channel, now=self.book.now)
        if not self._is_whole(record, made):
            return None
        self.written += 1
        return f"{',' if self.written > 1 else ''}{msgspec.json.encode(made).decode()}\n"

    def end(self) -> Iterator[str]:
        yield "]}\n"

    def _is_whole(self, record: Record, made: jsonld.Node) -> bool:
        """Return whether search engines take a product: it needs a name, a picture and an offer; a group only the name."""
        channel = self.book.channel
        facts = {"language": channel.language, "currency": channel.currency, "price_list": channel.price_list}
        is_group = made["@type"] == "ProductGroup"
        needed = {"name": "no_title"} if is_group else {"name": "no_title", "image": "no_picture", "offers": "no_price"}
        lacking = [code for name, code in needed.items() if name not in made]
        for code in lacking:
            self.found.add(code, record.product_id, **facts)
        return not lacking
