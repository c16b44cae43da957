"""Order lines become orders and returns in the log, once, with the products and customers they name."""

from __future__ import annotations

import csv
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hanse.base.database import Connection
from hanse.data import catalog
from hanse.data.catalog import Product
from tests.conftest import NOW
from tests.sources.conftest import Fetch, Import, Write, findings

HEAD = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"
LINES = (
    "536365,85123A,WHITE HANGING HEART,6,2010-12-01 08:26:00,2.55,17850.0,United Kingdom\n"
    "536365,71053,WHITE METAL LANTERN,6,2010-12-01 08:26:00,3.39,17850.0,United Kingdom\n"
    "536366,85123A,WHITE HANGING HEART,2,2010-12-02 09:00:00,2.75,,Germany\n"
    "C536379,85123A,WHITE HANGING HEART,-1,2010-12-03 09:41:00,2.55,17850.0,United Kingdom\n"
)


async def orders(fetch: Fetch) -> dict[str, dict[str, Any]]:
    rows = await fetch("SELECT message_id, name, user_id, profile_id, source, occurred_at, properties FROM events ORDER BY message_id")
    return {row["message_id"]: row for row in rows}


async def test_lines_become_orders_with_their_products(import_file: Import, write: Write, fetch: Fetch) -> None:
    report = await import_file(write("orders.csv", HEAD + LINES), currency="GBP", source="uci")
    found = await orders(fetch)
    assert (report.rows, report.loaded, report.known, report.rejected) == (4, 4, 0, 0)
    assert report.made == {"orders": 2, "refunds": 1, "products": 2, "profiles": 1}
    assert list(found) == ["order:uci:536365", "order:uci:536366", "refund:uci:C536379"]
    first = found["order:uci:536365"]
    assert (first["name"], first["user_id"], first["source"]) == ("Order Completed", "17850", "uci")
    assert first["properties"] == {
        "order_id": "536365",
        "currency": "GBP",
        "total": 35.64,
        "revenue": 35.64,
        "country": "United Kingdom",
        "products": [
            {"product_id": "85123A", "name": "WHITE HANGING HEART", "price": 2.55, "quantity": 6},
            {"product_id": "71053", "name": "WHITE METAL LANTERN", "price": 3.39, "quantity": 6},
        ],
    }


async def test_times_without_a_zone_are_local(import_file: Import, write: Write, fetch: Fetch) -> None:
    await import_file(write("orders.csv", HEAD + LINES))
    found = await orders(fetch)
    assert found["order:import:536365"]["occurred_at"] == datetime(2010, 12, 1, 7, 26, tzinfo=UTC)


async def test_a_return_is_a_refund_with_positive_quantities(import_file: Import, write: Write, fetch: Fetch) -> None:
    await import_file(write("orders.csv", HEAD + LINES))
    refund = (await orders(fetch))["refund:import:C536379"]
    assert refund["name"] == "Order Refunded"
    assert (refund["properties"]["total"], refund["properties"]["products"][0]["quantity"]) == (2.55, 1)


async def test_a_negative_line_of_an_order_is_its_refund(import_file: Import, write: Write, fetch: Fetch) -> None:
    content = "Bestellnummer;Artikelnummer;Menge;Einzelpreis;Bestelldatum\n7;A;2;10,00;01.02.2026\n7;B;-1;4,00;01.02.2026\n"
    report = await import_file(write("orders.csv", content))
    found = await orders(fetch)
    assert report.made == {"orders": 1, "refunds": 1, "products": 2, "profiles": 0}
    assert found["order:import:7"]["properties"]["total"] == 20
    assert found["refund:import:7"]["properties"]["products"] == [{"product_id": "B", "price": 4.0, "quantity": 1}]


async def test_a_cancellation_with_a_positive_quantity_is_a_return_too(import_file: Import, write: Write, fetch: Fetch) -> None:
    content = HEAD + LINES + "C536379,71053,WHITE METAL LANTERN,2,2010-12-03 09:41:00,3.39,17850.0,United Kingdom\n"
    report = await import_file(write("orders.csv", content))
    assert "1 lines of cancellations" in findings(report)
    assert (await orders(fetch))["refund:import:C536379"]["properties"]["total"] == 9.33


async def test_ids_that_begin_with_c_are_orders_where_they_are_not_cancellations(import_file: Import, write: Write) -> None:
    report = await import_file(write("orders.csv", "order_id,sku,qty,price,date\nC1,A,1,2.50,2026-01-02\nC2,A,1,2.50,2026-01-02\n"))
    assert report.made["orders"] == 2


