"""The header of a BMEcat that we write."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from hanse.sources.feeds.bmecat.output import languages
from hanse.sources.feeds.bmecat.output.prices import buyer_of
from hanse.sources.feeds.writing import Book, element, nested

SUPPLIER_ID = "supplier"
FOR_EVER = "9999-12-31"
"""An agreement has to end; of ours nobody says when."""


def header(book: Book) -> str:
    """Return the header: language, catalog, currency, who it is from and, where it has the prices of one customer, for whom."""
    return nested("HEADER", (_catalog(book), _customer(book), element("SUPPLIER_IDREF", SUPPLIER_ID, {"type": "supplier_specific"}), _parties(book)))


def _catalog(book: Book) -> str:
    channel, made = book.channel, book.now.astimezone(ZoneInfo(book.channel.time_zone))
    spoken = [channel.language, *(each for each in book.languages if each not in {channel.language, "und"})]
    parts = [element("LANGUAGE", languages.code(each), {"default": "true"} if each == channel.language else None) for each in spoken]
    parts += [
        element("CATALOG_ID", book.catalog_id),
        element("CATALOG_VERSION", f"{made.year - 2000:03}.{made.timetuple().tm_yday:03}"),
        element("CATALOG_NAME", book.supplier, {"lang": languages.code(channel.language)}),
        element("GENERATION_DATE", made.isoformat(timespec="seconds")),
        element("TERRITORY", channel.country.upper()),
        element("CURRENCY", channel.currency),
    ]
    return nested("CATALOG", parts)


def _customer(book: Book) -> str:
    kind, name = buyer_of(book.channel)
    if kind == "agreement":
        return nested("AGREEMENT", (element("AGREEMENT_ID", name), element("AGREEMENT_END_DATE", FOR_EVER)))
    return element("BUYER_IDREF", name, {"type": "supplier_specific"})


def _parties(book: Book) -> str:
    kind, name = buyer_of(book.channel)
    parties = [(SUPPLIER_ID, "supplier", book.supplier)]
    if kind == "buyer":
        parties.append((name, "buyer", name))
    return nested("PARTIES", (_party(*each) for each in parties))


def _party(party_id: str, role: str, name: str) -> str:
    said = (element("PARTY_ID", party_id, {"type": "supplier_specific"}), element("PARTY_ROLE", role), nested("ADDRESS", (element("NAME", name),)))
    return nested("PARTY", said)
