"""Products of Shopware: texts in all languages, net prices in all currencies, variants with what they inherit."""

from __future__ import annotations

from typing import Any

import pytest

from hanse.sources.shopware import payloads, products
from hanse.sources.shopware.products import Names
from hanse.sources.source import Change
from hanse.sources.source.batches import decode
from hanse.sources.source.errors import Unmappable
from tests.sources.shops import NOW, recorded, shop

NAMES = Names(
    languages={"2fbb5fe2e29a4d70aa5854ce7ce3e20b": "de", "9d185b6a82224319a326a0aed4f80d0a": "en"},
    currencies={"b7d2554b0ce847cd82f3ac9bd1c0dfca": "EUR", "00000000000000000000000000000001": "CHF"},
    numbers={"aa4734591e8d40308e0b9480523ba100": "AKKU-18"},
)


def change(**changes: Any) -> Change:
    return products.change(decode(recorded("shopware", "product", **changes), payloads.Product), shop("shopware"), NAMES, at=NOW)


def test_a_variant_comes_with_texts_parent_and_attributes() -> None:
    (product,) = change().products
    assert (product.product_id, product.parent_id, product.state) == ("AKKU-18-4", "AKKU-18", "active")
    assert product.title == {"de": "Akku 18 V, 4 Ah", "en": "18 V battery, 4 Ah"}
    assert product.description == {"de": "Für alle Geräte der Reihe.", "en": "For all tools of the range."}
    assert product.category == {"de": "Zubehör > Akkus"}
    assert product.attributes == {"farbe": {"value": "rot, schwarz"}, "kapazität": {"value": "4 Ah"}}
    assert (product.brand, product.gtin, product.image_url) == ("Muster", "4006381333931", "https://shop.example/media/akku.jpg")


def test_prices_are_the_net_ones_of_each_known_currency() -> None:
    assert [(each.amount_minor, each.currency) for each in change().prices] == [(10000, "EUR"), (9750, "CHF")]


def test_stock_is_what_is_left_to_sell() -> None:
    assert change().stock[0].quantity == 12
    assert change(availableStock=None).stock[0].quantity == 14
    assert change(availableStock=-3).stock[0].quantity == 0
    assert change(availableStock=None, stock=None).stock == ()


def test_a_product_that_is_switched_off_is_discontinued() -> None:
    assert change(active=False).products[0].state == "discontinued"
    assert change(active=None).products[0].state == "active"


def test_what_was_not_loaded_is_left_out() -> None:
    nothing = dict.fromkeys(("translations", "manufacturer", "options", "properties", "categories", "cover", "price", "parentId"))
    (product,) = change(**nothing, translated=[], name="Akku").products
    assert (product.title, product.brand, product.attributes, product.category) == ({"de": "Akku"}, None, {}, {})


def test_its_version_is_its_last_change() -> None:
    assert change().changed_at.isoformat() == "2026-06-14T10:00:00.123000+00:00"
    assert change(updatedAt=None).changed_at.year == 2025
    assert change(updatedAt=None, createdAt=None).changed_at == NOW


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"productNumber": ""}, "productNumber"),
        ({"id": None}, "id"),
        ({"price": [{"currencyId": "b7d2554b0ce847cd82f3ac9bd1c0dfca", "net": -1}]}, "price[0].net"),
        ({"price": [{"net": 1}]}, "price[0]"),
    ],
)
def test_what_cannot_be_read_names_its_field(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(Unmappable) as problem:
        change(**changes)
    assert problem.value.field == field
