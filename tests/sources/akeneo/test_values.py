"""Values of attributes by their type, channel and locale; what is not of its type is named with its attribute."""

from __future__ import annotations

from typing import Any

import pytest

from hanse.sources.akeneo import products, values
from hanse.sources.akeneo.payloads import Attribute, Model, Product, Value
from hanse.sources.akeneo.structure import Lineage, Structure
from hanse.sources.source.errors import Unmappable
from tests.sources import shops

SHOP = shops.shop("akeneo")
SKU = Attribute(code="sku", type="pim_catalog_identifier", is_main_identifier=True)


def fact(kind: str, data: Any, **facts: Any) -> Any:
    attribute = Attribute(code="thing", type=kind, **facts)
    return values.fact(attribute, [Value(data=data)], SHOP, Structure())


@pytest.mark.parametrize(
    ("kind", "data", "expected"),
    [
        ("pim_catalog_text", "<b>M6</b> &amp; M8", {"value": "M6 & M8"}),
        ("pim_catalog_textarea", "<p>Eins</p><p>Zwei</p>", {"value": "Eins\nZwei"}),
        ("pim_catalog_text", "  ", None),
        ("pim_catalog_number", "12.0500", {"value": 12.05}),
        ("pim_catalog_number", 40, {"value": 40}),
        ("pim_catalog_number", "7.0", {"value": 7}),
        ("pim_catalog_metric", {"amount": "8.0000", "unit": "MILLIMETER"}, {"value": 8, "unit": "mm"}),
        ("pim_catalog_metric", {"amount": 3, "unit": "CRATE"}, {"value": 3, "unit": "crate"}),
        ("pim_catalog_metric", {"amount": None, "unit": "VOLT"}, None),
        ("pim_catalog_boolean", False, {"value": False}),
        ("pim_catalog_date", "2026-03-01T00:00:00+01:00", {"value": "2026-03-01"}),
        ("pim_catalog_simpleselect", "blue", {"value": "blue"}),
        ("pim_catalog_multiselect", ["blue", "red"], {"value": ["blue", "red"]}),
        ("pim_catalog_multiselect", [], None),
        ("akeneo_reference_entity_collection", ["a", "b"], {"value": ["a", "b"]}),
        ("pim_catalog_asset_collection", ["front"], {"value": ["front"]}),
        ("pim_catalog_price_collection", [{"amount": "1.00", "currency": "EUR"}], None),
        ("pim_catalog_table", [{"a": 1}], None),
    ],
)
def test_a_value_becomes_a_fact_by_its_type(kind: str, data: Any, expected: Any) -> None:
    assert fact(kind, data) == expected


@pytest.mark.parametrize(
    ("kind", "data", "reason"),
    [
        ("pim_catalog_text", 7, "this is not a text"),
        ("pim_catalog_number", "viel", "this is not a number"),
        ("pim_catalog_number", True, "this is not a number"),
        ("pim_catalog_number", "NaN", "this is not a number"),
        ("pim_catalog_number", "1e999999999", "this is not a number"),
        ("pim_catalog_metric", "8 mm", "this is not an amount with a unit"),
        ("pim_catalog_metric", {"amount": "viel", "unit": "VOLT"}, "this is not a number"),
        ("pim_catalog_boolean", "true", "this is not true or false"),
        ("pim_catalog_date", "gestern", "this is not a date"),
        ("pim_catalog_simpleselect", ["blue"], "this is not a code"),
        ("pim_catalog_multiselect", "blue", "this is not a list of codes"),
    ],
)
def test_what_is_not_of_its_type_is_named(kind: str, data: Any, reason: str) -> None:
    with pytest.raises(Unmappable) as refused:
        fact(kind, data)
    assert (refused.value.field, refused.value.reason) == ("values.thing", reason)


def test_of_several_channels_the_first_that_says_anything_counts() -> None:
    said = [Value(scope="print", data=None), Value(scope="print", data="P"), Value(scope="web", data="W"), Value(data="for all")]
    assert [each.data for each in values.chosen(said, "")] == ["P", "for all"]
    assert [each.data for each in values.chosen(said, "web")] == ["W", "for all"]


def test_empty_maps_may_come_as_lists() -> None:
    assert values.labels([]) == {}
    assert values.labels({"de_DE": "Farbe", "de_AT": "Farbton", "en_US": "", "fr_FR": None}) == {"de": "Farbe"}


def told(thing: Product | Model, structure: Structure) -> Any:
    return products.change(thing, SHOP, structure, at=shops.NOW)


def product(**facts: Any) -> Product:
    return Product(uuid="u-1", **{"values": {"sku": [Value(data="P-1")]}, **facts})


@pytest.mark.parametrize(
    ("thing", "field"),
    [
        (product(values={}), "identifier"),
        (product(values={"sku": [Value(data=" ")]}), "identifier"),
        (product(values={"sku": [Value(data="P-1")], "colour": [Value(data="red")]}), "values.colour"),
        (product(parent="P-1"), "parent"),
        (product(parent="RING-A"), "parent"),
        (product(parent="GONE"), "parent"),
        (Model(code="RING-A", parent="RING-B"), "parent"),
        (Model(code="SELF", parent="SELF"), "parent"),
    ],
)
def test_what_cannot_be_a_product_is_refused_with_its_field(thing: Product | Model, field: str) -> None:
    models = {"RING-A": Lineage("RING-B", None), "RING-B": Lineage("RING-A", None), "SELF": Lineage("SELF", None), "P-1": Lineage(None, None)}
    structure = Structure(attributes={"sku": SKU}, models={**models, "GONE": None})
    with pytest.raises(Unmappable) as refused:
        told(thing, structure)
    assert refused.value.field == field


def test_of_several_identifiers_the_main_one_counts() -> None:
    other = Attribute(code="erp", type="pim_catalog_identifier")
    thing = product(values={"erp": [Value(data="4711")], "sku": [Value(data="P-1")]})
    assert told(thing, Structure(attributes={"sku": SKU, "erp": other})).products[0].product_id == "P-1"
    assert told(product(identifier="OLD", values={}), Structure()).products[0].product_id == "OLD"
