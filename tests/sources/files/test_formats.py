"""Whatever format a file has, the same rows come out of it."""

from __future__ import annotations

import gzip
import io
import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl  # type: ignore[import-untyped]  # it ships no types
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from hanse.sources.files import errors
from tests.sources.conftest import Fetch, Import, Write, findings

COLUMNS = ["Bestellnummer", "Artikelnummer", "Bezeichnung", "Menge", "Bestelldatum", "Einzelpreis", "Kundennummer"]
ROWS: list[list[Any]] = [
    ["A-1", "S1", 'Bohrer "6 mm", Stahl', 2, datetime.fromisoformat("2026-01-31 08:30"), 12.5, 4711],
    ["A-1", "S2", "Dübel; 10 Stück", 10, datetime.fromisoformat("2026-01-31 08:30"), 0.125, 4711],
    ["A-2", "S1", "Zeile\nzwei", -1, datetime.fromisoformat("2026-02-01"), 1234.0, None],
]


def texts() -> list[list[str]]:
    return [["" if cell is None else str(cell) for cell in row] for row in ROWS]


def delimited(separator: str) -> bytes:
    cells = [COLUMNS, *texts()]
    lines = (separator.join('"' + cell.replace('"', '""') + '"' for cell in row) for row in cells)
    return ("\r\n".join(lines) + "\r\n").encode()


def json_lines() -> bytes:
    objects = (dict(zip(COLUMNS, row, strict=True)) for row in ROWS)
    return "\n".join(json.dumps(each, default=str) for each in objects).encode()


def json_array() -> bytes:
    return json.dumps([dict(zip(COLUMNS, row, strict=True)) for row in ROWS], default=str, indent=1).encode()


def parquet(count: int = 3) -> bytes:
    columns = dict(zip(COLUMNS, map(list, zip(*ROWS, strict=True)), strict=True))
    columns["Kundennummer"] = [4711.0, 4711.0, None]
    columns = {name: cells[:count] for name, cells in columns.items()}
    out = io.BytesIO()
    pq.write_table(pa.table(columns), out)
    return out.getvalue()


def workbook(rows: list[list[Any]] | None = None) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in [COLUMNS, *ROWS] if rows is None else rows:
        sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def zstandard(content: bytes) -> bytes:
    out = pa.BufferOutputStream()
    with pa.CompressedOutputStream(out, "zstd") as stream:
        stream.write(content)
    return bytes(out.getvalue())


FILES: dict[str, Callable[[], bytes]] = {
    "comma.csv": lambda: delimited(","),
    "semicolon.csv": lambda: delimited(";"),
    "pipe.txt": lambda: delimited("|"),
    "tab.tsv": lambda: delimited("\t"),
    "said.csv": lambda: b"sep=|\r\n" + delimited("|"),
    "packed.csv.gz": lambda: gzip.compress(delimited(",")),
    "packed.csv.zst": lambda: zstandard(delimited(",")),
    "lines.jsonl": json_lines,
    "packed.jsonl.gz": lambda: gzip.compress(json_lines()),
    "array.json": json_array,
    "table.parquet": parquet,
    "book.xlsx": workbook,
    "wrongly_named.csv": workbook,
    "utf16.csv": lambda: delimited(";").decode().encode("utf-16"),
    "marked.csv": lambda: b"\xef\xbb\xbf" + delimited(";"),
}


async def content(fetch: Fetch) -> list[dict[str, Any]]:
    return await fetch("SELECT message_id, name, user_id, occurred_at, properties FROM events ORDER BY message_id")


@pytest.mark.parametrize("name", FILES)
async def test_all_formats_give_the_same_orders(name: str, import_file: Import, write: Write, fetch: Fetch) -> None:
    reference = await import_file(write("reference.csv", FILES["comma.csv"]()), source="x")
    expected = await content(fetch)
    report = await import_file(write(name, FILES[name]()), source="x")
    assert (reference.loaded, report.loaded, report.known, report.rejected) == (3, 0, 3, 0)
    assert "other content" not in findings(report)
    assert await content(fetch) == expected
    assert [row["user_id"] for row in expected] == ["4711", None]
    assert expected[0]["properties"]["products"][0] == {"product_id": "S1", "name": 'Bohrer "6 mm", Stahl', "price": 12.5, "quantity": 2}


