"""Product files become the catalog; what they do not say stays as it is."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from hanse.base.database import Connection
from hanse.data import catalog
from hanse.data.catalog import Price, Product
from hanse.sources.source.gtin import has_check_digit
from tests.conftest import NOW
from tests.sources.conftest import Fetch, Import, Write, findings

CONTENT = (
    "Artikelnummer;title_de;Title (EN);Beschreibung;Kategorie_de;Hersteller;EAN;Preis;Bestand;Bild;Link;Vaterartikel;Status;attribute_Farbe;Gewicht (kg);Norm\n"
    "B-1;Bohrer;Drill;Für Stein;Werkzeug > Bohren;Hansa;4006381333931;12,50 €;7 Stk;https://x/1.jpg;https://x/1;B;aktiv;rot;1,5;DIN 338\n"
    "B-2;Bohrer groß;;;;;;1.200,00;;;;;ausgelaufen;;2,25;\n"
)


async def products(fetch: Fetch) -> dict[str, dict[str, Any]]:
    return {row.pop("product_id"): row for row in await fetch("SELECT * FROM products")}


async def test_rows_become_products(import_file: Import, write: Write, fetch: Fetch) -> None:
    report = await import_file(write("products.csv", CONTENT), "products", language="de", source="pim")
    found = await products(fetch)
    assert (report.loaded, report.made, report.findings) == (2, {"products": 2, "changed_products": 0}, [])
    first = found["B-1"]
    assert (first["title"], first["description"]) == ({"de": "Bohrer", "en": "Drill"}, {"de": "Für Stein"})
    assert (first["category"], first["brand"], first["gtin"]) == ({"de": "Werkzeug > Bohren"}, "Hansa", "4006381333931")
    assert (first["url"], first["image_url"], first["parent_id"]) == ("https://x/1", "https://x/1.jpg", "B")
    assert (first["state"], found["B-2"]["state"], first["source"]) == ("active", "discontinued", "pim")
    assert first["attributes"] == {"farbe": {"value": "rot"}, "gewicht": {"value": 1.5, "unit": "kg"}, "norm": {"value": "DIN 338"}}
    prices = await fetch("SELECT product_id, amount_minor, currency FROM prices ORDER BY product_id")
    assert [tuple(row.values()) for row in prices] == [("B-1", 1250, "EUR"), ("B-2", 120000, "EUR")]
    assert [tuple(row.values()) for row in await fetch("SELECT product_id, quantity FROM stock")] == [("B-1", 7)]


async def test_the_second_import_changes_nothing(import_file: Import, write: Write) -> None:
    path = write("products.csv", CONTENT)
    await import_file(path, "products")
    report = await import_file(path, "products")
    assert (report.loaded, report.known, report.made) == (0, 2, {"products": 0, "changed_products": 0})


async def test_what_a_file_does_not_say_stays(import_file: Import, write: Write, fetch: Fetch, connection: Connection) -> None:
    old = Product(product_id="B-1", title={"en": "Drill"}, brand="Hansa", attributes={"norm": {"value": "DIN"}}, state="draft")
    old = msgspec.structs.replace(old, text_origins={"title": {"en": "translated"}})
    await catalog.put_products(connection, [old], source="pim", now=NOW)
    await catalog.put_prices(connection, [Price(product_id="B-1", amount_minor=5, currency="USD")], now=NOW)
    report = await import_file(write("products.csv", "sku,title_de,price,colour\nB-1,Bohrer,3.00,red\n"), "products")
    found = (await products(fetch))["B-1"]
    assert report.made == {"products": 0, "changed_products": 1}
    assert (found["title"], found["brand"], found["state"]) == ({"en": "Drill", "de": "Bohrer"}, "Hansa", "draft")
    assert found["text_origins"] == {"title": {"en": "translated"}}
    assert found["attributes"] == {"norm": {"value": "DIN"}, "colour": {"value": "red"}}
    assert len(await fetch("SELECT currency FROM prices")) == 2


async def test_of_repeated_products_the_last_row_counts(import_file: Import, write: Write, fetch: Fetch) -> None:
    path = write("products.csv", "sku,title\nA,one\nB,two\nA,three\n")
    report = await import_file(path, "products", language="en")
    assert (report.rows, report.loaded) == (3, 3)
    assert (await products(fetch))["A"]["title"] == {"en": "three"}
    assert "1 rows have a product number that comes again later, such as A" in findings(report)
    assert (await import_file(path, "products", language="en")).known == 3


async def test_a_wrong_gtin_is_told_and_kept(import_file: Import, write: Write, fetch: Fetch) -> None:
    report = await import_file(write("products.csv", "sku,ean\nA,4006381333932\nB,4.00638E+12\nC,4006381333931\n"), "products")
    assert "2 GTINs have a wrong check digit or length, such as 4006381333932" in findings(report)
    assert (await products(fetch))["A"]["gtin"] == "4006381333932"


@pytest.mark.parametrize(
    ("gtin", "right"),
    [
        ("4006381333931", True),
        ("036000291452", True),
        ("96385074", True),
        ("10012345678902", True),
        ("4006381333930", False),
        ("12", False),
        ("４", False),
    ],
)
def test_check_digits(gtin: str, right: bool) -> None:  # noqa: FBT001  # a column of the table above
    assert has_check_digit(gtin) is right


async def test_an_unknown_state_is_told(import_file: Import, write: Write, fetch: Fetch) -> None:
    report = await import_file(write("products.csv", "sku,status\nA,neu\nB,Entwurf\n"), "products")
    assert "1 products have an unknown state, such as neu" in findings(report)
    assert {name: row["state"] for name, row in (await products(fetch)).items()} == {"A": "active", "B": "draft"}


async def test_bad_rows_are_refused(import_file: Import, write: Write, fetch: Fetch) -> None:
    report = await import_file(write("products.csv", "sku,price,stock\n,1.00,1\nA,-1.00,1\nB,1.00,many\nC,1.00,0\n"), "products")
    rows = await fetch("SELECT line, kind, field FROM dead_letters ORDER BY line")
    assert [tuple(row.values()) for row in rows] == [(2, "products", "product_id"), (3, "products", "price"), (4, "products", "stock")]
    assert report.loaded == 1


async def test_numbers_among_the_attributes_are_numbers_where_the_whole_column_is(import_file: Import, write: Write, fetch: Fetch) -> None:
    await import_file(write("products.csv", "sku,Spannung [V],code,teeth\nA,18,007,12\nB,12.5,1,x\n"), "products")
    assert (await products(fetch))["A"]["attributes"] == {"spannung": {"value": 18, "unit": "V"}, "code": {"value": "007"}, "teeth": {"value": "12"}}
