"""One PRODUCT or ARTICLE of a BMEcat becomes an entry of the catalog."""

from __future__ import annotations

from msgspec.structs import replace

from hanse.data.catalog.schemas import Product
from hanse.data.revisions.schemas import Entry, Found, Mode, Scope
from hanse.sources.feeds import values
from hanse.sources.feeds.bmecat import features, media, names, prices, relations, structure
from hanse.sources.feeds.bmecat.header import CatalogFacts
from hanse.sources.feeds.bmecat.wording import spoken
from hanse.sources.feeds.nodes import Node
from hanse.sources.feeds.values import Notes

LONGEST_ID = 200
EMPTY = Node("", {}, 0)


def read(node: Node, facts: CatalogFacts) -> tuple[Entry | None, list[Found]]:
    """Return what an element says of a product, and what is wrong with it; null where it says no number."""
    notes = Notes()
    product_id = node.said(*names.NUMBER)
    notes.product_id = product_id[:LONGEST_ID] or None
    if facts.options.strict:
        structure.check_product(node, facts.header.scope, notes)
    if not product_id or len(product_id) > LONGEST_ID:
        notes.add("long_product_id" if product_id else "no_product_id", node.line)
        return None, notes.found
    mode = _mode(node, facts.header.scope, notes)
    if mode is Mode.DELETE:
        return Entry(line=node.line, mode=mode, product=Product(product_id=product_id)), notes.found
    found = prices.read(node, facts, notes)
    if mode is Mode.PRICES:
        return Entry(line=node.line, mode=mode, product=Product(product_id=product_id), prices=found), notes.found
    stated = relations.read(node, product_id, notes)
    pictures, picture = media.read(node, facts, notes)
    product = replace(_product(node, product_id, facts, notes), parent_id=stated.parent_id, image_url=picture)
    entry = Entry(
        line=node.line,
        product=product,
        parent_line=stated.parent_line if stated.parent_id else None,
        media=pictures,
        prices=found,
        relations=stated.relations,
    )
    return entry, notes.found


def _mode(node: Node, scope: Scope, notes: Notes) -> Mode:
    said = node.attributes.get("mode", "new")
    if said.lower() not in names.MODES:
        notes.add("unknown_mode", node.line, mode=said[:40])
    if said.lower() == "delete":
        return Mode.DELETE
    return Mode.PRICES if scope is Scope.PRICES else Mode.PUT


def _product(node: Node, product_id: str, facts: CatalogFacts, notes: Notes) -> Product:
    details = node.first(*names.DETAILS) or EMPTY
    title = spoken(details, ("DESCRIPTION_SHORT",), facts, notes)
    if not title:
        notes.add("no_title", details.line or node.line)
    return Product(
        product_id=product_id,
        title=title,
        description=spoken(details, ("DESCRIPTION_LONG",), facts, notes),
        brand=(details.said("BRAND_NAME", "MANUFACTURER_NAME") or details.said("MANUFACTURER_IDREF"))[:LONGEST_ID] or None,
        gtin=_gtin(details, notes),
        attributes=features.read(node, facts, notes),
    )


def _gtin(details: Node, notes: Notes) -> str | None:
    for child in details.children:
        if child.name == "EAN" or (child.name == "INTERNATIONAL_PID" and child.attributes.get("type", "").lower() in {"gtin", "ean", "upc"}):
            return values.checked_gtin(child.text, child.line, notes)
    return None
