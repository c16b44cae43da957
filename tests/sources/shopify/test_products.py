"""Products of Shopify: a product with its variants, prices without tax, and stock that is counted."""

from __future__ import annotations

from typing import Any

import pytest

from hanse.sources.shopify import payloads, products
from hanse.sources.source import Change
from hanse.sources.source.batches import decode
from hanse.sources.source.errors import Unmappable
from tests.sources.shops import recorded, shop

VARIANT = {"id": 1, "title": "Default Title", "option1": "Default Title", "price": "10.00", "sku": "A", "inventory_quantity": 3}


def change(settings: dict[str, Any] | None = None, /, **changes: Any) -> Change:
    return products.change(decode(recorded("shopify", "product", **changes), payloads.Product), shop("shopify", **(settings or {})))


def test_a_product_comes_with_its_variants() -> None:
    parent, small, middle, large = change().products

    assert (parent.product_id, parent.parent_id, parent.state) == ("akku-18-v", None, "active")
    assert parent.title == {"de": "Akku 18 V & Ladegerät"}
    assert parent.description == {"de": "Für alle Geräte der Reihe.\n18 V\nmit Ladestand"}
    assert (parent.category, parent.brand, parent.url) == ({"de": "Akkus"}, "Muster", "https://shop.example/products/akku-18-v")
    assert [each.parent_id for each in (small, middle, large)] == ["akku-18-v"] * 3
    assert [each.product_id for each in (small, middle, large)] == ["AKKU-18-4", "44000000000003", "AKKU-18-12"]
    assert small.title == {"de": "Akku 18 V & Ladegerät, 4 Ah"}
    assert small.attributes == {"kapazität": {"value": "4 Ah"}}
    assert (small.gtin, middle.gtin) == ("4006381333931", None)
    assert (small.image_url, middle.image_url) == ("https://cdn.shopify.example/akku-4.jpg", "https://cdn.shopify.example/akku.jpg")


def test_prices_are_net_of_the_tax_that_they_include() -> None:
    assert [each.amount_minor for each in change().prices] == [11900, 19900, 24900]
    assert [each.amount_minor for each in change({"included_tax_percent": "19"}).prices] == [10000, 16723, 20924]
    assert {each.currency for each in change({"currency": "CHF"}).prices} == {"CHF"}


def test_only_stock_that_is_counted_is_told_and_never_below_zero() -> None:
    assert [(each.product_id, each.quantity) for each in change().stock] == [("AKKU-18-4", 12), ("44000000000003", 0)]


def test_a_product_without_variants_is_one_product() -> None:
    found = change(variants=[VARIANT], options=[{"name": "Title"}])
    (product,) = found.products
    assert (product.product_id, product.parent_id, product.attributes) == ("A", None, {})
    assert product.title == {"de": "Akku 18 V & Ladegerät"}


def test_texts_are_in_the_language_of_the_shop() -> None:
    assert change({"language": "fr"}).products[0].title.keys() == {"fr"}


@pytest.mark.parametrize(("status", "state"), [("active", "active"), ("archived", "discontinued"), ("draft", "draft"), ("something new", "active")])
def test_states_have_our_names(status: str, state: str) -> None:
    assert {each.state for each in change(status=status).products} == {state}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"variants": []}, "variants"),
        ({"handle": None}, "handle"),
        ({"variants": [{**VARIANT, "price": "-1"}]}, "variants[0].price"),
        ({"variants": [{**VARIANT, "price": "teuer"}]}, "variants[0].price"),
        ({"variants": [{"title": "x"}]}, "variants[0]"),
    ],
)
def test_what_cannot_be_read_names_its_field(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(Unmappable) as problem:
        change(**changes)
    assert problem.value.field == field
