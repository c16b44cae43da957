"""The rules of BMEcat's structure, told where somebody asks for strictness: what has to be there, and which words are allowed."""

from __future__ import annotations

from collections.abc import Iterable

from hanse.data.revisions.schemas import Scope
from hanse.sources.feeds import values
from hanse.sources.feeds.bmecat import names
from hanse.sources.feeds.nodes import Node
from hanse.sources.feeds.values import Notes

MIME_PURPOSES = frozenset({"thumbnail", "normal", "detail", "data_sheet", "logo", "others", "icon", "safety_data_sheet"})
GROUP_TYPES = frozenset({"root", "node", "leaf"})


def check_header(node: Node | None, notes: Notes) -> None:
    """Check a header; null stands for a file without one."""
    if node is None:
        notes.add("structure_missing", 1, element="BMECAT", child="HEADER")
        return
    _needs(node, notes, ("CATALOG",))
    catalog = node.first("CATALOG")
    if catalog is not None:
        _needs(catalog, notes, ("LANGUAGE",), ("CATALOG_ID",), ("CATALOG_VERSION",))
    if node.first("SUPPLIER", "SUPPLIER_IDREF") is None:
        notes.add("structure_missing", node.line, element=node.name, child="SUPPLIER")


def check_group(node: Node, notes: Notes) -> None:
    """Check a category."""
    _needs(node, notes, ("GROUP_ID",), ("GROUP_NAME",), ("PARENT_ID",))
    _allows(node, "type", node.attributes.get("type", ""), GROUP_TYPES, notes)


def check_map(node: Node, notes: Notes) -> None:
    """Check what puts a product into a category."""
    _needs(node, notes, ("PROD_ID", "ART_ID"), ("CATALOG_GROUP_ID",))


def check_product(node: Node, scope: Scope, notes: Notes) -> None:
    """Check a product."""
    _needs(node, notes, names.NUMBER)
    mode = node.attributes.get("mode")
    if mode is not None:
        _allows(node, "mode", mode, names.MODES, notes)
    if scope is not Scope.PRICES and mode != "delete":
        _check_details(node, notes)
    if mode != "delete":
        _check_prices(node, notes)
    for reference in node.every(*names.REFERENCE):
        _needs(reference, notes, names.REFERENCE_TO)
        _allows(reference, "type", reference.attributes.get("type", ""), names.RELATION_TYPES, notes)
    for info in node.every("MIME_INFO"):
        for mime in info.every("MIME"):
            _needs(mime, notes, ("MIME_SOURCE",))
            if purpose := mime.said("MIME_PURPOSE"):
                _allows(mime, "MIME_PURPOSE", purpose, MIME_PURPOSES, notes)
    for features in node.every(*names.FEATURES):
        for feature in features.every("FEATURE"):
            _needs(feature, notes, ("FNAME", "FT_IDREF", "FTEMPLATE"), ("FVALUE", "VARIANTS", "VALUE_IDREF"))


def _check_details(node: Node, notes: Notes) -> None:
    _needs(node, notes, names.DETAILS, names.ORDER_DETAILS, names.PRICE_DETAILS)
    details, order = node.first(*names.DETAILS), node.first(*names.ORDER_DETAILS)
    if details is not None:
        _needs(details, notes, ("DESCRIPTION_SHORT",))
    if order is not None:
        _needs(order, notes, ("ORDER_UNIT",))


def _check_prices(node: Node, notes: Notes) -> None:
    for details in node.every(*names.PRICE_DETAILS):
        if not details.every(*names.PRICE):
            notes.add("structure_missing", details.line, element=details.name, child=names.PRICE[0])
        for price in details.every(*names.PRICE):
            kind = price.attributes.get("price_type", "")
            if not (kind == "on_request" or (kind.startswith("udp_") and len(kind) <= 20)):
                _allows(price, "price_type", kind, names.PRICE_TYPES, notes)
                _needs(price, notes, ("PRICE_AMOUNT",))
            _number(price, "PRICE_AMOUNT", notes)


def _number(node: Node, name: str, notes: Notes) -> None:
    found = node.first(name)
    if found is not None and found.text:
        number, comma = values.number(found.text)
        if number is None or comma:
            notes.add("structure_value", found.line, element=name, value=found.text[:40], allowed="1234.50")


def _needs(node: Node, notes: Notes, *children: tuple[str, ...]) -> None:
    for either in children:
        found = node.first(*either)
        if found is None or not (found.text or found.children):
            notes.add("structure_missing", node.line, element=node.name, child=either[0])


def _allows(node: Node, name: str, value: str, allowed: Iterable[str], notes: Notes) -> None:
    if value not in allowed:
        notes.add("structure_value", node.line, element=f"{node.name} {name}", value=value[:40] or "(none)", allowed=", ".join(sorted(allowed)))
