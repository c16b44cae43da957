"""Pictures and documents of a product: media files by their address or path, texts that are addresses, never what only a key opens."""

from __future__ import annotations

import mimetypes
from collections.abc import Iterable
from urllib.parse import quote

from hanse.data.catalog import media
from hanse.data.catalog.channel import is_address
from hanse.data.catalog.schemas import Medium
from hanse.sources.akeneo import values
from hanse.sources.akeneo.payloads import Attribute, Value, Values
from hanse.sources.akeneo.structure import Structure
from hanse.sources.source import Shop
from hanse.sources.source.texts import language

TYPES = frozenset({"pim_catalog_image", "pim_catalog_file"})
MOST = 100


def read(told: Values, shop: Shop, structure: Structure) -> tuple[Medium, ...]:
    """Return all media files of a product, each once."""
    found: dict[str, Medium] = {}
    for code, said in told.items():
        attribute = structure.attribute(code)
        if attribute.type in TYPES:
            for each in _media(attribute, values.chosen(said, shop.options.channel), shop):
                found.setdefault(each.reference, each)
    return tuple(found.values())[:MOST]


def _media(attribute: Attribute, told: Iterable[Value], shop: Shop) -> Iterable[Medium]:
    for each in told:
        if not isinstance(each.data, str):
            raise values.wrong(attribute, "a media file")
        if each.data.strip():
            type_, _ = mimetypes.guess_type(each.data)
            kind = media.kind(type_ or "", each.data)
            kind = media.IMAGE if kind == media.OTHER and attribute.type == "pim_catalog_image" else kind
            spoken = language(each.locale, "")
            reference = place(each.data, shop)
            yield Medium(kind=kind, reference=reference, type=type_ or "", title=values.labels(attribute.labels), language=spoken)


def place(code: str, shop: Shop) -> str:
    """Return where a media file lies for everybody, where the connection knows that; else the path that Akeneo calls it by."""
    path = code.strip()
    base = shop.options.media_url.rstrip("/")
    return f"{base}/{quote(path)}" if base and not is_address(path) else path


def picture(attribute: Attribute | None, told: Values, shop: Shop) -> str | None:
    """Return the address of a picture that everybody can open."""
    said = values.chosen(told.get(attribute.code, []), shop.options.channel) if attribute else []
    places = (place(each.data, shop) for each in said if isinstance(each.data, str))
    return next((each for each in places if is_address(each)), None)
