"""Writing a Google Merchant feed, as RSS 2.0 or as a table."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass

from hanse.data.catalog.channel import Channel
from hanse.data.catalog.records import Record
from hanse.sources.feeds.merchant import fields, structured
from hanse.sources.feeds.merchant.fields import Detail, Generated, Value
from hanse.sources.feeds.shortfalls import Shortfalls
from hanse.sources.feeds.writing import Book, Writer, clean, element, nested

SPACE = str.maketrans(dict.fromkeys("\t\r\n\v\f\x85\u2028\u2029", " "))
"""What may not stand in a cell: who reads tables line by line would lose the place."""


class MerchantRSS:
    """A feed for Google Merchant Center, as RSS 2.0."""

    name = "merchant"
    title = "Google Merchant feed (RSS)"
    ending = "xml"

    def price_lists(self, channel: Channel) -> tuple[str, ...]:
        """Return the lists that what is shown comes from."""
        return fields.price_lists(channel)

    def open(self, book: Book, found: Shortfalls) -> Writer:
        """Begin a feed."""
        return _RSS(book, found)


class MerchantTSV:
    """A feed for Google Merchant Center, as a table."""

    name = "merchant-tsv"
    title = "Google Merchant feed (TSV)"
    ending = "tsv"

    def price_lists(self, channel: Channel) -> tuple[str, ...]:
        """Return the lists that what is shown comes from."""
        return fields.price_lists(channel)

    def open(self, book: Book, found: Shortfalls) -> Writer:
        """Begin a table."""
        return _Table(book, found)


@dataclass
class _RSS:
    book: Book
    found: Shortfalls

    def begin(self) -> Iterator[str]:
        if fields.are_net(self.book.channel):
            self.found.add("net_prices")
        yield '<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0" xmlns:g="http://base.google.com/ns/1.0">\n<channel>\n'
        name = self.book.supplier
        yield f"{element('title', name)}{element('link', self.book.channel.base_url)}{element('description', name)}\n"

    def product(self, record: Record) -> str | None:
        read = fields.read(record, self.book, self.found)
        if read is None:
            return None
        return f"{nested('item', (_tag(name, value) for name, values in read.items() for value in values))}\n"

    def end(self) -> Iterator[str]:
        yield "</channel>\n</rss>\n"


def _tag(name: str, value: Value) -> str:
    if isinstance(value, str):
        return element(f"g:{name}", value)
    if isinstance(value, Generated):
        told = (("digital_source_type", structured.GENERATED), ("content", value.content))
        return nested(f"g:{name}", (element(f"g:{part}", text) for part, text in told))
    parts = (("section_name", value.section), ("attribute_name", value.name), ("attribute_value", value.value))
    return nested(f"g:{name}", (element(f"g:{part}", text) for part, text in parts))


@dataclass
class _Table:
    book: Book
    found: Shortfalls

    def begin(self) -> Iterator[str]:
        if fields.are_net(self.book.channel):
            self.found.add("net_prices")
        yield _line(fields.FIELDS)

    def product(self, record: Record) -> str | None:
        read = fields.read(record, self.book, self.found)
        return None if read is None else _line(tuple(_cell(read.get(name, [])) for name in fields.FIELDS))

    def end(self) -> Iterator[str]:
        yield from ()


def _cell(values: list[Value]) -> str:
    """Return the values of a field in one cell; several are parted by commas, and quoted where they have one."""
    said = [_joined(each) for each in values]
    if len(said) < 2 and not (values and isinstance(values[0], Detail)):
        return "".join(said)
    return _delimited(said, ",")


def _joined(value: Value) -> str:
    if isinstance(value, Generated):
        return structured.written(structured.GENERATED, value.content)
    return value if isinstance(value, str) else f"{value.section}:{value.name}:{value.value}"


def _line(cells: tuple[str, ...]) -> str:
    return _delimited([clean(each.translate(SPACE)) for each in cells], "\t") + "\n"


def _delimited(cells: list[str], delimiter: str) -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator="").writerow(cells)
    return out.getvalue()
