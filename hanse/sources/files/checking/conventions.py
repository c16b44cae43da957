"""How the columns of a file write numbers and dates: decided once a column from all its cells, never cell by cell."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from hanse.sources.files.schemas import Finding, finding
from hanse.sources.files.workspace import Workspace, cells

THOUSANDS = (
    "The numbers in {column}, such as {example}, can be read in two ways; they were read as one thousand and more. Give the decimal sign if "
    "that is wrong."
)
FRACTIONS = (
    "The numbers in {column}, such as {example}, can be read in two ways; they were read as one and a fraction. Give the decimal sign if that "
    "is wrong."
)


@dataclass
class Conventions:
    """How each field of a file is written."""

    decimal: dict[str, str] = field(default_factory=dict)
    """Decimal sign by field."""
    day_first: dict[str, bool] = field(default_factory=dict)
    """Whether 1/2/2026 is the first of February, by field."""
    whole: dict[str, bool] = field(default_factory=dict)
    """Whether all ids of a field end in ".0", as programs write them that took them for numbers."""

    def told(self, columns: dict[str, str]) -> dict[str, Any]:
        """Return what is kept of an import: column and conventions by field."""
        facts = {name: {"column": column} for name, column in columns.items()}
        for convention, values in (("decimal", self.decimal), ("day_first", self.day_first), ("whole", self.whole)):
            for name, value in values.items():
                facts.setdefault(name, {})[convention] = value  # type: ignore[assignment]  # texts and truth values
        return facts


def heard(told: dict[str, Any]) -> tuple[dict[str, str], Conventions]:
    """Return columns and conventions from what `told` kept."""
    found = Conventions()
    for name, facts in told.items():
        for convention in ("decimal", "day_first", "whole"):
            if convention in facts:
                getattr(found, convention)[name] = facts[convention]
    return {name: facts["column"] for name, facts in told.items() if "column" in facts}, found


@dataclass(frozen=True)
class Evidence:
    """What the cells of a column show: rows for one reading, rows for the other, rows that fit both."""

    first: int
    second: int
    either: int
    example: str


def decide_decimals(
    workspace: Workspace, tables: dict[str, str], columns: dict[str, str], *, given: str | None, separator: str
) -> tuple[dict[str, str], list[Finding]]:
    """Decide the decimal sign of each column of numbers.

    The sign that more rows show; without any proof that of the file's other columns; without that the comma in files parted
    by semicolons (as programs part them where the comma is the decimal sign), else the point.
    """
    if given:
        return dict.fromkeys(tables, given), []
    found = {name: _decimal_evidence(workspace, table) for name, table in tables.items()}
    commas = sum(each.first for each in found.values())
    points = sum(each.second for each in found.values())
    usual = ("," if commas > points else ".") if commas or points else ("," if separator == ";" else ".")
    decided = {name: _more(each, ",", ".", usual) for name, each in found.items()}
    findings = [remark for name, each in found.items() for remark in _decimal_findings(columns[name], each, decided[name])]
    return decided, findings


def decide_day_first(workspace: Workspace, table: str, column: str) -> tuple[bool, list[Finding]]:
    """Decide whether the day stands before the month in dates with slashes or dashes: as more rows show, else day first."""
    each = _date_evidence(workspace, table)
    if each.either and not each.first and not each.second:
        text = "In {column} day and month cannot be told apart, as in {example}; the day was read first."
        return True, [finding(text, rows=each.either, example=each.example, column=column)]
    return each.first >= each.second, []


def all_whole(workspace: Workspace, given: str, name: str) -> bool:
    """Return whether all ids of a column are whole numbers that end in ".0"."""
    some = workspace.one(cells["all_whole"], given=given, field=name, top="LIMIT 1000")
    return bool(some[0]) and bool(workspace.one(cells["all_whole"], given=given, field=name, top="")[0])


def _more(evidence: Evidence, first: str, second: str, usual: str) -> str:
    if evidence.first == evidence.second:
        return usual
    return first if evidence.first > evidence.second else second


def _decimal_evidence(workspace: Workspace, table: str) -> Evidence:
    """Count the rows that show a comma, a point, or either: "1.234" is one thousand or one and a bit."""
    return Evidence(*workspace.one(cells["decimal_evidence"], cells=table))


def _date_evidence(workspace: Workspace, table: str) -> Evidence:
    """Count the rows that show the day first (13/1/2026), the month first (1/13/2026), or either."""
    return Evidence(*workspace.one(cells["date_evidence"], cells=table))


def _decimal_findings(column: str, evidence: Evidence, sign: str) -> list[Finding]:
    if not evidence.either or evidence.first or evidence.second:
        return []
    thousands = (sign == ",") == ("." in evidence.example)
    return [finding(THOUSANDS if thousands else FRACTIONS, rows=evidence.either, example=evidence.example, column=column)]
