"""What a product is the subject of, as linked data: documents, 3D files, and those of its texts that a model wrote, marked as such."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from hanse.base.digital_source import Source
from hanse.data.catalog import media, origins
from hanse.data.catalog.channel import UNKNOWN, Channel
from hanse.data.catalog.records import Record
from hanse.data.catalog.schemas import Medium
from hanse.data.catalog.summaries import spoken, title

Node = dict[str, Any]


def files(record: Record, channel: Channel) -> list[Node]:
    """Return documents and 3D files that have an address, each once."""
    found: dict[str, Node] = {}
    for text in record.documents:
        _add(found, channel, Medium(kind=media.DOCUMENT, reference=text.url, title={text.language: text.title}, language=text.language))
    for each in record.media:
        if each.kind in {media.DOCUMENT, media.MODEL}:
            _add(found, channel, each)
    return list(found.values())


def marks(record: Record, channel: Channel) -> Iterator[Node]:
    """Give the texts that a model wrote or translated, as Regulation (EU) 2024/1689, Art. 50(2), asks for.

    They stand beside name and description, which stay plain text: search engines read no other there, and `name` may be nothing else.
    """
    for field, texts in (("title", record.title), ("description", record.description)):
        language = spoken(texts, channel.language)
        if origins.by_a_model(record.text_origins, field, language):
            said = {"@type": "TextObject", "name": {"title": "name"}.get(field, field), "text": texts[language], "inLanguage": language}
            yield _told({**said, "digitalSourceType": Source.GENERATED.schema_org})


def _add(found: dict[str, Node], channel: Channel, medium: Medium) -> None:
    if address := channel.address(medium.reference):
        name = title(medium.title, channel.language) or address.rpartition("/")[2]
        told = {"name": name, "inLanguage": medium.language}
        if medium.kind == media.MODEL:
            encoding = _told({"@type": "MediaObject", "contentUrl": address, "encodingFormat": medium.type})
            found.setdefault(address, _told({"@type": "3DModel", **told, "encoding": encoding}))
        else:
            found.setdefault(address, _told({"@type": "DigitalDocument", **told, "url": address}))


def _told(node: Node) -> Node:
    """Return a part of a document without what is not known."""
    return {key: value for key, value in node.items() if value not in ("", UNKNOWN)}
