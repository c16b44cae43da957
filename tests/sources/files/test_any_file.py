"""Whatever the cells of a file hold: no row is lost, and nothing breaks."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hanse.base.context import Context
from hanse.sources.files import ImportRequest, load
from tests.sources.conftest import Fetch

COLUMNS = {
    "orders": ["order_id", "sku", "name", "qty", "price", "currency", "date", "customer id", "email", "country"],
    "products": ["sku", "title_de", "price", "currency", "stock", "ean", "status", "weight (kg)"],
    "customers": ["customer id", "email", "phone", "first name", "company", "date of birth", "created at"],
}
LIKELY = st.sampled_from(
    ["1", "2", "A", "12,50", "1.234,56 €", "3 Stk", "-1", "2026-01-02", "1.2.2026", "1/13/26", "1e5", "EUR", "", "nan", '"', "a@b.de", "99999.5"]
)
NUMBERS = st.from_regex(r"[-+(]?[€$]? ?[0-9.,' ]{1,25}[%)-]? ?[A-Za-z€.]{0,4}", fullmatch=True)
DATES = st.from_regex(
    r"[0-9]{1,4}[-./ ][0-9A-Za-z]{1,4}[-./ ][0-9]{1,4}([T ][0-9]{1,2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?( ?[AaPp][Mm])?(Z|[+-][0-9:]{2,5})?)?",
    fullmatch=True,
)
CELLS = st.one_of(LIKELY, NUMBERS, DATES, st.text(max_size=20), st.integers().map(str), st.floats().map(str))
NEVER_SLOW = settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def rows(kind: str) -> st.SearchStrategy[list[list[str]]]:
    return st.lists(st.lists(CELLS, min_size=len(COLUMNS[kind]), max_size=len(COLUMNS[kind])), min_size=1, max_size=12)


async def kept(context: Context, path: Path, kind: str, count: int) -> None:
    report = await load(context, ImportRequest(path=str(path), kind=kind))
    assert report.rows == count
    assert report.loaded + report.known + report.rejected == count
    again = await load(context, ImportRequest(path=str(path), kind=kind))
    assert (again.loaded, again.known, again.rejected) == (0, report.loaded + report.known, report.rejected)


@pytest.mark.parametrize("kind", COLUMNS)
@NEVER_SLOW
@given(data=st.data())
async def test_rows_in_are_rows_loaded_and_rows_rejected(kind: str, data: st.DataObject, context: Context, tmp_path: Path) -> None:
    cells = data.draw(rows(kind))
    path = tmp_path / "any.csv"
    with path.open("w", encoding="utf-8", errors="replace", newline="") as out:
        csv.writer(out, delimiter=";", quoting=csv.QUOTE_ALL).writerows([COLUMNS[kind], *cells])
    await kept(context, path, kind, len(cells))


@NEVER_SLOW
@given(cells=rows("orders"))
async def test_rows_of_json_too(cells: list[list[str]], context: Context, tmp_path: Path) -> None:
    path = tmp_path / "any.jsonl"
    lines = (json.dumps(dict(zip(COLUMNS["orders"], row, strict=True)), ensure_ascii=False).encode("utf-8", "replace") for row in cells)
    path.write_bytes(b"\n".join(lines))
    await kept(context, path, "orders", len(cells))


@NEVER_SLOW
@given(content=st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from('",;\n\r\t'), max_size=300))
async def test_text_of_any_shape_loses_no_line(content: str, context: Context, tmp_path: Path, fetch: Fetch) -> None:
    path = tmp_path / "any.csv"
    good = "1,A,1,2.50,2026-01-02\n"
    path.write_text("order_id,sku,qty,price,date\n" + good + content + "\n" + good.replace("1,A", "2,A"), encoding="utf-8", newline="")
    report = await load(context, ImportRequest(path=str(path), kind="orders"))
    assert report.rows == report.loaded + report.known + report.rejected
    found = {row["order_id"] for row in await fetch("SELECT properties ->> 'order_id' AS order_id FROM events")}
    assert {"1", "2"} <= found
