"""Technical data of a product: features of ETIM, ECLASS and others, order units, logistics and extensions, by readable names."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from hanse.data.catalog.schemas import Texts
from hanse.sources.feeds import values
from hanse.sources.feeds.bmecat import names
from hanse.sources.feeds.bmecat.header import CatalogFacts
from hanse.sources.feeds.bmecat.wording import language, spoken
from hanse.sources.feeds.nodes import Node
from hanse.sources.feeds.values import Notes
from hanse.sources.source import texts

ORDER_FIELDS = {
    "ORDER_UNIT": "order_unit",
    "CONTENT_UNIT": "content_unit",
    "NO_CU_PER_OU": "contents_per_order_unit",
    "PRICE_QUANTITY": "price_quantity",
    "QUANTITY_MIN": "quantity_min",
    "QUANTITY_MAX": "quantity_max",
    "QUANTITY_INTERVAL": "quantity_interval",
}
DETAIL_FIELDS = {
    "SUPPLIER_ALT_PID": "supplier_alternative_number",
    "SUPPLIER_ALT_AID": "supplier_alternative_number",
    "MANUFACTURER_PID": "manufacturer_number",
    "MANUFACTURER_AID": "manufacturer_number",
    "MANUFACTURER_TYPE_DESCR": "manufacturer_type",
    "BUYER_PID": "buyer_number",
    "BUYER_AID": "buyer_number",
    "ERP_GROUP_BUYER": "buyer_group",
    "ERP_GROUP_SUPPLIER": "supplier_group",
    "DELIVERY_TIME": "delivery_days",
    "PRODUCT_STATUS": "status",
    "ARTICLE_STATUS": "status",
    "PRODUCT_TYPE": "product_type",
    "PRODUCT_CATEGORY": "product_category",
    "SPECIAL_TREATMENT_CLASS": "special_treatment",
    "KEYWORD": "keywords",
    "SEGMENT": "segment",
    "REMARKS": "remarks",
}
MANY = frozenset({"keywords", "status", "special_treatment"})
UNITS = {"weight": "kg", "volume": "m3", "length": "m", "width": "m", "depth": "m"}
NO_CLASS = frozenset({"EC000000"})
UNKNOWN = "-"
LONGEST_KEY = 100
MOST_ATTRIBUTES = 2_000

Attributes = dict[str, Any]


def read(product: Node, facts: CatalogFacts, notes: Notes) -> Attributes:
    """Return all technical data of a product by key."""
    found: Attributes = {}
    details, order = product.first(*names.DETAILS), product.first(*names.ORDER_DETAILS)
    if details:
        _details(details, facts, notes, found)
    if order:
        _plain(order.children, ORDER_FIELDS, found)
        _packing(order.first("PACKING_UNITS"), found)
    for features in product.every(*names.FEATURES):
        _classified(features, facts, notes, found)
    logistics = product.first(*names.LOGISTICS)
    if logistics:
        _logistics(logistics, found)
    for extension in product.every("USER_DEFINED_EXTENSIONS"):
        _extension(extension.children, facts, notes, found)
    return found


def _classified(features: Node, facts: CatalogFacts, notes: Notes, found: Attributes) -> None:
    system, group = features.said("REFERENCE_FEATURE_SYSTEM_NAME")[:80], features.said("REFERENCE_FEATURE_GROUP_ID")[:80]
    family = texts.key(system.partition("-")[0])[:40]
    if system and group and group not in NO_CLASS:
        name = facts.feature_names.get(group) or spoken(features, ("REFERENCE_FEATURE_GROUP_NAME",), facts, notes)
        found[f"{family}_class"] = texts.present({"value": group, "system": system, "name": name})
    place = {"system": system, "group": group} if group else {"system": system}
    for node in features.children:
        if node.name == "FEATURE":
            _feature(node, facts, notes, found, place)


def _feature(node: Node, facts: CatalogFacts, notes: Notes, found: Attributes, place: dict[str, str]) -> None:
    code, unit, said, others = _parts(node)
    code = code or node.said("FT_IDREF", "FTEMPLATE")[:200]
    value = _value(node, said or _variants(node, others), facts, notes)
    if not code or value is None or len(found) >= MOST_ATTRIBUTES:
        return
    coded = _is_code(code)
    name = facts.feature_names.get(code) or (_name(node, others, facts, notes) if others else None)
    readable = (name.get("en") or next(iter(name.values()))) if name and coded else code
    key = _key(readable)[:LONGEST_KEY] or _key(code)
    if key in found and found[key].get("system", "") != place["system"]:
        key = f"{key}_{_key(place['system'] or code)}"[:LONGEST_KEY]
    told = {"value": value, "unit": unit, "name": name, **place, "code": code if coded else None}
    found[key] = {each: fact for each, fact in told.items() if fact or each == "value"}


def _parts(node: Node) -> tuple[str, str, list[Node], list[Node]]:
    """Return name, unit, values and the rest of a feature in one walk: features are most of a file."""
    code = unit = ""
    said: list[Node] = []
    others: list[Node] = []
    for child in node.children:
        if child.name == "FVALUE":
            said.append(child)
        elif child.name == "FUNIT":
            unit = child.text[:40]
        elif child.name == "FNAME" and not code:
            code = child.text[:200]
        else:
            others.append(child)
    return code, unit, [each for each in said if each.text and each.text != UNKNOWN], others


def _name(node: Node, others: list[Node], facts: CatalogFacts, notes: Notes) -> Texts:
    name = spoken(node, ("FDESCR",), facts, notes)
    if not name and any(each.name == "FNAME" for each in others):
        return spoken(node, ("FNAME",), facts, notes)
    return name


def _variants(node: Node, others: list[Node]) -> list[Node]:
    """Return the values of a feature that has them elsewhere than in FVALUE."""
    if not others:
        return []
    variants = node.first("VARIANTS")
    if variants:
        return [each.every("FVALUE")[0] for each in variants.every("VARIANT") if each.every("FVALUE")]
    return [each for each in others if each.name == "VALUE_IDREF" and each.text]


def _value(node: Node, said: list[Node], facts: CatalogFacts, notes: Notes) -> Any:
    if not said:
        return None
    if len(said) == 1:
        return _single(said[0], facts, notes)
    if len({language(each, facts) for each in said if each.attributes}) > 1:
        return spoken(node, ("FVALUE",), facts, notes)
    return [_single(each, facts, notes) for each in said]


@lru_cache(maxsize=20_000)
def _key(name: str) -> str:
    return texts.key(name)


def _single(node: Node, facts: CatalogFacts, notes: Notes) -> Any:
    number = values.plain_number(node.text)
    if number is not None:
        return number
    if node.text in {"true", "false"}:
        return node.text == "true"
    return facts.feature_names.get(node.text) or values.text(node.text, "FVALUE", node.line, notes)


def _is_code(name: str) -> bool:
    """Return whether a feature is named by a code: EF001234 of ETIM, or an IRDI of ECLASS."""
    return (len(name) == 8 and name.startswith("EF") and name[2:].isdigit()) or name.startswith("0173-")


def _details(details: Node, facts: CatalogFacts, notes: Notes, found: Attributes) -> None:
    for node in details.children:
        key = DETAIL_FIELDS.get(node.name)
        if key is None or not node.text:
            continue
        said = values.text(node.text, node.name, node.line, notes)
        if key == "status" and (kind := node.attributes.get("type")):
            said = kind
        if key in MANY:
            listed = found.setdefault(key, {"value": []})["value"]
            if said not in listed:
                listed.append(said)
        elif key not in found:
            found[key] = {"value": values.plain_number(said) if key == "delivery_days" and values.plain_number(said) is not None else said}


def _plain(nodes: Iterable[Node], fields: dict[str, str], found: Attributes) -> None:
    for node in nodes:
        if node.name in fields and node.text:
            number = values.plain_number(node.text)
            found[fields[node.name]] = {"value": node.text[:80] if number is None else number}


def _packing(units: Node | None, found: Attributes) -> None:
    said = []
    for unit in units.every("PACKING_UNIT") if units else ():
        quantity, code = unit.said("QUANTITY_MIN", "QUANTITYMIN"), unit.said("PACKING_UNIT_CODE")
        number = unit.said("SUPPLIER_PIDREF", "GTIN")
        said.append(" ".join(filter(None, (code, quantity, f"({number})" if number else "")))[:100])
    if said:
        found["packing_units"] = {"value": said}


def _logistics(node: Node, found: Attributes) -> None:
    tariff = node.first("CUSTOMS_TARIFF_NUMBER")
    number = (tariff.said("CUSTOMS_NUMBER") or tariff.text) if tariff else ""
    for key, said in (("customs_tariff_number", number), ("country_of_origin", node.said("COUNTRY_OF_ORIGIN"))):
        if said:
            found[key] = {"value": said[:40]}
    dimensions = node.first("PRODUCT_DIMENSIONS", "ARTICLE_DIMENSIONS")
    for each in dimensions.children if dimensions else ():
        key = each.name.lower()
        if (amount := values.plain_number(each.text)) is not None and key in UNITS:
            found[key] = {"value": amount, "unit": UNITS[key]}


def _extension(nodes: Iterable[Node], facts: CatalogFacts, notes: Notes, found: Attributes, above: str = "") -> None:
    """Keep what a file adds to the format, by its names; groups put theirs before those of what is in them."""
    for node in nodes:
        name = texts.key(node.name.removeprefix("UDX.").removeprefix("EDXF."))
        key = f"{above}_{name}"[:LONGEST_KEY] if above else name
        if name == "packing_units":
            _packing(node, found)
        elif node.children:
            _extension(node.children, facts, notes, found, key if node.name.startswith("UDX.") or above else "")
        elif node.text and len(found) < MOST_ATTRIBUTES:
            _add(found, key, _single(node, facts, notes))


def _add(found: Attributes, key: str, value: Any) -> None:
    before = found.get(key)
    if before is None:
        found[key] = {"value": value}
    elif before.get("value") != value:
        found[key] = {**before, "value": [*(before["value"] if isinstance(before.get("value"), list) else [before.get("value")]), value]}
