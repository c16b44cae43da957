"""The catalog structure of the fake Akeneo: attributes, a family of drills with variants, options, categories and units, as its API tells them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

Thing = dict[str, Any]
LOCALES = ("de_DE", "en_US")


def labels(german: str, english: str) -> dict[str, str]:
    """Return labels as the API tells them."""
    return dict(zip(LOCALES, (german, english), strict=True))


def attribute(code: str, kind: str, german: str, english: str, *, localizable: bool = False, scopable: bool = False, **facts: Any) -> Thing:
    """Return an attribute as the API tells it."""
    return {
        "code": code,
        "type": kind,
        "group": "technical",
        "unique": kind == "pim_catalog_identifier",
        "useable_as_grid_filter": True,
        "allowed_extensions": [],
        "metric_family": None,
        "default_metric_unit": None,
        "reference_data_name": None,
        "available_locales": [],
        "max_characters": None,
        "validation_rule": None,
        "validation_regexp": None,
        "wysiwyg_enabled": None,
        "number_min": None,
        "number_max": None,
        "decimals_allowed": None,
        "negative_allowed": None,
        "date_min": None,
        "date_max": None,
        "max_file_size": None,
        "minimum_input_length": None,
        "sort_order": 1,
        "localizable": localizable,
        "scopable": scopable,
        "labels": labels(german, english),
        "guidelines": {},
        "auto_option_sorting": None,
        "default_value": None,
        "is_main_identifier": kind == "pim_catalog_identifier",
        "is_mandatory": False,
        "group_labels": labels("Technik", "Technical"),
    } | facts


ATTRIBUTES: Sequence[Thing] = (
    attribute("sku", "pim_catalog_identifier", "Artikelnummer", "SKU"),
    attribute("name", "pim_catalog_text", "Name", "Name", localizable=True),
    attribute("description", "pim_catalog_textarea", "Beschreibung", "Description", localizable=True, scopable=True, wysiwyg_enabled=True),
    attribute("brand", "pim_catalog_simpleselect", "Marke", "Brand"),
    attribute("ean", "pim_catalog_text", "EAN", "EAN"),
    attribute("picture", "pim_catalog_image", "Bild", "Picture", allowed_extensions=["jpg", "png"]),
    attribute("manual", "pim_catalog_file", "Anleitung", "Manual", localizable=True, allowed_extensions=["pdf"]),
    attribute("voltage", "pim_catalog_metric", "Spannung", "Voltage", metric_family="ElectricPotential", default_metric_unit="VOLT"),
    attribute("weight", "pim_catalog_metric", "Gewicht", "Weight", metric_family="Weight", default_metric_unit="KILOGRAM", decimals_allowed=True),
    attribute("speeds", "pim_catalog_number", "Gänge", "Speeds", decimals_allowed=False),
    attribute("color", "pim_catalog_simpleselect", "Farbe", "Colour"),
    attribute("suitable_for", "pim_catalog_multiselect", "Geeignet für", "Suitable for"),
    attribute("brushless", "pim_catalog_boolean", "Bürstenlos", "Brushless"),
    attribute("on_sale_from", "pim_catalog_date", "Lieferbar ab", "Available from"),
    attribute("list_price", "pim_catalog_price_collection", "Listenpreis", "List price", decimals_allowed=True),
)

OPTIONS: Mapping[str, Mapping[str, dict[str, str]]] = {
    "brand": {"nordwerk": labels("Nordwerk", "Nordwerk")},
    "color": {"red": labels("Rot", "Red"), "anthracite": labels("Anthrazit", "Anthracite")},
    "suitable_for": {"wood": labels("Holz", "Wood"), "metal": labels("Metall", "Metal"), "stone": labels("Stein", "Stone")},
}

FAMILIES: Sequence[Thing] = (
    {
        "code": "drills",
        "attributes": sorted(each["code"] for each in ATTRIBUTES),
        "attribute_as_label": "name",
        "attribute_as_image": "picture",
        "attribute_requirements": {"ecommerce": ["name", "sku"]},
        "labels": labels("Bohrmaschinen", "Drills"),
        "parent": None,
    },
)

VARIANTS: Mapping[str, Sequence[Thing]] = {
    "drills": (
        {
            "code": "drills_by_voltage_and_color",
            "labels": labels("Nach Spannung und Farbe", "By voltage and colour"),
            "variant_attribute_sets": [
                {"level": 1, "axes": ["voltage"], "attributes": ["voltage", "weight"]},
                {"level": 2, "axes": ["color"], "attributes": ["color", "ean", "sku"]},
            ],
            "common_attributes": ["brand", "description", "name"],
        },
        {
            "code": "drills_by_color",
            "labels": labels("Nach Farbe", "By colour"),
            "variant_attribute_sets": [{"level": 1, "axes": ["color"], "attributes": ["color", "ean", "sku"]}],
            "common_attributes": ["brand", "description", "name", "voltage"],
        },
    )
}


def category(code: str, parent: str | None, german: str, english: str) -> Thing:
    """Return a category as the API tells it."""
    moments = {"updated": "2026-05-04T09:00:00+00:00", "position": 1}
    return {"code": code, "parent": parent, **moments, "labels": labels(german, english)}


CATEGORIES: Sequence[Thing] = (
    category("master", None, "Hauptkatalog", "Master catalog"),
    category("machines", "master", "Maschinen", "Machines"),
    category("cordless_drills", "machines", "Akkuschrauber", "Cordless drills"),
    category("accessories", "master", "Zubehör", "Accessories"),
)


def unit(code: str, german: str, english: str, symbol: str, factor: str) -> Thing:
    """Return a unit of measurement as the API tells it."""
    return {"code": code, "labels": labels(german, english), "convert_from_standard": [{"operator": "mul", "value": factor}], "symbol": symbol}


MEASUREMENT_FAMILIES: Sequence[Thing] = (
    {
        "code": "ElectricPotential",
        "labels": labels("Spannung", "Electric potential"),
        "standard_unit_code": "VOLT",
        "units": {"VOLT": unit("VOLT", "Volt", "Volt", "V", "1"), "KILOVOLT": unit("KILOVOLT", "Kilovolt", "Kilovolt", "kV", "1000")},
    },
    {
        "code": "Weight",
        "labels": labels("Gewicht", "Weight"),
        "standard_unit_code": "KILOGRAM",
        "units": {"KILOGRAM": unit("KILOGRAM", "Kilogramm", "Kilogram", "kg", "1"), "GRAM": unit("GRAM", "Gramm", "Gram", "g", "0.001")},
    },
)
