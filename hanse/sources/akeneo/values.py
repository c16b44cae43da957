"""Values of attributes in the words of the catalog: of one channel, by language, labels instead of codes; pure functions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from hanse.data.catalog.schemas import Texts
from hanse.sources.akeneo import payloads
from hanse.sources.akeneo.payloads import Attribute, Value
from hanse.sources.akeneo.structure import Structure
from hanse.sources.akeneo.units import symbol
from hanse.sources.source import Shop
from hanse.sources.source.errors import Unmappable
from hanse.sources.source.texts import language, plain, present

TEXT = frozenset({"pim_catalog_text", "pim_catalog_textarea"})
CODE = frozenset({"akeneo_reference_entity", "pim_reference_data_simpleselect"})
CODES = frozenset({"akeneo_reference_entity_collection", "pim_reference_data_multiselect", "pim_catalog_asset_collection", "pim_assets_collection"})
OTHER = frozenset({"pim_catalog_number", "pim_catalog_metric", "pim_catalog_boolean", "pim_catalog_date"})
SELECT, MULTISELECT = "pim_catalog_simpleselect", "pim_catalog_multiselect"
FACTS = TEXT | CODE | CODES | OTHER | {SELECT, MULTISELECT}
"""Types of attributes that become technical data."""
MOST_DIGITS = 30


def chosen(values: Sequence[Value], channel: str) -> list[Value]:
    """Return what holds for a channel, or for the first that says anything, and for all."""
    scope = channel or next((each.scope for each in values if each.scope), "")
    return [each for each in values if each.scope in {None, scope} and each.data is not None]


def labels(told: payloads.Labels) -> Texts:
    """Return labels by language; of two locales of a language the first."""
    found: Texts = {}
    for locale, label in payloads.mapped(told).items():
        if label and label.strip() and (code := language(locale, "")):
            found.setdefault(code, label.strip())
    return found


def fact(attribute: Attribute, values: Sequence[Value], shop: Shop, structure: Structure) -> dict[str, Any] | None:
    """Return what an attribute says as technical data, under its label by language; null where it says nothing.

    Raises `Unmappable` naming the attribute where a value is not of its type.
    """
    told = chosen(values, shop.options.channel)
    if not told or attribute.type not in FACTS:
        return None
    found = _texts(attribute, told, shop) if attribute.type in TEXT else _single(attribute, _main(told, shop), structure)
    if found in (None, "", {}, [], {"value": ""}):
        return None
    name = labels(attribute.labels)
    return {**(found if isinstance(found, dict) and "value" in found else {"value": found}), **present({"name": name})}


def texts(attribute: Attribute, values: Sequence[Value], shop: Shop, structure: Structure) -> Texts:
    """Return what an attribute says as texts by language, whatever its type; a text without a locale is in the language of the shop."""
    told = chosen(values, shop.options.channel)
    if attribute.type in TEXT:
        return _by_language(attribute, told, shop)
    found = fact(attribute, values, shop, structure)
    value = found["value"] if found else ""
    if isinstance(value, dict):
        return value
    return present({shop.language: ", ".join(map(str, value)) if isinstance(value, list) else str(value)})


def text(attribute: Attribute, values: Sequence[Value], shop: Shop, structure: Structure) -> str | None:
    """Return what an attribute says as one text, in the language of the shop where it can be."""
    found = texts(attribute, values, shop, structure)
    return found.get(shop.language) or next(iter(found.values()), None)


def wrong(attribute: Attribute, what: str) -> Unmappable:
    """Return that a value is not what its attribute promises."""
    return Unmappable(field=f"values.{attribute.code}", reason=f"this is not {what}")


def number(attribute: Attribute, data: object) -> int | float:
    """Return a number, which Akeneo writes as a text where it may have decimals."""
    found = decimal(attribute, data)
    return int(found) if found == found.to_integral_value() and abs(found) < 10**15 else float(found)


def decimal(attribute: Attribute, data: object) -> Decimal:
    """Return an exact number; raises `Unmappable` for what is none."""
    if isinstance(data, bool) or not isinstance(data, int | float | str) or len(str(data)) > MOST_DIGITS:
        raise wrong(attribute, "a number")
    try:
        found = Decimal(str(data))
    except InvalidOperation:
        raise wrong(attribute, "a number") from None
    if not found.is_finite() or (found and abs(found.adjusted()) > MOST_DIGITS):
        raise wrong(attribute, "a number")
    return found


def _texts(attribute: Attribute, values: Sequence[Value], shop: Shop) -> Texts | str:
    found = _by_language(attribute, values, shop)
    return found if attribute.localizable else next(iter(found.values()), "")


def _by_language(attribute: Attribute, values: Iterable[Value], shop: Shop) -> Texts:
    found: Texts = {}
    for each in values:
        if not isinstance(each.data, str):
            raise wrong(attribute, "a text")
        if said := plain(each.data):
            found.setdefault(language(each.locale, shop.language), said)
    return found


def _main(values: Sequence[Value], shop: Shop) -> Value:
    """Return what is said in the language of the shop, else what is said first."""
    return next((each for each in values if each.locale and language(each.locale, "") == shop.language), values[0])


def _single(attribute: Attribute, value: Value, structure: Structure) -> Any:
    """Return what one value says, by the type of its attribute."""
    data, kind = value.data, attribute.type
    if kind == "pim_catalog_number":
        return number(attribute, data)
    if kind == "pim_catalog_metric":
        return _measured(attribute, data, structure)
    if kind == "pim_catalog_boolean":
        return _yes_or_no(attribute, data)
    if kind == "pim_catalog_date":
        return _day(attribute, data)
    if kind in CODE | {SELECT}:
        return _option(attribute, _code(attribute, data), structure)
    return _options(attribute, data, structure)


def _measured(attribute: Attribute, data: object, structure: Structure) -> dict[str, Any] | None:
    if not isinstance(data, Mapping) or not isinstance(data.get("unit"), str | None):
        raise wrong(attribute, "an amount with a unit")
    if data.get("amount") in (None, ""):
        return None
    unit = symbol(data["unit"], structure.symbols or {}) if data.get("unit") else None
    return {"value": number(attribute, data["amount"]), **present({"unit": unit})}


def _yes_or_no(attribute: Attribute, data: object) -> bool:
    if not isinstance(data, bool):
        raise wrong(attribute, "true or false")
    return data


def _day(attribute: Attribute, data: object) -> str:
    try:
        return date.fromisoformat(str(data)[:10]).isoformat()
    except ValueError:
        raise wrong(attribute, "a date") from None


def _code(attribute: Attribute, data: object) -> str:
    if not isinstance(data, str):
        raise wrong(attribute, "a code")
    return data


def _option(attribute: Attribute, code: str, structure: Structure) -> Texts | str:
    """Return the labels of an option; of one without, and of records and assets, the code."""
    return labels(structure.options.get(attribute.code, {}).get(code, {})) or code


def _options(attribute: Attribute, data: object, structure: Structure) -> Texts | list[str]:
    """Return the labels of some options as one text by language, or their codes where none has a label."""
    if not isinstance(data, list):
        raise wrong(attribute, "a list of codes")
    codes = [_code(attribute, each) for each in data]
    found = [(code, told if isinstance(told := _option(attribute, code, structure), dict) else {}) for code in codes]
    languages = dict.fromkeys(code for _, told in found for code in told)
    return {each: ", ".join(told.get(each) or code for code, told in found) for each in languages} or codes