async def test_the_second_import_adds_nothing(import_file: Import, write: Write, fetch: Fetch) -> None:
    path = write("orders.csv", HEAD + LINES + "536367,85123A,HEART,0,2010-12-01,1.00,,\n")
    first = await import_file(path)
    counts = "SELECT (SELECT count(*) FROM events) AS e, (SELECT count(*) FROM products) AS p, (SELECT count(*) FROM profiles) AS c, "
    counts += "(SELECT count(*) FROM prices) AS r, (SELECT count(*) FROM dead_letters) AS d"
    before = await fetch(counts)
    second = await import_file(path)
    assert (first.loaded, first.rejected) == (4, 1)
    assert (second.loaded, second.known, second.rejected) == (0, 4, 1)
    assert await fetch(counts) == before
    assert "other content" not in findings(second)


async def test_known_orders_with_other_content_are_told_and_kept(import_file: Import, write: Write, fetch: Fetch) -> None:
    await import_file(write("orders.csv", HEAD + LINES))
    report = await import_file(write("orders.csv", HEAD + LINES.replace("Germany", "France")))
    assert "1 orders were known with other content" in findings(report)
    assert [each.example for each in report.findings] == ["536366"]
    assert (await orders(fetch))["order:import:536366"]["properties"]["country"] == "Germany"


async def test_sources_keep_their_orders_apart(import_file: Import, write: Write) -> None:
    path = write("orders.csv", HEAD + LINES)
    await import_file(path, source="shop")
    assert (await import_file(path, source="till")).loaded == 4


async def test_new_products_get_their_usual_name_and_latest_price(import_file: Import, write: Write, fetch: Fetch) -> None:
    content = (
        "order_id,sku,product name,qty,price,date\n1,A,Hammer,1,10.00,2026-01-01\n2,A,hammer old,1,12.00,2026-03-01\n"
        "3,A,Hammer,1,11.00,2026-02-01\n4,A,Hammer,1,0.00,2026-04-01\n"
    )
    await import_file(write("orders.csv", content), language="en")
    assert await fetch("SELECT product_id, title, state FROM products") == [{"product_id": "A", "title": {"en": "Hammer"}, "state": "active"}]
    assert await fetch("SELECT price_list, amount_minor, currency FROM prices") == [{"price_list": "list", "amount_minor": 1200, "currency": "EUR"}]


async def test_known_products_stay_as_they_are(import_file: Import, write: Write, fetch: Fetch, connection: Connection) -> None:
    await catalog.put_products(connection, [Product(product_id="85123A", title={"de": "Herz"})], source="pim", now=NOW)
    report = await import_file(write("orders.csv", HEAD + LINES))
    assert report.made["products"] == 1
    rows = await fetch("SELECT product_id, title, source FROM products ORDER BY product_id")
    assert rows == [
        {"product_id": "71053", "title": {"und": "WHITE METAL LANTERN"}, "source": "import"},
        {"product_id": "85123A", "title": {"de": "Herz"}, "source": "pim"},
    ]


async def test_an_order_without_a_customer_has_no_profile(import_file: Import, write: Write, fetch: Fetch) -> None:
    await import_file(write("orders.csv", HEAD + LINES))
    found = await orders(fetch)
    assert found["order:import:536366"]["profile_id"] is None
    assert found["order:import:536365"]["profile_id"] == found["refund:import:C536379"]["profile_id"] is not None


async def test_new_customers_get_their_country(import_file: Import, write: Write, fetch: Fetch) -> None:
    await import_file(write("orders.csv", HEAD + LINES))
    assert await fetch("SELECT profile_traits(ARRAY[profile_id]) AS traits FROM profiles") == [{"traits": {"address": {"country": "United Kingdom"}}}]


async def test_an_email_alone_finds_and_makes_customers(import_file: Import, write: Write, fetch: Fetch) -> None:
    content = "order_id,sku,qty,price,date,customer no,e-mail\n1,A,1,2.00,2026-01-01,,Ann@Example.org\n2,A,1,2.00,2026-01-02,77,ann@example.org\n"
    report = await import_file(write("orders.csv", content))
    found = await orders(fetch)
    assert report.made["profiles"] == 1
    assert len({found["order:import:1"]["profile_id"], found["order:import:2"]["profile_id"]} - {None}) == 2
    assert len(await fetch("SELECT 1 FROM profiles WHERE merged_into IS NULL")) == 1
    rows = await fetch("SELECT kind, value FROM identities ORDER BY kind")
    assert rows == [{"kind": "email", "value": "ann@example.org"}, {"kind": "user_id", "value": "77"}]


async def test_a_wrong_email_costs_no_order(import_file: Import, write: Write, fetch: Fetch) -> None:
    report = await import_file(write("orders.csv", "order_id,sku,qty,price,date,email\n1,A,1,2.00,2026-01-01,ann at home\n"))
    assert findings(report) == "1 e-mail addresses in email are none, such as that on line 2; they were left out."
    assert (await orders(fetch))["order:import:1"]["profile_id"] is None