@pytest.mark.parametrize("end", [".json", ".jsonl"])
async def test_orders_may_hold_their_lines(end: str, import_file: Import, write: Write, fetch: Fetch) -> None:
    """Shops' programs give an order as one object with its lines in an array."""
    one = {"id": 5, "name": "#1", "created_at": "2026-01-02T10:00:00Z", "currency": "EUR", "customer_id": 7, "total": "5.00"}
    items = [
        {"id": 91, "sku": "A", "name": "Mug", "quantity": 1, "price": "3.00"},
        {"id": 92, "sku": "B", "name": "Cup", "quantity": "?", "price": "2"},
    ]
    orders = [one | {"line_items": items}, one | {"id": 6, "line_items": []}, one | {"id": 7, "line_items": "none"}]
    text = json.dumps(orders) if end == ".json" else "\n".join(map(json.dumps, orders))
    report = await import_file(write("orders" + end, text))
    assert (report.rows, report.loaded, report.rejected) == (4, 1, 3)
    (row,) = await content(fetch)
    assert (row["message_id"], row["user_id"]) == ("order:import:5", "7")
    assert row["properties"]["products"] == [{"product_id": "A", "name": "Mug", "price": 3.0, "quantity": 1}]
    letters = await fetch("SELECT line, field FROM dead_letters ORDER BY line")
    assert [tuple(letter.values()) for letter in letters] == [(1, "quantity"), (2, "product_id"), (3, "product_id")]


async def test_only_the_named_file_is_read(import_file: Import, write: Write) -> None:
    """Signs that mean many files to a database mean themselves in the name of a file."""
    good = "order_id,sku,qty,price,date\n1,A,1,2.50,2026-01-02\n"
    write("a1.csv", good * 2)
    write("ab.csv", good * 3)
    assert (await import_file(write("a[1].csv", good))).rows == 1
    assert (await import_file(write("a*.csv", good))).rows == 1


async def test_columns_can_be_named(import_file: Import, write: Write) -> None:
    path = write("strange.csv", "a,b,c,d,e\nO1,P1,2,3.50,2026-01-01\n")
    report = await import_file(path, columns={"order_id": "a", "product_id": "b", "quantity": "c", "price": "d", "ordered_at": "E"})
    assert report.made["orders"] == 1


async def test_a_folder_is_read_file_by_file(import_file: Import, write: Write, tmp_path: Path) -> None:
    write("data/README.txt", "Not data.")
    write("data/january.csv.gz", gzip.compress(delimited(",")))
    write("data/sub/february.tsv", delimited("\t").replace(b"A-", b"B-"))
    write("data/.hidden.csv", "x")
    write("data/customers.csv", "Kundennummer\n1\n")
    report = await import_file(tmp_path / "data")
    assert (report.file_name, report.rows, report.loaded) == ("data", 6, 6)
    assert "README.txt was left out: it holds no data." in findings(report)
    assert "customers.csv was left out: customers.csv cannot be read as orders" in findings(report)


async def test_an_order_may_go_on_in_the_next_file(import_file: Import, write: Write, fetch: Fetch, tmp_path: Path) -> None:
    write("data/1.csv", "order_id,sku,qty,price,date\n1,A,1,2.50,2026-01-02\n")
    write("data/2.csv", "order_id;sku;qty;price;date\n1;B;1;2,50;2.1.2026\n1;C;x;2,50;2.1.2026\n")
    report = await import_file(tmp_path / "data")
    (order,) = await content(fetch)
    assert order["properties"]["total"] == 5
    assert report.reject_file is not None
    assert "2.csv,3,quantity" in Path(report.reject_file).read_text(encoding="utf-8")


