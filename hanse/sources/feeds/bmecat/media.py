"""Pictures, documents and 3D files of a product."""

from __future__ import annotations

from collections.abc import Iterator

from hanse.data.catalog import media
from hanse.data.catalog.schemas import Medium
from hanse.sources.feeds import values
from hanse.sources.feeds.bmecat.header import CatalogFacts
from hanse.sources.feeds.bmecat.wording import spoken, stated_language
from hanse.sources.feeds.nodes import Node
from hanse.sources.feeds.values import Notes

PICTURE_RANK = {"normal": 0, "detail": 1, "": 2, "others": 3, "thumbnail": 4}
MOST = 100


def read(product: Node, facts: CatalogFacts, notes: Notes) -> tuple[tuple[Medium, ...], str | None]:
    """Return the media of a product, and the address of the picture that shows it best."""
    found: list[Medium] = []
    pictures: list[tuple[int, str]] = []
    for info in product.every("MIME_INFO"):
        for node in info.every("MIME")[:MOST]:
            for medium, is_address in _media(node, facts, notes):
                found.append(medium)
                if medium.kind == media.IMAGE and is_address and medium.purpose in PICTURE_RANK:
                    pictures.append((PICTURE_RANK[medium.purpose], medium.reference))
    return tuple(found), min(pictures, key=lambda each: each[0])[1] if pictures else None


def _media(node: Node, facts: CatalogFacts, notes: Notes) -> Iterator[tuple[Medium, bool]]:
    """Give the files of a MIME, of which 2005 may have one for each language, each with whether it has an address."""
    media_type, purpose = node.said("MIME_TYPE").lower()[:100], node.said("MIME_PURPOSE").lower()[:40]
    title = spoken(node, ("MIME_DESCR",), facts, notes) or spoken(node, ("MIME_ALT",), facts, notes)
    for source in node.every("MIME_SOURCE"):
        place = values.address(source.text, facts.mime_root, source.line, notes) if source.text else None
        if place is not None:
            told = {"kind": media.kind(media_type, place[0]), "reference": place[0], "purpose": purpose, "type": media_type}
            yield Medium(**told, title=title, language=stated_language(source) or stated_language(node)), place[1]
