"""Technical data as BMEcat writes it: what has an element of its own there, features by classification, logistics."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from hanse.data.catalog import channel as channels
from hanse.data.catalog.channel import UNKNOWN
from hanse.data.catalog.facts import bare
from hanse.data.catalog.records import Record
from hanse.sources.feeds.bmecat.features import DETAIL_FIELDS, LONGEST_KEY, ORDER_FIELDS, UNITS
from hanse.sources.feeds.bmecat.features import UNKNOWN as NOTHING
from hanse.sources.feeds.bmecat.output.languages import code, spoken
from hanse.sources.feeds.writing import Book, element, nested
from hanse.sources.source import texts

DETAILS = {key: name for name, key in reversed(DETAIL_FIELDS.items()) if "_AID" not in name and not name.startswith("ARTICLE")}
"""Elements of PRODUCT_DETAILS by attribute."""
ORDER = {key: name for name, key in ORDER_FIELDS.items()}
STATUSES = frozenset({"bargain", "new_product", "old_product", "new", "used", "refurbished", "core_product", "others"})
TYPED = {"buyer_number": "buyer_specific", "special_treatment": "others"}
"""Elements that need a type, where the catalog knows none."""
CUSTOMS, ORIGIN = "customs_tariff_number", "country_of_origin"
DIMENSIONS = ("volume", "weight", "length", "width", "depth")
PIECE = "C62"
"""A piece, in the units of UN/ECE: prices are for one."""
ELSEWHERE = frozenset({*DETAILS, *ORDER, CUSTOMS, ORIGIN, "mpn"})


def detail(record: Record, key: str) -> str:
    """Return the elements of PRODUCT_DETAILS for one attribute; empty where it says nothing."""
    value = own(record, key)
    if key == "manufacturer_number" and value is None:
        value = own(record, "mpn")
    name, said = DETAILS[key], value if isinstance(value, list) else [value]
    kinds = {"type": TYPED[key]} if key in TYPED else None
    return "".join(element(name, _text(each), {"type": str(each)} if key == "status" else kinds) for each in said if _fits(key, each))


def own(record: Record, key: str) -> object:
    """Return what an attribute says that has an element of its own; null where it is a feature all the same."""
    fact = record.attributes.get(key)
    return None if fact is None or _stays(key, fact) else bare(fact)


def order_details(record: Record) -> str:
    """Return the order details: the unit, and how much of what it contains."""
    parts = [element("ORDER_UNIT", _text(own(record, "order_unit")) or PIECE)]
    for name in ("CONTENT_UNIT", "NO_CU_PER_OU", "PRICE_QUANTITY", "QUANTITY_MIN", "QUANTITY_INTERVAL", "QUANTITY_MAX"):
        value = own(record, ORDER_FIELDS[name])
        if name != "PRICE_QUANTITY" or (isinstance(value, int | float) and not isinstance(value, bool) and value > 0):
            parts.append(element(name, _text(value)))
    return nested("PRODUCT_ORDER_DETAILS", parts)


def features(record: Record, book: Book) -> str:
    """Return the features, by classification system and group; a class without features stands alone."""
    placed: dict[tuple[str, str], list[str]] = defaultdict(list)
    for key, fact in sorted(record.attributes.items()):
        if key in ELSEWHERE and not _stays(key, fact):
            continue
        told = fact if isinstance(fact, dict) else {}
        if key.endswith("_class") and told.get("system") and isinstance(told.get("value"), str) and "group" not in told:
            placed[str(told["system"]), str(told["value"])] += []
        elif key not in DIMENSIONS or not _is_dimension(key, fact):
            placed[str(told.get("system", "")), str(told.get("group", ""))].append(_feature(key, fact, told, book))
    return "".join(_group(system, group, parts) for (system, group), parts in sorted(placed.items()) if any(parts) or group)


def logistics(record: Record) -> str:
    """Return customs number, origin and dimensions."""
    customs = nested("CUSTOMS_TARIFF_NUMBER", (element("CUSTOMS_NUMBER", _text(own(record, CUSTOMS))),))
    sizes = (element(key.upper(), _text(bare(fact))) for key in DIMENSIONS if _is_dimension(key, fact := record.attributes.get(key)))
    return nested(
        "PRODUCT_LOGISTIC_DETAILS", (customs, element("COUNTRY_OF_ORIGIN", _text(own(record, ORIGIN))), nested("PRODUCT_DIMENSIONS", sizes))
    )


def _group(system: str, group: str, parts: Iterable[str]) -> str:
    named = (element("REFERENCE_FEATURE_SYSTEM_NAME", system), element("REFERENCE_FEATURE_GROUP_ID", group))
    return nested("PRODUCT_FEATURES", (*named, *parts))


def _feature(key: str, fact: object, told: Mapping[Any, Any], book: Book) -> str:
    said = "".join(_values(bare(fact), book))
    names = told.get("name")
    readable = key.replace("_", " ")
    name = str(told.get("code") or (readable if texts.key(readable)[:LONGEST_KEY] == key else key))
    unit = told.get("unit")
    described = spoken("FDESCR", names, book) if isinstance(names, dict) else ""
    return nested("FEATURE", (element("FNAME", name), said, element("FUNIT", unit if isinstance(unit, str) else ""), described)) if said else ""


def _values(value: object, book: Book) -> Iterable[str]:
    if isinstance(value, list | tuple):
        for each in value:
            yield element("FVALUE", _text(each if not isinstance(each, dict) else channels.plain(each, book.channel.language)))
    elif isinstance(value, dict):
        known = {str(language): str(text) for language, text in value.items() if text}
        for language, text in sorted(known.items()):
            yield element("FVALUE", text, {"lang": code(language)} if language != UNKNOWN and len(known) > 1 else None)
    elif (text := _text(value)) and text != NOTHING:
        yield element("FVALUE", text)


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return channels.number_text(value) if isinstance(value, int | float) else "" if value is None else str(value)


def _fits(key: str, value: object) -> bool:
    return isinstance(value, str | int | float) and (key != "status" or value in STATUSES)


def _stays(key: str, fact: object) -> bool:
    """Return whether an attribute is a feature though it is called like an element: it belongs to a classification, or does not fit there."""
    if isinstance(fact, dict) and (fact.get("code") or fact.get("system") or fact.get("unit")):
        return True
    value = bare(fact)
    return not all(_fits(key, each) for each in (value if isinstance(value, list) else [value]))


def _is_dimension(key: str, fact: object) -> bool:
    if not isinstance(fact, dict) or fact.get("code") or fact.get("unit") != UNITS[key]:
        return False
    value = fact.get("value")
    return isinstance(value, int | float) and not isinstance(value, bool)
