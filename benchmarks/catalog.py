"""Import of a BMEcat with planted faults: seconds, peak memory, and whether exactly the planted faults are found, each at its line.

PATH may be a number instead: how many products the file has (100000 where it is left out). The file is written here, from a seed. It is
imported and applied; then a newer one with some prices changed is imported, applied and undone. At the end the catalog is written out in each
format, by a process of its own; the BMEcat of it is read back strictly, and nothing may be wrong with it.
"""

from __future__ import annotations

import asyncio
import random
import resource
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO

from benchmarks import scratch, writing
from benchmarks.report import SEED, Row
from hanse.base.config import Settings
from hanse.base.database import Connection
from hanse.data import catalog, revisions
from hanse.data.catalog import Product
from hanse.data.revisions import reading
from hanse.data.revisions.applying import Decision
from hanse.serve import runtime
from hanse.serve.runtime import Runtime
from hanse.sources import feeds
from hanse.sources.feeds import FeedRequest, ProposedImport
from hanse.sources.source.gtin import check_digit

PRODUCTS = 100_000
EACH = 25
"""How often each kind of fault is planted."""
CATEGORIES = 2_000
CHANGED_SHARE = 0.02
JUMPING_SHARE = 0.002
MOST_SECONDS, MOST_MEGABYTES = 60, 400
OTHER_SOURCE = "other"

Fault = tuple[str, int | None, str | None]
"""Kind of finding, line and product."""


@dataclass
class Sheet:
    """A file that is being written, which knows on which line it is, and what was planted in it."""

    out: TextIO
    line: int = 1
    planted: list[Fault] = field(default_factory=list)

    def write(self, text: str, fault: str | None = None, product_id: str | None = None) -> int:
        """Write one line; return its number."""
        self.out.write(text + "\n")
        if fault:
            self.planted.append((fault, self.line, product_id))
        self.line += 1
        return self.line - 1


