"""Numbers, money, dates and units as people and programs write them: decided column by column, and told where unsure."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.conftest import NOW
from tests.sources.conftest import Fetch, Import, Write, findings

DAY = "2026-01-02"


def lines(column: str, cells: list[str], **usual: str) -> str:
    """Return a file with one order a line that differ in one column."""
    row = {"order_id": "", "sku": "A", "qty": "1", "price": "2", "date": DAY} | usual | {column: ""}
    made = ["\t".join(row)]
    made += ["\t".join((row | {"order_id": str(number + 100), column: cell}).values()) for number, cell in enumerate(cells)]
    return "\n".join(made) + "\n"


async def read(fetch: Fetch, field: str) -> list[Any]:
    """Return what became of each row: its value, or why it was refused."""
    rows = await fetch(
        "SELECT properties ->> 'order_id' AS number, (properties -> 'products' -> 0 ->> %s)::numeric AS value, occurred_at, "
        "properties ->> 'currency' AS currency, name FROM events",
        field,
    )
    made = {row["number"]: row["occurred_at"] if field == "date" else row["currency"] if field == "currency" else row["value"] for row in rows}
    refused = await fetch("SELECT payload ->> 'order_id' AS number, reason FROM dead_letters")
    made |= {row["number"]: row["reason"] for row in refused}
    return [made[number] for number in sorted(made)]


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["12,50", "1.234,56 €", "3", "1.000", "0,5", "12,-"], ["12.5", "1234.56", "3", "1000", "0.5", "12"]),
        (["12.50", "1,234.56", "3", "1,000", ".5", "$7"], ["12.5", "1234.56", "3", "1000", "0.5", "7"]),
        (["1'234.50", "12.50 EUR", "EUR 3.00", "£4", "1 000.00", "2.5e-1"], ["1234.5", "12.5", "3", "4", "1000", "0.25"]),
        (["1.234.567,8", "2,50", "1.5"], ["1234567.8", "2.5", "The number does not fit the decimal sign of its column."]),
        (["0.125", "1.250"], ["0.125", "1.25"]),
        (["1.234.567", "1.250"], ["1234567", "1250"]),
        (["2.50", "abc", "", "1.2.3", "--", "12 kg", "1" * 20], ["2.5", *["NaN"] * 6]),
        (["-1.50", "1.50-", "(1.50)", "−1.50"], ["The amount is negative."] * 4),
    ],
)
async def test_amounts_are_read_by_their_column(cells: list[str], expected: list[str], import_file: Import, write: Write, fetch: Fetch) -> None:
    report = await import_file(write("orders.csv", lines("price", cells)))
    found = [str(value.normalize()) if isinstance(value, Decimal) else value for value in await read(fetch, "price")]
    assert report.rows == report.loaded + report.rejected
    wanted = [str(Decimal(value).normalize()) if value[0].isdigit() else value for value in expected]
    assert [value for value, want in zip(found, wanted, strict=True) if want != "NaN"] == [want for want in wanted if want != "NaN"]
    assert report.rejected == sum(not value[0].isdigit() for value in expected)


async def test_each_bad_amount_has_its_reason(import_file: Import, write: Write, fetch: Fetch) -> None:
    await import_file(write("orders.csv", lines("price", ["2.50", "abc", "", "5 kg", "1" * 20, "5 BTC"])))
    assert [value for value in await read(fetch, "price") if isinstance(value, str)] == [
        "This is not a number.",
        "The cell is empty, but it is needed.",
        "The currency is not known.",
        "The number is too big.",
        "The currency is not known.",
    ]


async def test_an_ambiguous_column_is_told(import_file: Import, write: Write, fetch: Fetch) -> None:
    report = await import_file(write("orders.csv", lines("price", ["1.234", "5.678"])))
    assert await read(fetch, "price") == [Decimal("1.234"), Decimal("5.678")]
    (remark,) = report.findings
    assert "can be read in two ways; they were read as one and a fraction" in remark.finding
    assert (remark.rows, remark.example) == (2, "1.234")


async def test_an_ambiguous_column_parted_by_semicolons_is_german(import_file: Import, write: Write, fetch: Fetch) -> None:
    report = await import_file(write("orders.csv", lines("price", ["1.234", "5.678"]).replace("\t", ";")))
    assert await read(fetch, "price") == [1234, 5678]
    assert "they were read as one thousand and more" in findings(report)


async def test_an_ambiguous_column_follows_the_others(import_file: Import, write: Write, fetch: Fetch) -> None:
    report = await import_file(write("orders.csv", lines("qty", ["1.000", "2"], price="2,50")))
    assert await read(fetch, "quantity") == [1000, 2]
    assert "they were read as one thousand and more" in findings(report)


async def test_the_decimal_sign_can_be_given(import_file: Import, write: Write, fetch: Fetch) -> None:
    report = await import_file(write("orders.csv", lines("price", ["1.234", "5.678"])), decimal=",")
    assert await read(fetch, "price") == [1234, 5678]
    assert report.findings == []


async def test_numbers_of_a_workbook_and_texts_among_them_are_both_read(import_file: Import, write: Write, fetch: Fetch) -> None:
    row = {"sku": "A", "qty": 1, "date": DAY}
    objects = (json.dumps(row | {"order_id": number, "price": price}) for number, price in enumerate(("12,50", 0.75)))
    await import_file(write("orders.jsonl", "\n".join(objects)))
    assert await read(fetch, "price") == [Decimal("12.5"), Decimal("0.75")]


async def test_piece_units_are_taken_off_and_others_refused(import_file: Import, write: Write, fetch: Fetch) -> None:
    cells = ["3 Stk", "2 pcs.", "4 Stück", "5x", "1,5 kg", "2 Karton", "1,5", "2,0", "0", "-3 Stk", "x", "9999999999"]
    await import_file(write("orders.csv", lines("qty", cells)))
    assert await read(fetch, "quantity") == [
        *(3, 2, 4, 5),
        "The unit of the quantity is not a piece unit.",
        "The unit of the quantity is not a piece unit.",
        "The quantity is not a whole number of pieces.",
        2,
        "The quantity is zero.",
        3,
        "This is not a number.",
        "The number is too big.",
    ]


async def test_currencies_are_known_by_code_and_sign(import_file: Import, write: Write, fetch: Fetch) -> None:
    await import_file(write("orders.csv", lines("price", ["1 €", "$1", "1 chf", "£ 1", "1 Fr.", "1"])), currency="SEK")
    assert await read(fetch, "currency") == ["EUR", "USD", "CHF", "GBP", "CHF", "SEK"]


async def test_a_currency_column_must_agree_with_the_cells(import_file: Import, write: Write, fetch: Fetch) -> None:
    content = (
        "order_id,sku,qty,price,Währung,date\n1,A,1,€1,EUR,2026-01-02\n2,A,1,€1,USD,2026-01-02\n3,A,1,1,Taler,2026-01-02\n4,A,1,1,chf,2026-01-02\n"
    )
    await import_file(write("orders.csv", content))
    assert await read(fetch, "currency") == ["EUR", "The amount and the currency column name two currencies.", "The currency is not known.", "CHF"]


async def test_the_name_of_a_column_may_say_the_currency(import_file: Import, write: Write, fetch: Fetch) -> None:
    content = "order_id;sku;Menge [Stk];Einzelpreis (CHF);date\n1;A;1;2,50;2026-01-02\n"
    await import_file(write("orders.csv", content))
    assert await read(fetch, "currency") == ["CHF"]


async def test_numbers_that_became_floats_are_ids_again(import_file: Import, write: Write, fetch: Fetch) -> None:
    content = "order_id,sku,qty,price,date,customer id\n1.0,10.0,1,2,2026-01-02,17850.0\n2.0,11.0,1,2,2026-01-02,\n"
    await import_file(write("orders.csv", content))
    rows = await fetch(
        "SELECT properties ->> 'order_id' AS o, properties -> 'products' -> 0 ->> 'product_id' AS p, user_id AS u FROM events ORDER BY 1"
    )
    assert [tuple(row.values()) for row in rows] == [("1", "10", "17850"), ("2", "11", None)]


async def test_ids_that_only_look_so_stay(import_file: Import, write: Write, fetch: Fetch) -> None:
    await import_file(write("orders.csv", lines("sku", ["10.0", "A.0"])))
    rows = await fetch("SELECT product_id FROM products ORDER BY 1")
    assert [row["product_id"] for row in rows] == ["10.0", "A.0"]


LATE = "2025-12-31 23:30"
MOMENT = datetime(2025, 12, 31, 22, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "cell",
    [
        *("2025-12-31 23:30", "2025-12-31T23:30:00", "2025-12-31T22:30:00Z", "2025-12-31 22:30:00+00", "2026-01-01 04:00:00 +05:30"),
        *("31.12.2025 23:30", "31.12.2025, 23:30 Uhr", "31.12.25 23:30:00", "2025/12/31 23:30", "20251231233000", "31.12.2025 11:30 PM"),
        *("31-12-2025 23:30", "31/12/2025 23:30", "12/31/2025 11:30 PM", "12/31/2025 11:30pm", "12/31/25 23:30"),
        *("1767220200", "1767220200000", "1767220200.0", "46022.979166666664", "31 Dec 2025 23:30", "31. Dezember 2025 23:30", "Dec 31, 2025 23:30"),
    ],
)
async def test_dates_are_read_as_they_are_written(cell: str, import_file: Import, write: Write, fetch: Fetch) -> None:
    report = await import_file(write("orders.csv", lines("date", [cell])))
    assert await read(fetch, "date") == [MOMENT]
    assert report.findings == []


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("soon", "This is not a date."),
        ("31.02.2026", "This is not a date."),
        ("2026-13-01", "This is not a date."),
        ("12:30", "This is not a date."),
        ("", "The cell is empty, but it is needed."),
        ("31.12.1989", "The date is before 1990."),
        ("1900-01-01", "The date is before 1990."),
        ((NOW + timedelta(days=2)).isoformat(), "The date is in the future."),
        ("31.12.2099", "The date is in the future."),
    ],
)
async def test_dates_that_cannot_be_are_refused(cell: str, reason: str, import_file: Import, write: Write, fetch: Fetch) -> None:
    await import_file(write("orders.csv", lines("date", [cell])))
    assert await read(fetch, "date") == [reason]


async def test_a_clock_may_be_a_little_ahead(import_file: Import, write: Write, fetch: Fetch) -> None:
    await import_file(write("orders.csv", lines("date", [(NOW + timedelta(hours=20)).isoformat()])))
    assert await read(fetch, "date") == [NOW]


def days(*cells: str) -> Iterator[str]:
    return (f"{cell} 12:00" for cell in cells)


async def test_day_and_month_are_told_apart_by_the_column(import_file: Import, write: Write, fetch: Fetch) -> None:
    report = await import_file(write("orders.csv", lines("date", list(days("1/2/2026", "1/13/2026", "25/1/2026")))))
    assert [str(value)[:10] for value in await read(fetch, "date")] == ["2026-02-01", "This is no", "2026-01-25"]
    await import_file(write("us.csv", lines("date", list(days("1/2/2026", "1/13/2026", "2/14/2026")))), source="us")
    rows = await fetch("SELECT occurred_at FROM events WHERE source = 'us' ORDER BY message_id")
    assert [row["occurred_at"].date().isoformat() for row in rows] == ["2026-01-02", "2026-01-13", "2026-02-14"]
    assert report.findings == []


async def test_a_column_that_could_be_both_is_told(import_file: Import, write: Write, fetch: Fetch) -> None:
    report = await import_file(write("orders.csv", lines("date", list(days("1/2/2026", "3/4/2026", "5/5/2026")))))
    assert [str(value)[:10] for value in await read(fetch, "date")] == ["2026-02-01", "2026-04-03", "2026-05-05"]
    assert findings(report) == "In date day and month cannot be told apart, as in 1/2/2026 12:00; the day was read first."


async def test_missing_and_long_ids_are_refused(import_file: Import, write: Write, fetch: Fetch) -> None:
    content = f"order_id,sku,qty,price,date\n,A,1,2,{DAY}\n2,nan,1,2,{DAY}\n3,{'x' * 201},1,2,{DAY}\n4,{'x' * 200},1,2,{DAY}\n null ,A,1,2,{DAY}\n"
    report = await import_file(write("orders.csv", content))
    rows = await fetch("SELECT line, field, reason FROM dead_letters ORDER BY line")
    assert report.loaded == 1
    assert [tuple(row.values()) for row in rows] == [
        (2, "order_id", "The cell is empty, but it is needed."),
        (3, "product_id", "The cell is empty, but it is needed."),
        (4, "product_id", "The id is longer than 200 characters."),
        (6, "order_id", "The cell is empty, but it is needed."),
    ]
