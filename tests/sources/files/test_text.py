"""Text files of any encoding and with any slip in them: what can be read is read, the rest is told."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sources.conftest import Fetch, Import, Write, findings

HEAD = "order_id,sku,name,qty,price,date\n"


async def names(fetch: Fetch) -> list[str]:
    rows = await fetch("SELECT properties -> 'products' -> 0 ->> 'name' AS name FROM events ORDER BY message_id")
    return [row["name"] for row in rows]


async def letters(fetch: Fetch) -> list[dict[str, Any]]:
    return await fetch("SELECT line, field, reason, payload FROM dead_letters ORDER BY line")


@pytest.mark.parametrize("encoding", ["cp1252", "latin-1", "utf-8", "utf-8-sig", "utf-16"])
async def test_umlauts_are_right_in_any_encoding(encoding: str, import_file: Import, write: Write, fetch: Fetch) -> None:
    content = HEAD + "1,A,Käse für Müßiggänger,1,2.50,2026-01-02\n"
    report = await import_file(write("orders.csv", content.encode(encoding)))
    assert await names(fetch) == ["Käse für Müßiggänger"]
    told = {"cp1252": "Windows-1252", "latin-1": "Windows-1252", "utf-16": "UTF-16"}.get(encoding)
    assert findings(report) == (f"orders.csv was read as {told}{' (Latin-1)' if told != 'UTF-16' else ''}." if told else "")


async def test_euro_signs_and_dashes_of_windows_are_read(import_file: Import, write: Write, fetch: Fetch) -> None:
    content = HEAD + "1,A,Gerät – „neu“,1,2.50 €,2026-01-02\n"
    await import_file(write("orders.csv", content.encode("cp1252")))
    assert await names(fetch) == ["Gerät – „neu“"]


async def test_an_encoding_can_be_given(import_file: Import, write: Write, fetch: Fetch) -> None:
    await import_file(write("orders.csv", (HEAD + "1,A,Łódź,1,2.50,2026-01-02\n").encode("iso8859-2")), encoding="latin2")
    assert await names(fetch) == ["Łódź"]


async def test_broken_utf8_costs_characters_not_rows(import_file: Import, write: Write, fetch: Fetch) -> None:
    content = (HEAD + "1,A,Käse,1,2.50,2026-01-02\n").encode() + b"2,B,K\xc3se\xff,1,2.50,2026-01-02\n" + "3,C,Würste,1,2.50,2026-01-02\n".encode()
    report = await import_file(write("orders.csv", content))
    assert await names(fetch) == ["Käse", "K\ufffdse\ufffd", "Würste"]
    (remark,) = report.findings
    assert (remark.rows, remark.example) == (1, "line 3")
    assert "replaced by \ufffd" in remark.finding


async def test_nul_characters_are_replaced(import_file: Import, write: Write, fetch: Fetch) -> None:
    await import_file(write("orders.csv", (HEAD + "1,A,a\0b,1,2.50,2026-01-02\n").encode()))
    await import_file(write("orders.jsonl", '{"order_id": "2\\u0000", "sku": "B", "name": "c\\u0000d", "qty": 1, "price": 2, "date": "2026-01-02"}'))
    assert await names(fetch) == ["a\ufffdb", "c\ufffdd"]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
async def test_lines_may_end_in_any_way(end: str, import_file: Import, write: Write) -> None:
    content = (HEAD + "1,A,x,1,2.50,2026-01-02\n2,A,x,zero,2.50,2026-01-02\n\n\n").replace("\n", end)
    report = await import_file(write("orders.csv", content))
    assert (report.rows, report.loaded, report.rejected) == (2, 1, 1)


async def test_lines_are_counted_through_blank_and_long_records(import_file: Import, write: Write, fetch: Fetch) -> None:
    content = HEAD + '1,A,"two\nlines",1,2.50,2026-01-02\n\n2,A,x,?,2.50,2026-01-02\n'
    report = await import_file(write("orders.csv", content))
    assert (report.rows, report.loaded) == (2, 1)
    assert [letter["line"] for letter in await letters(fetch)] == [5]


async def test_short_rows_are_filled_up_and_long_ones_refused(import_file: Import, write: Write, fetch: Fetch) -> None:
    content = "order_id,sku,qty,price,date,name\n1,A,1,2.50,2026-01-02\n2,A,1,2.50,2026-01-02,Mug,blue,large\n3,A,1,2.50,2026-01-02,x,,\n4,A\n"
    report = await import_file(write("orders.csv", content))
    assert (report.loaded, report.rejected) == (2, 2)
    long, short = await letters(fetch)
    assert (long["line"], long["reason"], long["payload"]["(rest)"]) == (3, "The row has more cells than the header.", "blue | large")
    assert (short["line"], short["field"]) == (5, "quantity")


async def test_a_quotation_mark_that_never_closes_costs_one_row(import_file: Import, write: Write, fetch: Fetch) -> None:
    good = "".join(f"{number},A,x,1,2.50,2026-01-02\n" for number in range(300))
    content = HEAD + '"a,b\n' + good + 'b,A,5" pipe,1,2.50,2026-01-02\n' + 'c,A,"6"" pipe",1,2.50,2026-01-02\nd,A,"7" pipe,1,2.50,2026-01-02\n'
    report = await import_file(write("orders.csv", content))
    assert (report.rows, report.loaded) == (304, 303)
    assert [(letter["line"], letter["reason"]) for letter in await letters(fetch)] == [(2, "A quotation mark opens and never closes.")]
    assert (await names(fetch))[-3:] == ['5" pipe', '6" pipe', "7 pipe"]


async def test_a_broken_line_of_json_costs_only_itself(import_file: Import, write: Write, fetch: Fetch) -> None:
    good = '{"order_id": 1, "sku": "A", "qty": 1, "price": 2.5, "date": "2026-01-02"}\n'
    report = await import_file(write("orders.jsonl", good + '{"order_id": 2,\n\n[1]\n' + good.replace("1,", "3,", 1)))
    assert (report.rows, report.loaded) == (4, 2)
    assert [(letter["line"], letter["payload"]["(rest)"]) for letter in await letters(fetch)] == [(2, '{"order_id": 2,'), (4, "[1]")]


async def test_columns_may_have_any_name(import_file: Import, write: Write) -> None:
    content = 'order_id,sku,qty,price,date,,sku,"a ""b"" c; DROP TABLE x","<raw>"\n1,A,1,2.50,2026-01-02,x,y,z,w\n'
    report = await import_file(write("orders.csv", content))
    told = findings(report)
    assert report.loaded == 1
    assert all(f"The column {name} is not used" in told for name in ("column 6", "sku_2", 'a "b" c; DROP TABLE x', "<raw>"))


async def test_keys_of_json_may_have_any_name(import_file: Import, write: Write) -> None:
    content = '{"order_id": 1, "sku": "A", "qty": 1, "price": 2.5, "date": "2026-01-02", "a/b~c": 1, "x.y": {"z": 1}, "\'q\\"": 1, "": 2}\n'
    report = await import_file(write("orders.jsonl", content))
    assert report.loaded == 1
    assert "The column a/b~c is not used" in findings(report)


async def test_very_long_cells_are_read(import_file: Import, write: Write, fetch: Fetch) -> None:
    long = "x" * 3_000_000
    await import_file(write("orders.csv", HEAD + f'1,A,"{long}",1,2.50,2026-01-02\n'))
    assert [len(name) for name in await names(fetch)] == [3_000_000]
