"""Products of WooCommerce: simple ones, and those with variations, which have what is common from their product."""

from __future__ import annotations

from typing import Any

import pytest

from hanse.sources.source import Change
from hanse.sources.source.batches import decode
from hanse.sources.source.errors import Unmappable
from hanse.sources.woocommerce import payloads, products
from tests.sources.shops import NOW, recorded, shop


def product(name: str = "product", /, **changes: Any) -> payloads.Product:
    return decode(recorded("woocommerce", name, **changes), payloads.Product)


def simple(settings: dict[str, Any] | None = None, /, **changes: Any) -> Change:
    whole = {"type": "simple", "variations": [], "price": "119.00", "manage_stock": True, "stock_quantity": 4, **changes}
    return products.change(product(**whole), shop("woocommerce", **(settings or {})))


def test_a_product_with_variations_has_no_price_and_no_stock_of_its_own() -> None:
    found = products.change(product(), shop("woocommerce"))
    (parent,) = found.products
    assert (parent.product_id, parent.parent_id, parent.state) == ("AKKU-18", None, "active")
    assert parent.title == {"de": "Akku 18 V – Serie"}
    assert parent.description == {"de": "Für alle Geräte der Reihe."}
    assert (parent.category, parent.brand) == ({"de": "Akkus & Ladegeräte"}, "Muster")
    assert parent.attributes == {"spannung": {"value": "18 V"}}
    assert (found.prices, found.stock) == ((), ())


def test_a_variation_has_the_rest_from_its_product() -> None:
    found = products.variation(product("variation"), product(), shop("woocommerce", included_tax_percent="19"))
    (made,) = found.products
    assert (made.product_id, made.parent_id, made.state) == ("AKKU-18-4", "AKKU-18", "active")
    assert made.title == {"de": "Akku 18 V – Serie, 4 Ah"}
    assert made.description == {"de": "Für alle Geräte der Reihe."}
    assert made.attributes == {"spannung": {"value": "18 V"}, "kapazität": {"value": "4 Ah"}}
    assert (made.gtin, made.image_url, made.brand) == ("4006381333931", "https://shop.example/akku-4.jpg", "Muster")
    assert (found.prices[0].amount_minor, found.stock[0].quantity) == (10000, 12)
    assert found.resource_id == "95"


def test_a_variation_of_a_product_that_is_off_is_off() -> None:
    found = products.variation(product("variation"), product(status="draft"), shop("woocommerce"))
    assert found.products[0].state == "draft"


@pytest.mark.parametrize(
    ("status", "state"), [("publish", "active"), ("trash", "discontinued"), ("draft", "draft"), ("pending", "draft"), ("private", "draft")]
)
def test_states_have_our_names(status: str, state: str) -> None:
    assert simple(status=status).products[0].state == state


def test_prices_may_be_missing_and_stock_uncounted() -> None:
    assert simple().prices[0].amount_minor == 11900
    assert simple({"included_tax_percent": "19"}).prices[0].amount_minor == 10000
    assert simple(price="").prices == simple(price=None).prices == ()
    assert [each.quantity for each in simple(stock_quantity=-2).stock] == [0]
    assert simple(manage_stock=False).stock == simple(manage_stock="parent").stock == simple(stock_quantity=None).stock == ()


def test_plug_ins_say_the_language() -> None:
    assert simple(lang="en_GB").products[0].title.keys() == {"en"}


def test_without_a_number_of_its_own_a_product_has_its_id() -> None:
    assert simple(sku="").products[0].product_id == "93"


def test_its_version_is_its_last_change_or_the_moment_it_came_back() -> None:
    assert simple().changed_at.isoformat() == "2026-06-14T10:00:00+00:00"
    assert products.change(product(), shop("woocommerce"), at=NOW).changed_at == NOW


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"id": "x"}, "id"),
        ({"status": None}, "status"),
        ({"price": "teuer"}, "price"),
        ({"price": "-1"}, "price"),
        ({"date_modified_gmt": "", "date_created_gmt": None}, "date_modified_gmt"),
    ],
)
def test_what_cannot_be_read_names_its_field(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(Unmappable) as problem:
        simple(**changes)
    assert problem.value.field == field