async def test_what_stands_on_the_first_line_holds_for_the_order(import_file: Import, write: Write, fetch: Fetch) -> None:
    """Shopify writes the date, the currency and the customer on the first line of an order only."""
    content = (
        "Name,Email,Currency,Created at,Lineitem quantity,Lineitem name,Lineitem price,Lineitem sku,Billing Country,Total\n"
        "#1001,a@example.org,CHF,2026-01-05 10:15:30 +0100,1,Mug,9.90,MUG,CH,14.80\n"
        "#1001,,,,1,Spoon,4.90,SPOON,,\n"
    )
    report = await import_file(write("shopify.csv", content))
    order = (await orders(fetch))["order:import:#1001"]
    assert (report.loaded, report.rejected) == (2, 0)
    assert order["occurred_at"] == datetime(2026, 1, 5, 9, 15, 30, tzinfo=UTC)
    assert (order["properties"]["currency"], order["properties"]["total"], order["properties"]["country"]) == ("CHF", 14.8, "CH")
    assert [each["name"] for each in order["properties"]["products"]] == ["Mug", "Spoon"]
    assert "The column Total is not used" in findings(report)


async def test_an_order_has_one_currency(import_file: Import, write: Write, fetch: Fetch) -> None:
    content = "order_id,sku,qty,price,date\n1,A,1,€ 2.00,2026-01-01\n1,B,1,$3.00,2026-01-01\n2,B,1,3.00 USD,2026-01-01\n3,A,1,1.00,2026-01-01\n"
    report = await import_file(write("orders.csv", content), currency="GBP")
    found = await orders(fetch)
    assert [found[f"order:import:{number}"]["properties"]["currency"] for number in (1, 2, 3)] == ["EUR", "USD", "GBP"]
    assert report.rejected == 1
    letters = await fetch("SELECT line, field, reason FROM dead_letters")
    assert letters == [{"line": 3, "field": "currency", "reason": "The currency is another one than that of the order."}]


async def test_totals_follow_the_decimals_of_their_currency(import_file: Import, write: Write, fetch: Fetch) -> None:
    content = "order_id,sku,qty,price,currency,date\n1,A,3,0.335,EUR,2026-01-01\n2,A,3,100.4,JPY,2026-01-01\n3,A,1,1.2345,BHD,2026-01-01\n"
    await import_file(write("orders.csv", content))
    found = await orders(fetch)
    assert [row["properties"]["total"] for row in found.values()] == [1.01, 301, 1.235]


async def test_a_file_of_totals_makes_orders_without_products(import_file: Import, write: Write, fetch: Fetch) -> None:
    content = "Auftragsnummer;Auftragsdatum;Kundennummer;Gesamtbetrag\nA1;03.04.2026;K1;1.200,50 €\nA2;04.04.2026;K1;-20,00 €\n"
    report = await import_file(write("orders.csv", content))
    found = await orders(fetch)
    assert report.made == {"orders": 1, "refunds": 1, "profiles": 1, "products": 0}
    assert found["order:import:A1"]["properties"] == {"order_id": "A1", "currency": "EUR", "total": 1200.5, "revenue": 1200.5, "products": []}
    assert found["refund:import:A2"]["properties"]["total"] == 20


async def test_unused_columns_are_told(import_file: Import, write: Write) -> None:
    content = "order_id,sku,qty,price,date,Lieferart,\n1,A,1,2.50,2026-01-02,DHL,\n"
    report = await import_file(write("orders.csv", content))
    assert findings(report) == "The column Lieferart is not used: orders have no such field."


async def test_progress_says_what_happens(import_file: Import, write: Write, context: Any) -> None:
    told: list[tuple[float, str]] = []

    async def progress(score: float, note: str) -> None:
        told.append((score, note))

    context.progress = progress
    await import_file(write("orders.csv", HEAD + LINES))
    assert [score for score, _ in told] == sorted(score for score, _ in told)
    assert [note for _, note in told] == [
        "reading orders.csv",
        "checking 4 rows",
        "sorting 4 rows",
        "writing orders 3 of 3",
        "loaded 4 of 4 rows",
    ]


async def test_unusable_rows_go_to_a_file_that_excel_opens_and_that_can_be_imported_again(import_file: Import, write: Write, fetch: Fetch) -> None:
    content = HEAD + LINES + '536370,21724,"PANDA, ""small""",zwölf,2010-12-01 08:45:00,0.85,12583.0,France\n'
    report = await import_file(write("orders.csv", content))
    assert report.reject_file is not None
    rejected = Path(report.reject_file)
    assert rejected.read_bytes().startswith(b"\xef\xbb\xbf")
    with rejected.open(encoding="utf-8-sig", newline="") as file:
        (row,) = csv.DictReader(file)
    assert (row["Description"], row["Quantity"], row["line"], row["field"]) == ('PANDA, "small"', "zwölf", "6", "quantity")
    assert (row["reason"], row["remedy"]) == ("This is not a number.", "Write it in digits, such as 12.50 or 12,50.")
    rejected.write_text(rejected.read_text(encoding="utf-8-sig").replace("zwölf", "12"), encoding="utf-8-sig")
    again = await import_file(rejected)
    assert (again.loaded, again.rejected, findings(again)) == (1, 0, "")
    assert "order:import:536370" in await orders(fetch)
