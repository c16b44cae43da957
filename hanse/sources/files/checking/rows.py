"""Checked rows: the cells of a raw table as values of their fields' types, or with the first thing that is wrong with them.

Columns that repeat (amounts, dates, pieces) are read once for each different cell and joined back, which is what makes
half a million rows a matter of a second.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from hanse.data.profiles import keys
from hanse.sources.files.checking import conventions
from hanse.sources.files.checking.conventions import Conventions
from hanse.sources.files.checking.mapping import ColumnMapping
from hanse.sources.files.checking.reasons import LONGEST_ID
from hanse.sources.files.kinds.declaration import Field, FieldType, Kind
from hanse.sources.files.reading.table import RawTable
from hanse.sources.files.schemas import Finding, finding
from hanse.sources.files.workspace import Workspace, cells, literal

EMAIL_PATTERN = r"[^@\s,;<>]+@[^@\s,;<>]+\.[^@\s.,;<>]{2,}"
SQL_TYPES = {
    FieldType.QUANTITY: "BIGINT",
    FieldType.STOCK: "BIGINT",
    FieldType.PRICE: "DECIMAL(24, 6)",
    FieldType.AMOUNT: "DECIMAL(24, 6)",
    FieldType.MOMENT: "TIMESTAMP",
    FieldType.BIRTHDAY: "DATE",
}


@dataclass(frozen=True)
class Options:
    """What holds for the checks of one import."""

    now: datetime
    time_zone: str
    currency: str
    """Currency of amounts that do not say it."""
    decimal: str | None = None
    given: Conventions | None = None
    """Conventions that are known already, when a row of an earlier import is replayed."""


@dataclass
class FileCheck:
    """The check of one raw table."""

    workspace: Workspace
    kind: Kind
    raw: RawTable
    mapping: ColumnMapping
    options: Options
    conventions: Conventions = field(default_factory=Conventions)
    findings: list[Finding] = field(default_factory=list)
    _different: dict[str, str] = field(default_factory=dict)
    _parsed: dict[str, str] = field(default_factory=dict)

    def run(self, file: int) -> None:
        """Add the rows of the table, as the file of that number, to the checked ones."""
        self._see()
        self._decide()
        self._parse()
        self._note_emails()
        currency_join = " LEFT JOIN currencies ON currencies.sign = upper(given.currency)" if "currency" in self.mapping.columns else ""
        self.workspace.run(
            cells["checked"],
            file=str(file),
            given=self._given,
            selected=", ".join(f"{self._value(name)} AS {name}" for name in self.mapping.columns if name != "currency"),
            currency=self._currency(),
            default_currency=literal(self.mapping.currency or self.options.currency),
            problem=self._problem(),
            joins="".join(f" LEFT JOIN {table} ON {table}.raw = given.{name}" for name, table in self._parsed.items()) + currency_join,
        )

    @property
    def _given(self) -> str:
        return f"given_{self.raw.name}"

    def _type(self, name: str) -> FieldType:
        found = self.kind.field(name)
        return found.type if found else FieldType.TEXT

    def _see(self) -> None:
        """Show the mapped columns under their fields' names, empty cells as null where they are not read later."""
        places = {header: index for index, header in enumerate(self.raw.headers)}
        seen = (f"{self._clean(name, places[header])} AS {name}" for name, header in self.mapping.columns.items())
        columns = ", ".join(["row", "line", "problem AS row_problem", *seen])
        self.workspace.run("CREATE VIEW <given> AS SELECT <columns> FROM <raw>", given=self._given, columns=columns, raw=self.raw.name)

    def _clean(self, name: str, place: int) -> str:
        cell = f"replace(c{place}, chr(0), chr(65533))" if self.raw.native else f"c{place}"
        if self._is_parsed(name):
            return cell
        return f"stripped({cell})" if self._type(name) is FieldType.TEXT else f"filled({cell})"

    def _is_parsed(self, name: str) -> bool:
        type_ = self._type(name)
        return type_.is_money or type_.is_pieces or type_.is_date

    def _fields(self, *wanted: str) -> list[str]:
        return [name for name in self.mapping.columns if any(getattr(self._type(name), each) for each in wanted)]

    def _cells(self, name: str) -> str:
        table = f"cells_{self.raw.name}_{name}"
        self.workspace.run(cells["different_cells"], cells=table, field=name, given=self._given)
        return table

    def _decide(self) -> None:
        self._different = {name: self._cells(name) for name in self.mapping.columns if self._is_parsed(name)}
        if self.options.given is not None:
            self.conventions = self.options.given
            return
        numbers = {name: self._different[name] for name in self._fields("is_money", "is_pieces")}
        self.conventions.decimal, found = conventions.decide_decimals(
            self.workspace, numbers, self.mapping.columns, given=self.options.decimal, separator=self.raw.separator
        )
        self.findings.extend(found)
        for name in self._fields("is_date"):
            self.conventions.day_first[name], found = conventions.decide_day_first(self.workspace, self._different[name], self.mapping.columns[name])
            self.findings.extend(found)
        for name in self.mapping.columns:
            if self._type(name) is FieldType.ID:
                self.conventions.whole[name] = name == "customer_id" or conventions.all_whole(self.workspace, self._given, name)

    def _parse(self) -> None:
        for name, table in self._different.items():
            type_ = self._type(name)
            query = "money" if type_.is_money else "pieces" if type_.is_pieces else "moments" if type_ is FieldType.MOMENT else "birthdays"
            parsed = f"parsed_{self.raw.name}_{name}"
            self.workspace.run(cells[query], self._values(name, type_), parsed=parsed, cells=table)
            self._parsed[name] = parsed

    def _note_emails(self) -> None:
        """Tell of e-mail addresses that are none, where rows can be used without them."""
        for name in self.mapping.columns:
            if self._type(name) is FieldType.EMAIL and name not in self.kind.identified_by:
                rows, line = self.workspace.one(cells["wrong_emails"], email=f"given.{name}", read=self._value(name), given=self._given)
                if rows:
                    text = "{rows} e-mail addresses in {column} are none, such as that on {example}; they were left out."
                    self.findings.append(finding(text, rows=rows, example=f"line {line}", column=self.mapping.columns[name]))

    def _values(self, name: str, type_: FieldType) -> dict[str, Any]:
        if not type_.is_date:
            return {"decimal": self.conventions.decimal.get(name, "."), "native": self.raw.native}
        latest = (self.options.now + timedelta(days=1)).replace(tzinfo=None)
        values: dict[str, Any] = {"day_first": self.conventions.day_first.get(name, True), "latest": latest}
        return values | ({"time_zone": self.options.time_zone} if type_ is FieldType.MOMENT else {})

    def _value(self, name: str) -> str:
        type_ = self._type(name)
        if name in self._parsed:
            return f"{self._parsed[name]}.value"
        if type_ is FieldType.ID and self.conventions.whole.get(name):
            return f"CASE WHEN given.{name} LIKE '%.0%' THEN regexp_replace(given.{name}, '^(\\d+)\\.0+$', '\\1') ELSE given.{name} END"
        if type_ is FieldType.EMAIL:
            return f"CASE WHEN regexp_full_match(given.{name}, {literal(EMAIL_PATTERN)}) AND length(given.{name}) <= {LONGEST_ID} THEN lower(given.{name}) END"
        return f"given.{name}"

    def _currency(self) -> str:
        said = [f"{table}.currency" for name, table in self._parsed.items() if self._type(name).is_money]
        said += ["currencies.code"] if "currency" in self.mapping.columns else []
        return f"coalesce({', '.join(said)})" if said else "NULL::VARCHAR"

    def _problem(self) -> str:
        """Return the expression for the first thing wrong with a row, as `field:code`."""
        needed = self.kind.needed(self.mapping.columns)
        branches = ["WHEN given.row_problem IS NOT NULL THEN 'row:' || given.row_problem"]
        for each in self.kind.fields:
            if each.name in self.mapping.columns:
                branches += [f"WHEN {test} THEN '{each.name}:' || {code}" for test, code in self._tests(each, needed=each.name in needed)]
        if self.kind.identified_by:
            mapped = [
                f"CASE WHEN {self._names_somebody(name)} THEN given.{name} END" for name in self.kind.identified_by if name in self.mapping.columns
            ]
            branches.append(f"WHEN coalesce({', '.join(mapped)}) IS NULL THEN '{self.kind.identified_by[0]}:no_identity'")
        return f"CASE {' '.join(branches)} END"

    def _names_somebody(self, name: str) -> str:
        """Return the condition for an identity that is no value for nobody, as `keys` has them."""
        if self._type(name) is FieldType.EMAIL:
            return f"split_part(lower(given.{name}), '@', 1) NOT IN ({_literals(keys.BLOCKED | keys.BLOCKED_MAILBOXES)})"
        return f"lower(given.{name}) NOT IN ({_literals(keys.BLOCKED)}) AND trim(given.{name}, '0') <> ''"

    def _tests(self, each: Field, *, needed: bool) -> list[tuple[str, str]]:
        """Return what may be wrong with the cells of a field, as conditions and codes, in the order in which it is told."""
        cell, parsed = f"given.{each.name}", self._parsed.get(each.name)
        tests = [(f"{parsed}.raw IS NULL" if parsed else f"{cell} IS NULL", "'missing'")] if needed else []
        if parsed:
            tests.append((f"{parsed}.problem IS NOT NULL", f"{parsed}.problem"))
        if each.type is FieldType.ID:
            tests.append((f"length({cell}) > {LONGEST_ID}", "'too_long'"))
        if each.type is FieldType.QUANTITY:
            tests.append((f"{parsed}.value = 0", "'zero'"))
        if each.type is FieldType.PRICE:
            tests.append((f"{parsed}.value < 0", "'negative'"))
        if each.type.is_money and "currency" in self.mapping.columns:
            tests.append((f"{parsed}.currency <> currencies.code", "'two_currencies'"))
        if each.type is FieldType.CURRENCY:
            tests.append((f"{cell} IS NOT NULL AND currencies.code IS NULL", "'not_a_currency'"))
        if each.type is FieldType.EMAIL and each.name in self.kind.identified_by:
            tests.append((f"{cell} IS NOT NULL AND NOT coalesce({self._value(each.name)} IS NOT NULL, false)", "'not_an_email'"))
        return tests


def _literals(values: Iterable[str]) -> str:
    return ", ".join(map(literal, sorted(values)))


def prepare(workspace: Workspace, kind: Kind, names: list[str]) -> None:
    """Make the empty table `checked` for the rows of all files, with these fields."""
    columns = "".join(f", {name} {_sql_type(kind, name)}" for name in names if name != "currency")
    workspace.run(
        "CREATE TABLE checked (file INTEGER, row BIGINT, line BIGINT, place BIGINT<columns>, currency VARCHAR, default_currency VARCHAR, problem VARCHAR)",
        columns=columns,
    )


def _sql_type(kind: Kind, name: str) -> str:
    found = kind.field(name)
    return SQL_TYPES.get(found.type, "VARCHAR") if found else "VARCHAR"
