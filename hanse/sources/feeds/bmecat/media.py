"""Pictures and documents of a product."""

from __future__ import annotations

from hanse.data.catalog.schemas import Medium
from hanse.sources.feeds import values
from hanse.sources.feeds.bmecat.header import CatalogFacts
from hanse.sources.feeds.bmecat.wording import spoken
from hanse.sources.feeds.nodes import Node
from hanse.sources.feeds.values import Notes

PICTURE_RANK = {"normal": 0, "detail": 1, "": 2, "others": 3, "thumbnail": 4}
IMAGE_ENDINGS = (".jpg", ".jpeg", ".png", ".gif", ".webp", ".tif", ".tiff", ".svg", ".avif")
MOST = 100


def read(product: Node, facts: CatalogFacts, notes: Notes) -> tuple[tuple[Medium, ...], str | None]:
    """Return the media of a product, and the address of the picture that shows it best."""
    found: list[Medium] = []
    pictures: list[tuple[int, str]] = []
    for info in product.every("MIME_INFO"):
        for node in info.every("MIME")[:MOST]:
            medium, is_address = _medium(node, facts, notes)
            if medium is None:
                continue
            found.append(medium)
            if medium.kind == "image" and is_address and medium.purpose in PICTURE_RANK:
                pictures.append((PICTURE_RANK[medium.purpose], medium.reference))
    return tuple(found), min(pictures, key=lambda each: each[0])[1] if pictures else None


def _medium(node: Node, facts: CatalogFacts, notes: Notes) -> tuple[Medium | None, bool]:
    source = node.first("MIME_SOURCE")
    if source is None or not source.text:
        return None, False
    place = values.address(source.text, facts.mime_root, source.line, notes)
    if place is None:
        return None, False
    kind = node.said("MIME_TYPE").lower()[:100]
    title = spoken(node, ("MIME_DESCR",), facts, notes) or spoken(node, ("MIME_ALT",), facts, notes)
    purpose = node.said("MIME_PURPOSE").lower()[:40]
    return Medium(kind=_kind(kind, place[0]), reference=place[0], purpose=purpose, type=kind, title=title), place[1]


def _kind(media_type: str, reference: str) -> str:
    if media_type.startswith("image") or (not media_type and reference.lower().endswith(IMAGE_ENDINGS)):
        return "image"
    if media_type.startswith("video"):
        return "video"
    return "document" if media_type.startswith(("application", "text")) or reference.lower().endswith(".pdf") else "other"