async def test_only_the_first_filled_sheet_is_read(import_file: Import, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.create_sheet("Orders").append(["order_id", "sku", "qty", "price", "date"])
    book["Orders"].append(["1", "A", 1, 2.5, 46054.5])
    book.create_sheet("Notes").append(["x"])
    book.save(tmp_path / "book.xlsx")
    report = await import_file(tmp_path / "book.xlsx")
    assert report.loaded == 1
    assert findings(report) == "Of book.xlsx only the sheet Orders was read, not Notes."


async def test_lines_of_a_workbook_are_counted_as_excel_counts_them(import_file: Import, fetch: Fetch, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for line, row in ((3, ["order_id", "sku", "qty", "price", "date"]), (5, ["1", "A", "none", 2.5, "2026-01-02"])):
        for column, cell in enumerate(row, 2):
            sheet.cell(line, column, cell)
    book.save(tmp_path / "book.xlsx")
    await import_file(tmp_path / "book.xlsx")
    assert await fetch("SELECT line, field FROM dead_letters") == [{"line": 5, "field": "quantity"}]


REFUSED: dict[str, tuple[bytes, type[errors.FileError], str]] = {
    "empty.csv": (b"", errors.EmptyFile, "empty.csv is empty"),
    "blank.csv": (b"\r\n \n", errors.EmptyFile, "is empty"),
    "header.csv": (b"order_id,sku,qty,price,date\n", errors.EmptyFile, "has a header but no rows"),
    "document.csv": (b"%PDF-1.7\n...", errors.UnreadableFile, "it is a PDF document"),
    "picture.csv": (b"\x89PNG\r\n\x1a\n" + bytes(100), errors.UnreadableFile, "it is a picture"),
    "noise.csv": (bytes(range(1, 32)) * 50, errors.UnreadableFile, "not a text file"),
    "unmarked.csv": (("a,b\n1,2\n" * 10).encode("utf-16-le"), errors.UnreadableFile, "UTF-16"),
    "broken.parquet": (b"PAR1" + bytes(50), errors.UnreadableFile, "its Parquet is broken"),
    "broken.xlsx": (b"PK\x03\x04" + bytes(50), errors.UnreadableFile, "no workbook"),
    "broken.json": (b'[{"a": 1}, {', errors.UnreadableFile, "its JSON is broken"),
    "empty.parquet": (parquet(0), errors.EmptyFile, "has columns but no rows"),
    "empty.json": (b"[ ]", errors.EmptyFile, "has no objects"),
    "empty.xlsx": (workbook([]), errors.EmptyFile, "has no sheet with rows"),
    "header.xlsx": (workbook([[*COLUMNS, None]]), errors.EmptyFile, "has a header but no rows"),
    "wide.csv": (b"a," * 2001 + b"b\n1,2\n", errors.UnreadableFile, "more than 2000 columns"),
    "wide.jsonl": (json.dumps({str(number): 1 for number in range(2001)}).encode(), errors.UnreadableFile, "more than 2000 different keys"),
    "said.csv": (b"sep=;\n", errors.EmptyFile, "is empty"),
    "text.jsonl": (b"hello\nworld\n", errors.UnreadableFile, "none of its lines is a JSON object"),
    "cut.csv.gz": (gzip.compress(b"order_id,sku\n" * 1000)[:-20], errors.UnreadableFile, "damaged or cut off"),
    "empty.csv.gz": (gzip.compress(b""), errors.EmptyFile, "is empty"),
    "page.csv": (b"<!DOCTYPE html><html>", errors.UnreadableFile, "web page"),
}


@pytest.mark.parametrize("name", REFUSED)
async def test_files_without_rows_are_refused_with_the_reason(name: str, import_file: Import, write: Write) -> None:
    content, error, reason = REFUSED[name]
    with pytest.raises(error, match=reason):
        await import_file(write(name, content))


async def test_a_missing_file_is_told(import_file: Import, tmp_path: Path) -> None:
    with pytest.raises(errors.NoSuchFile, match="nowhere"):
        await import_file(tmp_path / "nowhere.csv")


async def test_a_folder_without_data_is_told(import_file: Import, write: Write, tmp_path: Path) -> None:
    write("data/README.txt", "Not data.")
    with pytest.raises(errors.NoDataFile, match=r"README\.txt"):
        await import_file(tmp_path / "data")


async def test_an_unknown_file_is_told_what_it_has_and_what_it_needs(import_file: Import, write: Write) -> None:
    with pytest.raises(errors.UnmappedColumns) as raised:
        await import_file(write("strange.csv", "Beleg-Code,sku,qty,date\n1,2,3,4\n"))
    told = str(raised.value)
    assert "no column was found for order_id, price" in told
    assert "It has the columns Beleg-Code, sku, qty, date." in told
    assert "`--columns order_id=COLUMN,price=COLUMN`" in told
    assert [each.field for each in raised.value.fields] == ["order_id", "price"]


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"columns": {"order_id": "nope"}}, errors.UnknownColumn),
        ({"columns": {"nope": "sku"}}, errors.UnknownField),
        ({"kind": "invoices"}, errors.UnknownKind),
        ({"decimal": ";"}, errors.UnknownOption),
        ({"encoding": "klingon"}, errors.UnknownOption),
        ({"encoding": "base64"}, errors.UnknownOption),
        ({"currency": "EURO"}, errors.UnknownOption),
        ({"language": "Deutsch"}, errors.UnknownOption),
        ({"source": " "}, errors.UnknownOption),
    ],
)
async def test_wrong_options_are_told(options: dict[str, Any], error: type[Exception], import_file: Import, write: Write) -> None:
    with pytest.raises(error):
        await import_file(write("orders.csv", "order_id,sku,qty,price,date\n1,A,1,2.50,2026-01-02\n"), **options)
