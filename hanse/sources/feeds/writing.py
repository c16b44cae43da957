"""What everything that writes the catalog keeps to: from records it gives text, one product after the other; nothing is kept in memory.

`exporting` reads the records, asks one of these for the text and looks after the file.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Protocol
from xml.sax.saxutils import escape, quoteattr

from hanse.data.catalog.channel import Channel
from hanse.data.catalog.records import Record
from hanse.data.catalog.schemas import Texts
from hanse.sources.feeds.shortfalls import Shortfalls

_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
"""Characters that XML 1.0 cannot have, not even escaped."""


@dataclass(frozen=True)
class Book:
    """What holds for the whole catalog that is written."""

    channel: Channel
    now: datetime
    supplier: str
    """Who writes it: the name of the shop."""
    catalog_id: str
    languages: tuple[str, ...] = ()
    """All languages of the titles, that of the channel first."""
    categories: tuple[Texts, ...] = ()
    unsold: frozenset[str] = frozenset()
    """Products that lack what every format needs, so that none may name them."""


class Writer(Protocol):
    """One catalog while it is written in one format."""

    def begin(self) -> Iterator[str]:
        """Give what stands before the first product."""
        ...

    def product(self, record: Record) -> str | None:
        """Return a product; null where it is left out, with a finding that says why."""
        ...

    def end(self) -> Iterator[str]:
        """Give what stands behind the last product."""
        ...


class Format(Protocol):
    """One format in which the catalog goes out."""

    name: str
    """`bmecat`, `merchant`, `merchant-tsv`, `jsonld`."""
    title: str
    """Its name for people."""
    ending: str
    """Of its files: `xml`."""

    def price_lists(self, channel: Channel) -> tuple[str, ...]:
        """Return the price lists that go into it, as regular expressions."""
        ...

    def open(self, book: Book, found: Shortfalls) -> Writer:
        """Begin to write a catalog; what products lack goes to `found`."""
        ...


def element(name: str, text: object, attributes: Mapping[str, str] | None = None) -> str:
    """Return an element of XML with a text in it; nothing for no text.

    >>> element("FUNIT", "<mm>", {"lang": "deu"}), element("FUNIT", "")
    ('<FUNIT lang="deu">&lt;mm&gt;</FUNIT>', '')
    """
    if text is None or not (said := clean(str(text))):
        return ""
    if "&" in said or "<" in said or ">" in said:  # asking first is quicker: there are some fifty elements in a product
        said = escape(said)
    return f"<{name}{_attributes(attributes)}>{said}</{name}>" if attributes else f"<{name}>{said}</{name}>"


def nested(name: str, parts: Iterable[str], attributes: Mapping[str, str] | None = None) -> str:
    """Return an element of XML with others in it; nothing where there is none.

    >>> nested("A", (element("B", 1), "")), nested("A", ("", ""))
    ('<A><B>1</B></A>', '')
    """
    inside = "".join(parts)
    return f"<{name}{_attributes(attributes)}>{inside}</{name}>" if inside else ""


def clean(text: str) -> str:
    """Return a text without what XML cannot have, and without space at its ends."""
    return (text if text.isprintable() else _NOT_XML.sub("", text)).strip()


def _attributes(named: Mapping[str, str] | None) -> str:
    return "".join([_attribute(name, value) for name, value in named.items()]) if named else ""


@lru_cache(maxsize=4_096)
def _attribute(name: str, value: str) -> str:
    return f" {name}={quoteattr(clean(value))}"
