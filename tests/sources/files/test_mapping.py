"""Columns are known by what systems and people call them."""

from __future__ import annotations

import pytest

from hanse.sources.files import KINDS
from hanse.sources.files.checking import mapping

SYSTEMS = {
    "UCI": (
        "orders",
        "InvoiceNo StockCode Description Quantity InvoiceDate UnitPrice CustomerID Country",
        "order_id product_id name quantity ordered_at price customer_id country",
    ),
    "JTL": (
        "orders",
        "Auftragsnummer Artikelnummer Artikelname Anzahl Erstelldatum VK-Netto Kundennummer Land",
        "order_id product_id name quantity ordered_at price customer_id country",
    ),
    "Shopware": (
        "orders",
        "orderNumber orderDateTime productNumber label quantity unitPrice customerNumber currency",
        "order_id ordered_at product_id name quantity price customer_id currency",
    ),
    "German with punctuation": (
        "orders",
        "Bestell-Nr. Art.-Nr. STÜCKZAHL Stueckpreis Bestelldatum Kd.-Nr. Waehrung",
        "order_id product_id quantity price ordered_at customer_id currency",
    ),
    "Google Merchant feed": (
        "products",
        "id title description product_type brand gtin price image_link link item_group_id",
        "product_id title description category brand gtin price image_url url parent_id",
    ),
    "Shopify products": (
        "products",
        "Handle|Title|Body (HTML)|Vendor|Variant SKU|Variant Price|Variant Barcode|Variant Inventory Qty|Image Src|Status",
        "parent_id title description brand product_id price gtin stock image_url state",
    ),
    "Shopify customers": (
        "customers",
        "First Name|Last Name|Email|Company|Address1|City|Country Code|Zip|Phone",
        "first_name last_name email company street city country postal_code phone",
    ),
}
WOOCOMMERCE = ["Order Number", "Order Date", "SKU", "Item Name", "Quantity", "Item Cost", "Customer User ID", "Email (Billing)"]


@pytest.mark.parametrize("system", SYSTEMS)
def test_known_systems_are_understood(system: str) -> None:
    kind, headers, fields = SYSTEMS[system]
    names = headers.split("|") if "|" in headers else headers.split()
    found = mapping.propose(KINDS[kind], names, {}, file="x")
    assert found.columns == dict(zip(fields.split(), names, strict=True))
    assert found.others == []
    assert KINDS[kind].missing(found.columns) == []


def test_woocommerce_orders_are_understood() -> None:
    found = mapping.propose(KINDS["orders"], WOOCOMMERCE, {}, file="x")
    assert set(found.columns) == {"order_id", "ordered_at", "product_id", "name", "quantity", "price", "customer_id", "email"}


def test_the_surer_name_wins() -> None:
    found = mapping.propose(KINDS["orders"], ["item", "sku", "Preis", "UnitPrice"], {}, file="x")
    assert (found.columns["product_id"], found.columns["price"], found.others) == ("sku", "UnitPrice", ["item", "Preis"])


def test_a_field_can_be_left_without_a_column() -> None:
    found = mapping.propose(KINDS["orders"], ["sku", "name"], {"name": ""}, file="x")
    assert (found.columns, found.others) == ({"product_id": "sku"}, ["name"])


@pytest.mark.parametrize("header", ["title_de", "Title-DE", "Titel (de)", "Bezeichnung Deutsch", "title.de", "title_de-DE"])
def test_languages_stand_at_the_end_of_names(header: str) -> None:
    assert mapping.propose(KINDS["products"], [header], {}, file="x").columns == {"title_de": header}


@pytest.mark.parametrize(("header", "currency"), [("Preis (EUR)", "EUR"), ("Preis in €", "EUR"), ("price USD", "USD"), ("UnitPrice [GBP]", "GBP")])
def test_currencies_may_stand_in_names(header: str, currency: str) -> None:
    found = mapping.propose(KINDS["orders"], [header], {}, file="x")
    assert (found.columns, found.currency) == ({"price": header}, currency)


def test_a_quantity_in_kilograms_is_no_quantity() -> None:
    assert mapping.propose(KINDS["orders"], ["Menge (kg)"], {}, file="x").columns == {}


@pytest.mark.parametrize("kind", KINDS)
def test_no_name_means_two_fields(kind: str) -> None:
    names = [(mapping.key(alias), field.name) for field in KINDS[kind].fields for alias in (field.name, *field.aliases)]
    fields = {name: {field for other, field in names if other == name} for name, _ in names}
    assert {name: found for name, found in fields.items() if len(found) > 1} == {}


@pytest.mark.parametrize("kind", KINDS)
def test_every_field_is_described(kind: str) -> None:
    assert all(field.description.endswith(".") for field in KINDS[kind].fields)
    assert all(KINDS[kind].field(name) for form in KINDS[kind].forms for name in form)
