"""Products and product models of Akeneo become products of the catalog, each model the parent of its variants; pure functions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from hanse.base import money
from hanse.data import catalog
from hanse.data.catalog import Price
from hanse.data.catalog.channel import shown
from hanse.data.catalog.gtin import has_check_digit
from hanse.data.catalog.schemas import Texts
from hanse.sources.akeneo import associations, media, values
from hanse.sources.akeneo.payloads import Attribute, Model, Product, Thing, Values, mapped
from hanse.sources.akeneo.structure import IDENTIFIER, Structure
from hanse.sources.source import Change, Shop, amounts
from hanse.sources.source.errors import Unmappable
from hanse.sources.source.texts import key, present

USUAL: Mapping[str, tuple[str, ...]] = {
    "title": ("name", "title", "product_name", "label", "bezeichnung", "titel"),
    "description": ("description", "long_description", "product_description", "beschreibung", "langtext", "short_description"),
    "brand": ("brand", "manufacturer", "marke", "hersteller"),
    "gtin": ("gtin", "ean", "ean13", "gtin_ean", "upc", "barcode"),
    "image": ("image", "main_image", "picture", "packshot", "image_1", "bild", "produktbild"),
}
"""What attributes are usually called, by the field they are."""
PRICES = "pim_catalog_price_collection"
BETWEEN = " > "


def change(thing: Thing, shop: Shop, structure: Structure, *, at: datetime) -> Change:
    """Return what a product or a product model says; raises `Unmappable` naming the field."""
    told = mapped(thing.values)
    for code in told:
        structure.attribute(code)
    product_id = _product_id(thing, structure)
    relations, remarks = associations.read(thing, product_id, structure)
    return Change(
        kind="product",
        resource_id=thing.resource_id,
        changed_at=thing.changed_at or at,
        products=(_product(thing, product_id, told, shop, structure),),
        prices=_prices(thing, product_id, told, shop, structure),
        relations={product_id: relations},
        media={product_id: media.read(told, shop, structure)},
        remarks=remarks,
    )


def _product_id(thing: Thing, structure: Structure) -> str:
    found = thing.code.strip() if isinstance(thing, Model) else structure.number(thing) if isinstance(thing, Product) else None
    if not found:
        raise Unmappable(field="identifier", reason="this is missing")
    lineage = structure.lineage(thing.parent) if thing.parent else []
    if found in lineage:
        raise Unmappable(field="parent", reason="this is the product itself")
    return found


def _product(thing: Thing, product_id: str, told: Values, shop: Shop, structure: Structure) -> catalog.Product:
    fields = _fields(thing, told, shop, structure)
    gtin = _said(fields.get("gtin"), told, shop, structure)
    return catalog.Product(
        product_id=product_id,
        parent_id=thing.parent or None,
        state="active" if not isinstance(thing, Product) or thing.enabled else "draft",
        title=_title(thing, fields.get("title"), told, shop, structure),
        description=values.texts(each, told[each.code], shop, structure) if (each := fields.get("description")) else {},
        category=_category(thing.categories, shop, structure),
        brand=_said(fields.get("brand"), told, shop, structure),
        gtin=digits if gtin and has_check_digit(digits := re.sub(r"[\s-]", "", gtin)) else None,
        image_url=media.picture(fields.get("image"), told, shop),
        attributes=_attributes(fields, told, shop, structure),
    )


def _fields(thing: Thing, told: Values, shop: Shop, structure: Structure) -> dict[str, Attribute]:
    """Return which attribute is which field: as the connection says, as the family says, or by the usual names."""
    family = structure.families.get(thing.family or "")
    by_family = {"title": family.attribute_as_label, "image": family.attribute_as_image} if family else {}
    found: dict[str, Attribute] = {}
    for field, usual in USUAL.items():
        codes = (shop.options.attributes.get(field), by_family.get(field), *usual)  # type: ignore[call-overload]  # both are names of fields
        attribute = next((structure.attribute(code) for code in codes if code in told and structure.attribute(code).type != IDENTIFIER), None)
        if attribute:
            found[field] = attribute
    return found


def _said(attribute: Attribute | None, told: Values, shop: Shop, structure: Structure) -> str | None:
    return values.text(attribute, told[attribute.code], shop, structure) if attribute else None


def _title(thing: Thing, attribute: Attribute | None, told: Values, shop: Shop, structure: Structure) -> Texts:
    """Return the title; that of a variant which it shares with others tells in what it differs."""
    if attribute is None:
        return {}
    titles = {language: " ".join(title.split()) for language, title in values.texts(attribute, told[attribute.code], shop, structure).items()}
    axes = [structure.attribute(code) for code in _axes(thing, attribute.code, structure) if code in told]
    facts = [fact for each in axes if (fact := values.fact(each, told[each.code], shop, structure))]
    return {language: ", ".join((title, *(shown(fact, language) for fact in facts))) for language, title in titles.items()}


def _axes(thing: Thing, title: str, structure: Structure) -> Iterable[str]:
    """Return in what a variant differs from those it shares its title with."""
    above = structure.lineage(thing.parent) if thing.parent else []
    model = thing.code if isinstance(thing, Model) else next(iter(above), "")
    known = structure.models.get(model)
    variant = structure.variants.get((thing.family or "", known.family_variant or "")) if known else None
    sets = sorted(variant.variant_attribute_sets, key=lambda each: each.level) if variant else []
    level_of_title = next((each.level for each in sets if title in each.attributes), 0)
    return [axis for each in sets if level_of_title < each.level <= len(above) for axis in each.axes]


def _category(codes: Iterable[str], shop: Shop, structure: Structure) -> Texts:
    """Return the longest path of categories by language, without the root of its tree; of equal ones the first."""
    paths = [_path(code, structure) for code in codes if structure.categories.get(code)]
    longest = max(paths, key=len, default=[])
    names = [(code, values.labels(known.labels) if (known := structure.categories.get(code)) else {}) for code in longest]
    languages = dict.fromkeys(language for _, told in names for language in told) or {shop.language: None}
    return present({each: BETWEEN.join(_name(code, told, each, shop) for code, told in names) for each in languages})


def _path(code: str, structure: Structure) -> list[str]:
    found: list[str] = []
    step: str | None = code
    while step and step not in found and (known := structure.categories.get(step)):
        found.append(step)
        step = known.parent
    return found[-2::-1]


def _name(code: str, told: Texts, language: str, shop: Shop) -> str:
    name = told.get(language) or told.get(shop.language) or next(iter(told.values()), code)
    return name.replace(BETWEEN, " - ")


def _attributes(fields: Mapping[str, Attribute], told: Values, shop: Shop, structure: Structure) -> dict[str, Any]:
    elsewhere = {each.code for each in fields.values()}
    found = {code: values.fact(structure.attribute(code), said, shop, structure) for code, said in told.items() if code not in elsewhere}
    return {key(code): fact for code, fact in found.items() if fact}


def _prices(thing: Thing, product_id: str, told: Values, shop: Shop, structure: Structure) -> tuple[Price, ...]:
    """Return the price in each currency, where the connection says which attribute it is; a product model has none of its own."""
    code = shop.options.attributes.get("price", "")
    if code not in told or isinstance(thing, Model):
        return ()
    attribute = structure.attribute(code)
    said = values.chosen(told[code], shop.options.channel)
    if attribute.type != PRICES or not all(isinstance(each.data, list) for each in said):
        raise values.wrong(attribute, "a list of prices")
    found = (_price(attribute, part, product_id, shop) for each in said[:1] for part in each.data)
    return tuple(each for each in found if each)


def _price(attribute: Attribute, told: object, product_id: str, shop: Shop) -> Price | None:
    if not isinstance(told, Mapping):
        raise values.wrong(attribute, "a list of prices")
    if told.get("amount") in (None, ""):
        return None
    field = f"values.{attribute.code}"
    currency = amounts.currency(str(told.get("currency") or ""), shop.currency, field)
    price = amounts.checked(values.decimal(attribute, told["amount"]), field)
    if price < 0:
        raise Unmappable(field=field, reason="this is negative")
    return Price(product_id=product_id, amount_minor=money.minor(shop.net(price, currency), currency), currency=currency)