@dataclass
class Plan:
    """Which product gets which fault, and which prices change in the newer file."""

    products: int
    rng: random.Random
    faults: dict[int, str] = field(default_factory=dict)
    changed: dict[int, float] = field(default_factory=dict)
    """Factor of the price in the newer file."""

    def __post_init__(self) -> None:
        """Choose; no product gets two faults, and those with faults keep their price."""
        kinds = [kind for kind in KINDS for _ in range(EACH)]
        places = self.rng.sample(range(10, self.products), min(len(kinds), self.products // 2))
        self.faults = dict(zip(places, kinds, strict=False))
        free = [each for each in range(self.products) if each not in self.faults]
        for number in self.rng.sample(free, int(CHANGED_SHARE * self.products)):
            self.changed[number] = 1.05
        for number in self.rng.sample(sorted(self.changed), int(JUMPING_SHARE * self.products)):
            self.changed[number] = self.rng.choice((0.5, 1.6))


PRICES: Mapping[str, tuple[str, str]] = {
    "wrong_amount": ("<PRICE_AMOUNT>auf Anfrage</PRICE_AMOUNT>", "net_list"),
    "decimal_comma": ("<PRICE_AMOUNT>12,50</PRICE_AMOUNT>", "net_list"),
    "wrong_factor": ("<PRICE_AMOUNT>12.50</PRICE_AMOUNT><PRICE_FACTOR>0</PRICE_FACTOR>", "net_list"),
    "odd_factor": ("<PRICE_AMOUNT>12.50</PRICE_AMOUNT><PRICE_FACTOR>100</PRICE_FACTOR>", "net_list"),
    "wrong_currency": ("<PRICE_AMOUNT>12.50</PRICE_AMOUNT><PRICE_CURRENCY>EURO</PRICE_CURRENCY>", "net_list"),
    "wrong_quantity": ("<PRICE_AMOUNT>12.50</PRICE_AMOUNT><LOWER_BOUND>-3</LOWER_BOUND>", "net_list"),
    "price_too_small": ("<PRICE_AMOUNT>0.001</PRICE_AMOUNT>", "net_list"),
    "price_rounded": ("<PRICE_AMOUNT>0.014</PRICE_AMOUNT>", "net_list"),
    "wrong_tax": ("<PRICE_AMOUNT>12.50</PRICE_AMOUNT><TAX>voll</TAX>", "gros_list"),
    "tax_percent": ("<PRICE_AMOUNT>12.50</PRICE_AMOUNT><TAX>19</TAX>", "gros_list"),
    "no_tax": ("<PRICE_AMOUNT>12.50</PRICE_AMOUNT>", "gros_list"),
    "no_buyer": ("<PRICE_AMOUNT>12.50</PRICE_AMOUNT>", "net_customer"),
    "unknown_price_type": ("<PRICE_AMOUNT>12.50</PRICE_AMOUNT>", "hauspreis"),
}
REFERENCES: Mapping[str, tuple[str, str, str]] = {
    "unknown_related": ("sparepart", "", "NOWHERE-{number}"),
    "related_to_itself": ("similar", "", "{product_id}"),
    "wrong_relation_quantity": ("consists_of", ' quantity="viele"', "P-0000001"),
    "stray_relation": ("accessory", "", "P-0000002"),
    "unknown_relation": ("SUPPLIER_SPECIFIC", "", "P-0000003"),
    "relation_not_kept": ("others", "", "P-0000004"),
    "unknown_parent": ("base_product", "", "NOWHERE-{number}"),
    "cyclic_variants": ("base_product", "", "{twin}"),
}
KINDS = (
    *PRICES,
    *REFERENCES,
    *("wrong_gtin", "html", "script", "no_title", "no_product_id", "long_product_id", "duplicate_product", "other_source", "unknown_mode"),
    *("wrong_validity", "wrong_date", "price_twice", "unsafe_address", "unknown_category", "entity"),
)


def write(path: Path, products: int, *, newer: bool = False) -> list[Fault]:
    """Write a BMEcat 2005 of so many products; return the faults planted in it."""
    plan = Plan(products, random.Random(SEED))
    with path.open("w", encoding="utf-8") as out:
        sheet = Sheet(out)
        _head(sheet)
        _tree(sheet)
        for number in range(products):
            _product(sheet, plan, number, newer=newer)
        for number in range(products):
            _placement(sheet, plan, number)
        group = _group_id(1)
        _map(sheet, "NOWHERE", group, "unplaced_product")
        sheet.write("</T_NEW_CATALOG>")
        sheet.write("</BMECAT>")
    return sheet.planted


def _head(sheet: Sheet) -> None:
    for line in (
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<BMECAT version="2005" xmlns="http://www.bmecat.org/bmecat/2005fd">',
        "<HEADER><CATALOG><LANGUAGE>deu</LANGUAGE><LANGUAGE>eng</LANGUAGE><CATALOG_ID>GEN</CATALOG_ID><CATALOG_VERSION>001.000</CATALOG_VERSION>",
        "<CURRENCY>EUR</CURRENCY><MIME_ROOT>https://media.example/</MIME_ROOT></CATALOG>",
        "<SUPPLIER><SUPPLIER_NAME>Generated</SUPPLIER_NAME></SUPPLIER></HEADER>",
        "<T_NEW_CATALOG>",
        "<CATALOG_GROUP_SYSTEM>",
    ):
        sheet.write(line)


def _group_id(number: int) -> str:
    return f"G{number:05}"


def _tree(sheet: Sheet) -> None:
    _group(sheet, "ROOT", "Katalog", "0", "root")
    for number in range(CATEGORIES):
        parent = _group_id(number // 12) if number >= 12 else "ROOT"
        _group(sheet, _group_id(number), f"Kategorie {number}", parent)
    _group(sheet, "ROUND1", "Rund", "ROUND2", fault="cyclic_categories")
    _group(sheet, "ROUND2", "Herum", "ROUND1")
    _group(sheet, _group_id(5), "Noch einmal", "ROOT", fault="category_twice")
    sheet.write("</CATALOG_GROUP_SYSTEM>")


def _group(sheet: Sheet, group_id: str, name: str, parent: str, kind: str = "node", *, fault: str | None = None) -> None:
    inside = f"<GROUP_ID>{group_id}</GROUP_ID><GROUP_NAME>{name}</GROUP_NAME><PARENT_ID>{parent}</PARENT_ID>"
    sheet.write(f'<CATALOG_STRUCTURE type="{kind}">{inside}</CATALOG_STRUCTURE>', fault)


def _product_id(number: int) -> str:
    return f"P-{number:07}"


def _product(sheet: Sheet, plan: Plan, number: int, *, newer: bool) -> None:
    fault, product_id = plan.faults.get(number), _product_id(number)
    if fault == "no_product_id":
        sheet.write("<PRODUCT><SUPPLIER_PID></SUPPLIER_PID></PRODUCT>", fault)
        return
    if fault == "long_product_id":
        long = product_id * 30
        sheet.write(f"<PRODUCT><SUPPLIER_PID>{long}</SUPPLIER_PID></PRODUCT>", fault, long[:200])
        return
    if fault == "duplicate_product":
        sheet.write(
            f"<PRODUCT><SUPPLIER_PID>{product_id}</SUPPLIER_PID><PRODUCT_DETAILS><DESCRIPTION_SHORT>Alt</DESCRIPTION_SHORT></PRODUCT_DETAILS></PRODUCT>",
            fault,
            product_id,
        )
    if fault == "cyclic_variants":
        _twin(sheet, product_id)
    here = fault if fault in {"other_source", "unknown_mode"} else None
    sheet.write(f'<PRODUCT mode="{"neu" if fault == "unknown_mode" else "new"}"><SUPPLIER_PID>{product_id}</SUPPLIER_PID>', here, product_id)
    _details(sheet, number, product_id, fault)
    _features(sheet, number)
    sheet.write(
        "<PRODUCT_ORDER_DETAILS><ORDER_UNIT>C62</ORDER_UNIT><NO_CU_PER_OU>1</NO_CU_PER_OU><PRICE_QUANTITY>1</PRICE_QUANTITY></PRODUCT_ORDER_DETAILS>"
    )
    _prices(sheet, plan, number, fault, newer=newer)
    _media(sheet, product_id, fault)
    _references(sheet, plan, number, fault)
    sheet.write("</PRODUCT>")


def _twin(sheet: Sheet, product_id: str) -> None:
    """Write a product before one that is a variant of it; this one, a variant of the other, comes first and is told."""
    twin = f"{product_id}-T"
    sheet.write(f"<PRODUCT><SUPPLIER_PID>{twin}</SUPPLIER_PID><PRODUCT_DETAILS><DESCRIPTION_SHORT>Zwilling</DESCRIPTION_SHORT></PRODUCT_DETAILS>")
    inside = f'<PRODUCT_REFERENCE type="base_product"><PROD_ID_TO>{product_id}</PROD_ID_TO></PRODUCT_REFERENCE></PRODUCT>'
    sheet.write(inside, "cyclic_variants", twin)


def _details(sheet: Sheet, number: int, product_id: str, fault: str | None) -> None:
    sheet.write("<PRODUCT_DETAILS>", fault if fault == "no_title" else None, product_id)
    if fault != "no_title":
        odd = {"html": "&lt;b&gt;Bohrer&lt;/b&gt;", "script": "Bohrer&lt;script&gt;x()&lt;/script&gt;", "entity": f"Bohrer &fremd{number};"}
        titled = odd.get(fault or "", f"Bohrer {number % 997} Modell {number}")
        told = fault if fault in odd else None
        sheet.write(f'<DESCRIPTION_SHORT lang="deu">{titled}</DESCRIPTION_SHORT>', told, None if fault == "entity" else product_id)
        sheet.write(f'<DESCRIPTION_SHORT lang="eng">Drill {number % 997} model {number}</DESCRIPTION_SHORT>')
    sheet.write(
        f'<DESCRIPTION_LONG lang="deu">Für Holz, Stahl und Stein. Ausführung {number % 31}, geprüft und lieferbar ab Lager.</DESCRIPTION_LONG>'
    )
    twelve = f"40{number:010}"
    gtin = f"{twelve}{(check_digit(twelve) + (fault == 'wrong_gtin')) % 10}"
    sheet.write(f'<INTERNATIONAL_PID type="gtin">{gtin}</INTERNATIONAL_PID>', "wrong_gtin" if fault == "wrong_gtin" else None, product_id)
    sheet.write(f"<MANUFACTURER_PID>M{number}</MANUFACTURER_PID><MANUFACTURER_NAME>Marke {number % 400}</MANUFACTURER_NAME>")
    sheet.write(f"<DELIVERY_TIME>{number % 9}</DELIVERY_TIME><KEYWORD>Bohren</KEYWORD><KEYWORD>Werkstatt</KEYWORD>")
    sheet.write("</PRODUCT_DETAILS>")


def _features(sheet: Sheet, number: int) -> None:
    sheet.write("<PRODUCT_FEATURES><REFERENCE_FEATURE_SYSTEM_NAME>ETIM-8.0</REFERENCE_FEATURE_SYSTEM_NAME>")
    sheet.write(f"<REFERENCE_FEATURE_GROUP_ID>EC{number % 3000:06}</REFERENCE_FEATURE_GROUP_ID>")
    for each in range(8):
        value = f"EV{(number + each) % 900000:06}" if each % 3 == 0 else str((number * (each + 1)) % 400)
        sheet.write(f"<FEATURE><FNAME>EF{each + number % 50:06}</FNAME><FVALUE>{value}</FVALUE><FUNIT>EU570448</FUNIT></FEATURE>")
    sheet.write("</PRODUCT_FEATURES>")


def _prices(sheet: Sheet, plan: Plan, number: int, fault: str | None, *, newer: bool) -> None:
    product_id = _product_id(number)
    opening = "<PRODUCT_PRICE_DETAILS>"
    start, end = ("2026-12-31", "2026-01-01") if fault == "wrong_validity" else ("2026-01-01", "gestern" if fault == "wrong_date" else "2099-12-31")
    sheet.write(opening, "wrong_validity" if fault == "wrong_validity" else None, product_id)
    sheet.write(f'<DATETIME type="valid_start_date"><DATE>{start}</DATE></DATETIME>')
    told = "wrong_date" if fault == "wrong_date" else None
    sheet.write(f'<DATETIME type="valid_end_date"><DATE>{end}</DATE></DATETIME>', told, product_id)
    cents = 500 + (number * 7919) % 100_000
    factor = plan.changed.get(number, 1.0) if newer else 1.0
    for bound, share in ((1, 1.0), (10, 0.9), (100, 0.8)):
        amount = f"{round(cents * share * factor) / 100:.2f}"
        said = f"<PRICE_AMOUNT>{amount}</PRICE_AMOUNT><PRICE_CURRENCY>EUR</PRICE_CURRENCY><TAX>0.19</TAX><LOWER_BOUND>{bound}</LOWER_BOUND>"
        jump = newer and factor not in {1.0, 1.05}
        sheet.write(f'<PRODUCT_PRICE price_type="net_list">{said}</PRODUCT_PRICE>', "price_jump" if jump else None, product_id)
        if fault == "price_twice" and bound == 10:
            sheet.write(f'<PRODUCT_PRICE price_type="net_list">{said}</PRODUCT_PRICE>', fault, product_id)
    if fault is not None and fault in PRICES:
        inside, kind = PRICES[fault]
        scale = "" if "LOWER_BOUND" in inside else "<LOWER_BOUND>5000</LOWER_BOUND>"
        sheet.write(f'<PRODUCT_PRICE price_type="{kind}">{inside}{scale}</PRODUCT_PRICE>', fault, product_id)
    sheet.write("</PRODUCT_PRICE_DETAILS>")


def _media(sheet: Sheet, product_id: str, fault: str | None) -> None:
    picture = "javascript:alert(1)" if fault == "unsafe_address" else f"img/{product_id}.jpg"
    sheet.write("<MIME_INFO>")
    for kind, source, purpose in (("image/jpeg", picture, "normal"), ("application/pdf", f"pdf/{product_id}.pdf", "data_sheet")):
        told = fault if fault == "unsafe_address" and purpose == "normal" else None
        inside = f"<MIME_TYPE>{kind}</MIME_TYPE><MIME_SOURCE>{source}</MIME_SOURCE><MIME_PURPOSE>{purpose}</MIME_PURPOSE>"
        sheet.write(f"<MIME>{inside}</MIME>", told, product_id)
    sheet.write("</MIME_INFO>")


def _references(sheet: Sheet, plan: Plan, number: int, fault: str | None) -> None:
    product_id = _product_id(number)
    for kind, step in (("sparepart", 1), ("similar", 5)):
        target = next(each for each in range(number + step, number + 10_000) if plan.faults.get(each % plan.products) not in LEFT_OUT) % plan.products
        sheet.write(f'<PRODUCT_REFERENCE type="{kind}" quantity="1"><PROD_ID_TO>{_product_id(target)}</PROD_ID_TO></PRODUCT_REFERENCE>')
    if fault is not None and fault in REFERENCES:
        kind, more, target_id = REFERENCES[fault]
        named = target_id.format(number=number, product_id=product_id, twin=f"{product_id}-T")
        told = None if fault == "cyclic_variants" else fault
        sheet.write(f'<PRODUCT_REFERENCE type="{kind}"{more}><PROD_ID_TO>{named}</PROD_ID_TO></PRODUCT_REFERENCE>', told, product_id)


LEFT_OUT = frozenset({"no_product_id", "long_product_id"})


def _placement(sheet: Sheet, plan: Plan, number: int) -> None:
    fault = plan.faults.get(number)
    if fault not in LEFT_OUT:
        wrong = fault == "unknown_category"
        _map(
            sheet,
            _product_id(number),
            "NOWHERE" if wrong else _group_id(12 + number % (CATEGORIES - 12)),
            fault if wrong else None,
            _product_id(number),
        )


def _map(sheet: Sheet, product_id: str, group_id: str, fault: str | None, told_of: str | None = None) -> None:
    inside = f"<PROD_ID>{product_id}</PROD_ID><CATALOG_GROUP_ID>{group_id}</CATALOG_GROUP_ID>"
    sheet.write(f"<PRODUCT_TO_CATALOGGROUP_MAP>{inside}</PRODUCT_TO_CATALOGGROUP_MAP>", fault, told_of)


def measure(paths: list[Path]) -> list[Row]:
    """Write the files, import them, and compare what is found with what was planted."""
    products = int(paths[0].name) if paths else PRODUCTS
    with tempfile.TemporaryDirectory() as folder, scratch.home() as (settings, conninfo):
        first, second = Path(folder, "catalog.xml"), Path(folder, "newer.xml")
        planted, planted_again = write(first, products), write(second, products, newer=True)
        megabytes = first.stat().st_size / 1e6
        done = asyncio.run(_run(settings, conninfo, (first, second), _owned(products)))
        written = [row for form in writing.FORMATS for row in writing.measure(form, settings.home, conninfo, Path(folder))]
    data = f"{products:,} products, {megabytes:.0f} MB"
    rows = [
        Row(data=data, method="import", measure="time", value=done["import"], unit="s", limit=f"< {MOST_SECONDS}"),
        Row(data=data, method="import", measure="peak memory", value=done["memory"], unit="MB", limit=f"< {MOST_MEGABYTES}"),
        Row(data=data, method="apply", measure="time", value=done["apply"], unit="s"),
        Row(data=data, method="import of a newer one", measure="time", value=done["import again"], unit="s"),
        Row(data=data, method="import of a newer one", measure="changed", value=done["changed"], unit="products"),
        Row(data=data, method="apply the newer one", measure="time", value=done["apply again"], unit="s"),
        Row(data=data, method="undo the newer one", measure="time", value=done["undo"], unit="s"),
        Row(data=data, method="undo the newer one", measure="kept", value=done["kept"], unit="products", limit="0"),
    ]
    for name, wanted in (("findings", planted), ("findings again", planted_again)):
        rows += _compared(data, name, Counter(wanted), Counter(done[name]))
    return rows + written


def _owned(products: int) -> list[str]:
    plan = Plan(products, random.Random(SEED))
    return [_product_id(number) for number, fault in plan.faults.items() if fault == "other_source"]


def _compared(data: str, method: str, wanted: Counter[Fault], found: Counter[Fault]) -> Iterator[Row]:
    for fault in sorted(wanted - found, key=str)[:5]:
        print(f"{method}: planted and not found: {fault}")
    for fault in sorted(found - wanted, key=str)[:5]:
        print(f"{method}: found and not planted: {fault}")
    yield Row(data=data, method=method, measure="planted", value=wanted.total(), unit="faults")
    yield Row(data=data, method=method, measure="not found", value=(wanted - found).total(), unit="faults", limit="0")
    yield Row(data=data, method=method, measure="not planted", value=(found - wanted).total(), unit="faults", limit="0")


async def _run(settings: Settings, conninfo: str, files: tuple[Path, Path], owned: list[str]) -> dict[str, Any]:
    async with runtime.started(settings, conninfo) as running:
        async with running.context() as context:
            connection = await context.connection()
            others = (Product(product_id=each, title={"de": "anderes"}) for each in owned)
            await catalog.put_products(connection, others, source=OTHER_SOURCE, now=context.clock.now())
        first, seconds = await _import(running, files[0])
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        applied = await _decide(running, first, undo=False)
        second, seconds_again = await _import(running, files[1])
        applied_again = await _decide(running, second, undo=False)
        undone = await _decide(running, second, undo=True)
        async with running.context() as context:
            connection = await context.connection()
            found = {"findings": await _found(connection, first), "findings again": await _found(connection, second)}
            kept = (await reading.revision(connection, second.revision_id)).counts["kept"]
    times = {"import": seconds, "import again": seconds_again, "apply": applied, "apply again": applied_again, "undo": undone}
    return {**times, **found, "memory": memory, "changed": second.counts["changed"], "kept": kept}


async def _import(running: Runtime, path: Path) -> tuple[ProposedImport, float]:
    begin = time.perf_counter()
    async with running.context() as context:
        found = await feeds.propose(context, FeedRequest(path=str(path)))
    return found, time.perf_counter() - begin


async def _decide(running: Runtime, proposed: ProposedImport, *, undo: bool) -> float:
    begin = time.perf_counter()
    async with running.context() as context:
        decision = Decision("benchmark", context.clock.now())
        decide = revisions.undo if undo else revisions.apply
        await decide(await context.connection(), proposed.revision_id, decision, context.progress)
    return time.perf_counter() - begin


async def _found(connection: Connection, proposed: ProposedImport) -> list[Fault]:
    cursor = await connection.execute("SELECT code, line, product_id FROM catalog_findings WHERE revision_id = %s", (proposed.revision_id,))
    return [(row["code"], row["line"], row["product_id"]) for row in await cursor.fetchall()]
