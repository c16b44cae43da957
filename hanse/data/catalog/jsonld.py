"""A product as linked data (schema.org), as search engines read it in the page of a shop: Product, Offer and ProductGroup."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from hanse.data.catalog import channel as channels
from hanse.data.catalog import jsonld_works as works
from hanse.data.catalog.channel import Channel, Offer
from hanse.data.catalog.facts import bare
from hanse.data.catalog.gtin import has_check_digit
from hanse.data.catalog.records import Record, RecordRelation
from hanse.data.catalog.schemas import RelationKind
from hanse.data.catalog.summaries import title

SCHEMA = "https://schema.org"
VARIED = ("color", "size", "material", "pattern")
"""Attributes by which variants differ, as both the words of schema.org and of feeds."""
NUMBERS = ("manufacturer_number", "mpn")
OWN_PLACE = frozenset({*VARIED, *NUMBERS, "availability", "availability_date", "condition", "item_group_id"})
"""Attributes that have a place of their own and are no additional property."""
AVAILABLE = {"in_stock": "InStock", "out_of_stock": "OutOfStock", "preorder": "PreOrder", "backorder": "BackOrder"}
CONDITIONS = {"new": "NewCondition", "refurbished": "RefurbishedCondition", "used": "UsedCondition"}
ACROSS = {
    RelationKind.SPARE_PART_OF: "isAccessoryOrSparePartFor",
    RelationKind.ACCESSORY_OF: "isAccessoryOrSparePartFor",
    RelationKind.CONSUMABLE_OF: "isConsumableFor",
    RelationKind.SIMILAR_TO: "isSimilarTo",
    RelationKind.CONSISTS_OF: "isRelatedTo",
    RelationKind.SUCCESSOR_OF: "isRelatedTo",
}
MOST_RELATED = 50
"""Products that one names of a kind; a machine with a thousand parts would fill the page."""

Node = dict[str, Any]


def document(record: Record, channel: Channel, *, now: datetime, variants: Sequence[Record] = ()) -> Node:
    """Return a product as a document of its own, with its variants in it where it has any."""
    return {"@context": SCHEMA, **node(record, channel, now=now, variants=variants)}


def node(record: Record, channel: Channel, *, now: datetime, variants: Sequence[Record] = ()) -> Node:
    """Return a product as a part of a document; without `variants`, a group names them by their ids."""
    link = channel.link(record)
    found = {
        "@type": "ProductGroup" if record.variants else "Product",
        "@id": _reference(record.product_id, channel),
        "name": title(record.title, channel.language),
        "description": title(record.description, channel.language),
        "url": link,
        "image": channel.pictures(record),
        "sku": record.product_id,
        "gtin": record.gtin if record.gtin and has_check_digit(record.gtin) else None,
        "mpn": next((text for name in NUMBERS if (text := channels.shown(record.attributes.get(name), channel.language))), None),
        "brand": {"@type": "Brand", "name": record.brand} if record.brand else None,
        "category": title(record.category, channel.language),
        **{name: channels.shown(record.attributes.get(name), channel.language) for name in VARIED},
        "additionalProperty": list(_properties(record, channel.language)),
        "offers": _offers(record, channel, link, now),
        "subjectOf": [*works.files(record, channel), *works.marks(record, channel)],
        **_relations(record, channel),
        **(_group(record, channel, now, variants) if record.variants else {}),
        "isVariantOf": _parent(record, channel) if record.parent_id else None,
    }
    return {name: value for name, value in found.items() if value not in (None, "", [], {})}


def availability(record: Record) -> str:
    """Return whether a product can be had, in the words of feeds: what is counted, else what it says of itself, else that it can."""
    said = str(bare(record.attributes.get("availability")) or "")
    if record.stock is not None and said not in {"preorder", "backorder"}:
        return "in_stock" if record.stock > 0 else "out_of_stock"
    return said if said in AVAILABLE else "in_stock"


def _group(record: Record, channel: Channel, now: datetime, variants: Sequence[Record]) -> Node:
    named: list[Node] = [node(each, channel, now=now) for each in variants]
    for each in named:
        each.pop("isVariantOf", None)  # it stands in its group
    varies = [name for name in VARIED if len({each[name] for each in named if name in each}) > 1]
    whole = named or [{"@id": _reference(each, channel)} for each in record.variants]
    return {"productGroupID": record.product_id, "variesBy": [f"{SCHEMA}/{name}" for name in varies], "hasVariant": whole}


def _parent(record: Record, channel: Channel) -> Node:
    names = title(record.parent_title or {}, channel.language) or title(record.title, channel.language)
    link = channel.address(record.parent_url) if record.parent_url else None
    varies = [f"{SCHEMA}/{name}" for name in VARIED if name in record.attributes]
    found: Node = {"@type": "ProductGroup", "@id": _reference(record.parent_id or "", channel), "productGroupID": record.parent_id, "name": names}
    return found | ({"url": link} if link else {}) | ({"variesBy": varies} if varies else {})


def _offers(record: Record, channel: Channel, link: str | None, now: datetime) -> Node | None:
    offers = channel.offers(record, now)
    if not offers:
        return None
    first = offers[0]
    running = first.sale if first.sale and (first.sale.start is None or first.sale.start <= now) else None
    condition = CONDITIONS.get(str(bare(record.attributes.get("condition")) or "new"), "NewCondition")
    made: Node = {
        "@type": "Offer",
        "price": channels.amount_text(running.amount_minor if running else first.amount_minor, first.currency),
        "priceCurrency": first.currency,
        "availability": f"{SCHEMA}/{AVAILABLE[availability(record)]}",
        "itemCondition": f"{SCHEMA}/{condition}",
        "priceSpecification": list(_specifications(offers, now)),
    }
    if link:
        made["url"] = link
    if running and running.end:
        made["priceValidUntil"] = running.end.astimezone(ZoneInfo(channel.time_zone)).isoformat()
    return made


def _specifications(offers: Iterable[Offer], now: datetime) -> Iterable[Node]:
    for each in offers:
        running = each.sale if each.sale and (each.sale.start is None or each.sale.start <= now) else None
        yield _specification(each, running.amount_minor if running else each.amount_minor)
        if running:
            yield {**_specification(each, each.amount_minor), "priceType": f"{SCHEMA}/StrikethroughPrice"}


def _specification(offer: Offer, amount_minor: int) -> Node:
    made: Node = {
        "@type": "UnitPriceSpecification",
        "price": channels.amount_text(amount_minor, offer.currency),
        "priceCurrency": offer.currency,
        "valueAddedTaxIncluded": offer.with_tax,
    }
    if offer.min_quantity > 1:
        made["eligibleQuantity"] = {"@type": "QuantitativeValue", "minValue": offer.min_quantity}
    return made


def _properties(record: Record, language: str) -> Iterable[Node]:
    for key, fact in sorted(record.attributes.items()):
        value = bare(fact)
        if key in OWN_PLACE or not (text := channels.plain(value, language)):
            continue
        unit = fact.get("unit") if isinstance(fact, dict) else None
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        made: Node = {"@type": "PropertyValue", "name": named(key, fact, language), "value": value if is_number else text}
        yield made | ({"unitText": unit} if isinstance(unit, str) and unit else {})


def named(key: str, fact: object, language: str) -> str:
    """Return how an attribute is called: as its source says, else its key in words."""
    names = fact.get("name") if isinstance(fact, dict) else None
    return (title(names, language) if isinstance(names, dict) else "") or key.replace("_", " ")


def _relations(record: Record, channel: Channel) -> dict[str, list[Node]]:
    found: dict[str, list[Node]] = {}
    for each in record.relations:
        kind, other = _across(record, each)
        listed = found.setdefault(kind, [])
        if len(listed) < MOST_RELATED:
            listed.append({"@id": _reference(other, channel)})  # by name alone: a nested product would need its own offer
    return found


def _across(record: Record, relation: RecordRelation) -> tuple[str, str]:
    if relation.product_id == record.product_id:
        return ACROSS[relation.kind], relation.related_id
    return "isSimilarTo" if relation.kind is RelationKind.SIMILAR_TO else "isRelatedTo", relation.product_id


def _reference(product_id: str, channel: Channel) -> str:
    """Return what names a product in all documents of a shop: no address that has to answer."""
    return f"{channel.base_url.rstrip('/')}/#product-{quote(product_id, safe='')}"
