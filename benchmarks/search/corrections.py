"""Typing errors case by case, as Meilisearch documents its rules: how many errors in words of which length, and what is never mended.

A case is right when the first product found is what was meant or, where nothing may be mended, when the answer says of no correction.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table

from benchmarks.report import Row
from benchmarks.search import ours
from benchmarks.search.judging import Judge
from benchmarks.search.queries import assortment
from hanse.serve.runtime import Runtime

DATA = "typing errors"
STAYS = ""
"""Means that nothing may be mended."""
GRINDERS = "machine:angle_grinder; part:carbon_brushes/angle_grinder; part:switch/angle_grinder; part:guard/angle_grinder; part:bearing/angle_grinder"
COMPRESSORS = (
    "machine:compressor; consumable:Kompressoröl; part:seal_kit/compressor; part:pressure_switch; part:air_filter/compressor; part:safety_valve"
)


@dataclass(frozen=True)
class Case:
    """A query that shows a rule, and the labels of what is meant."""

    rule: str
    query: str
    meant: str
    language: str = "de"


CASES = (
    Case("3 letters, one error: stays", "hsx", STAYS),
    Case("4 letters, one error", "hoze", "part:hose; accessory:Druckluftschlauch; accessory:Druckschlauch flach; accessory:Saugschlauch", "en"),
    Case("4 letters, two errors: stays", "hxze", STAYS, "en"),
    Case("5 letters, one error", "glovs", "garment:gloves", "en"),
    Case("6 letters, one error", "cheeze", "food:Bergkäse zwölf Monate gereift; food:Schafskäse in Kräuteröl; food:Käsestangen", "en"),
    Case("7 letters, one error", "gearvox", "part:gearbox", "en"),
    Case("8 letters, one error", "rieslong", "grape:Riesling"),
    Case("8 letters, two errors", "rieskinf", "grape:Riesling"),
    Case("10 letters, one error", "kompresspr", COMPRESSORS),
    Case("10 letters, two errors", "konpresor", COMPRESSORS),
    Case("15 letters, two errors", "wimkelschleifwr", GRINDERS),
    Case("two words, one error each", "kohlebürstn winkelschlefer", "part:carbon_brushes/angle_grinder"),
    Case("first letter wrong", "tiesling", "grape:Riesling"),
    Case("first letter wrong", "lompressor", COMPRESSORS),
    Case("first letter missing", "ompressor", COMPRESSORS),
    Case("letters swapped", "reisling", "grape:Riesling"),
    Case("letters swapped", "stihcsäge", "machine:jigsaw"),
    Case("first letters swapped", "okmpressor", COMPRESSORS),
    Case("letter doubled", "kompresssor", COMPRESSORS),
    Case("letter missing", "dichtungsatz", "part:seal_kit"),
    Case("error in a part of a compound", "akuschrauber", "machine:cordless_drill"),
    Case("two words joined", "anglegrinder", GRINDERS, "en"),
    Case("two words joined", "kohlebürstenstichsäge", "part:carbon_brushes/jigsaw"),
    Case("two words joined, with an error", "anglegrindr", GRINDERS, "en"),
    Case("one word split", "stich säge", "machine:jigsaw"),
    Case("one word split", "lauf rad", "part:impeller"),
    Case("one word split, with an error", "winter jakce", "garment:thermal"),
    Case("as somebody types", "kompr", COMPRESSORS),
    Case("as somebody types", "ries", "grape:Riesling"),
    Case("as somebody types", "winkelschl", GRINDERS),
    Case("as somebody types, with an error", "winklesch", GRINDERS),
    Case("as somebody types, second word", "kohlebürsten stichs", "part:carbon_brushes/jigsaw"),
    Case("numbers are not mended", "9999001", STAYS),
    Case("numbers are not mended", "nw-9003", STAYS),
    Case("numbers are not mended", "winkelschleifer 127 mm", STAYS),
    Case("words of the shop are not mended", "wind", STAYS),
    Case("umlauts as two letters are no error", "kohlebuersten", "part:carbon_brushes"),
    Case("umlauts without dots are no error", "kohlebursten", "part:carbon_brushes"),
)


async def rows(running: Runtime) -> list[Row]:
    """Try every case."""
    judge = Judge(assortment())
    made = [await _row(running, judge, case) for case in CASES]
    share = sum(row.value for row in made) / len(made)
    return [*made, Row(data=f"{DATA}: all {len(made)}", method=ours.NAME, measure="right", value=share, unit="1", limit="1")]


def show(rows: Sequence[Row]) -> None:
    """Print the cases, one a line."""
    table = Table("rule", "query → mended to → found first", "right", title="Typing errors case by case", title_justify="left")
    for row in rows:
        table.add_row(row.data.partition(": ")[2], row.method[:100], f"{row.value:.2g}")
    if rows:
        Console(width=160).print(table)


async def _row(running: Runtime, judge: Judge, case: Case) -> Row:
    answer = await ours.found(running, case.query, case.language, limit=1)
    mended = answer.correction.query if answer.correction else ""
    first = answer.items[0] if answer.items else None
    is_right = not mended if case.meant == STAYS else first is not None and first.product_id in judge.of(case.meant)
    said = " → ".join(_parts(case.query, mended, first.title if first else "nothing"))
    return Row(data=f"{DATA}: {case.rule}", method=said, measure="right", value=float(is_right), unit="1")


def _parts(query: str, mended: str, title: str) -> Iterator[str]:
    yield f"“{query}”"
    if mended:
        yield f"“{mended}”"
    yield title
